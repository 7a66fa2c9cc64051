"""Time, wake-ups and a platform that do as a test says."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from vaultra_core.domain.ledger import Record
from vaultra_core.errors import InvalidInput, NotFound
from vaultra_core.ports.payments import ConnectedAccount, EventPage, Page, PlatformEvent, Unread
from vaultra_core.ports.runtime import Job


def zone_at_noon() -> str:
    """A time zone where it is about noon: no day ends there while the tests run, whatever the hour."""
    ahead = 12 - dt.datetime.now(dt.UTC).hour
    return f"Etc/GMT{-ahead:+d}"  # their signs are the other way round


class StillClock:
    """Stands still until it is moved."""

    def __init__(self, now: dt.datetime) -> None:
        self.time = now

    def now(self) -> dt.datetime:
        return self.time

    def advance(self, **delta: float) -> None:
        self.time += dt.timedelta(**delta)


class QuickHasher:
    """Costs nothing, for tests that try passwords by the hundred."""

    async def hash(self, password: str) -> str:
        return password[::-1]

    async def verify(self, password: str, hashed: str | None) -> bool:
        return hashed == password[::-1]


class RecordingQueue:
    """Remembers the wake-ups."""

    def __init__(self) -> None:
        self.woken: list[Job] = []

    def wake(self, job: Job) -> None:
        self.woken.append(job)

    async def ping(self) -> None:
        pass


class ScriptedProvider:
    """A platform that has the events and objects it is given, and remembers what it was asked."""

    def __init__(self) -> None:
        self.events: list[PlatformEvent] = []
        self.undelivered: set[str] = set()  # event ids
        self.objects: dict[str, list[Record]] = {}  # by kind
        self.unread: dict[str, list[Unread]] = {}  # by kind; those of "event" are listed with the events
        self.broken: dict[str, Exception] = {}  # by account
        self.asked: list[tuple[str, dict[str, Any]]] = []

    async def list_events(
        self, external_id: str, *, since: int, cursor: str | None, undelivered: bool = False
    ) -> EventPage:
        self._ask(external_id, "events", since=since, undelivered=undelivered)
        wanted = [e for e in self.events if e.account == external_id and e.created >= since]
        found = [e for e in wanted if not undelivered or e.external_id in self.undelivered]
        unread = [] if undelivered else self.unread.get("event", [])
        return EventPage(events=sorted(found, key=lambda e: -e.created), cursor=None, unread=unread)

    async def retrieve_event(self, external_id: str, event_id: str) -> PlatformEvent:
        self._ask(external_id, "event", id=event_id)
        for event in self.events:
            if (event.account, event.external_id) == (external_id, event_id):
                return event
        raise NotFound("Stripe has no such object.")

    async def list_page(
        self, external_id: str, kind: str, *, starts_at: int, ends_at: int, cursor: str | None, expand: bool = True
    ) -> Page:
        self._ask(external_id, kind, starts_at=starts_at, ends_at=ends_at)
        found = [r for r in self.objects.get(kind, []) if starts_at <= r.state.created < ends_at]
        unread = [one for one in self.unread.get(kind, []) if starts_at <= one.listed_at < ends_at]
        return Page(
            records=found,
            count=len(found) + len(unread),
            oldest=min((r.state.created for r in found), default=None),
            cursor=None,
            unread=unread,
        )

    def _ask(self, external_id: str, what: str, **how: Any) -> None:
        self.asked.append((what, how))
        if external_id in self.broken:
            raise self.broken[external_id]

    # What keeping up has no use for.

    def authorize_url(self, *, state: str, redirect_uri: str) -> str:
        raise NotImplementedError

    async def exchange_code(self, code: str) -> ConnectedAccount:
        raise NotImplementedError

    async def deauthorize(self, external_id: str) -> None:
        raise NotImplementedError

    async def list_payout(self, external_id: str, payout: str, *, cursor: str | None) -> Page:
        raise NotImplementedError

    async def retrieve(self, external_id: str, kind: str, object_id: str) -> Sequence[Record]:
        self._ask(external_id, "object", kind=kind, id=object_id)
        if any(one.id == object_id for one in self.unread.get(kind, [])):
            raise InvalidInput("This is not a Stripe object that Vaultra reads.")
        found = [record for record in self.objects.get(kind, []) if record.state.id == object_id]
        if not found:
            raise NotFound("Stripe has no such object.")
        return found

    def read_webhook(self, payload: bytes, signature: str) -> PlatformEvent:
        raise NotImplementedError

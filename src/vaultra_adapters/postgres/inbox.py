import datetime as dt
import re
from collections.abc import Collection as AnyOf
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    Insert,
    Row,
    Select,
    Text,
    and_,
    case,
    cast,
    delete,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSON, insert

from vaultra_adapters.postgres.integrations import PROVIDER
from vaultra_adapters.postgres.rows import Collection, among, row_values, rows_of
from vaultra_adapters.postgres.tables import integration_accounts, stripe_events
from vaultra_core.errors import InvalidInput
from vaultra_core.ports.storage import UNKNOWN_ACCOUNT, Backlog, InboxStats, StripeEvent

EVENTS: Final = stripe_events.c
WAITING: Final = and_(EVENTS.processed_at.is_(None), EVENTS.dead_at.is_(None))
ERROR_LENGTH: Final = 2000
OUTCOME_LENGTH: Final = 500
_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # escaped, and its backslash is not
ACCEPTED: Final[list[Column[Any]]] = [
    EVENTS.id,
    EVENTS.stripe_event_id,
    EVENTS.account,
    EVENTS.event_type,
    EVENTS.livemode,
    EVENTS.created_at,
    EVENTS.payload,
]


@cache
def accept_events() -> Insert:
    """Insert-or-ignore of any number of events; `accepted_values` makes its parameters."""
    new = rows_of("new", ACCEPTED)
    account = integration_accounts.c
    connected = and_(account.provider == PROVIDER, account.external_id == new.c.account)
    rows = select(
        new.c.id,
        account.id.label("integration_id"),
        new.c.stripe_event_id,
        new.c.account,
        new.c.event_type,
        new.c.livemode,
        new.c.payload,
        new.c.created_at,
        new.c.created_at.label("next_attempt_at"),
    ).select_from(new.outerjoin(integration_accounts, connected))
    names = [c.name for c in rows.selected_columns]
    return insert(stripe_events).from_select(names, rows).on_conflict_do_nothing()


def accepted_values(events: Sequence[StripeEvent]) -> dict[str, str]:
    """Raise `InvalidInput` for a payload with a NUL: no text column can hold what would be read from it."""
    if any(b"\\u0000" in event.payload and _NUL.search(event.payload) for event in events):
        raise InvalidInput("The database cannot hold this value.", reason="NUL")
    # In one order everywhere: two batches that share events then wait for each other instead of deadlocking.
    ordered = sorted(events, key=lambda event: event.stripe_event_id)
    return row_values(
        "new",
        [
            {
                "id": event.id,
                "stripe_event_id": event.stripe_event_id,
                "account": event.account,
                "event_type": event.event_type,
                "livemode": event.livemode,
                "created_at": event.created_at,
                "payload": msgspec.Raw(event.payload),  # JSON already
            }
            for event in ordered
        ],
    )


def _events() -> Select[*tuple[Any, ...]]:
    return select(*(EVENTS[n] if n != "payload" else cast(EVENTS.payload, Text) for n in StripeEvent.__struct_fields__))


def _event(row: Row[*tuple[Any, ...]]) -> StripeEvent:
    fields = dict(zip(StripeEvent.__struct_fields__, row, strict=True))
    return StripeEvent(**{**fields, "payload": fields["payload"].encode()})


class PostgresInbox(Collection):
    async def accept(self, events: Sequence[StripeEvent]) -> int:
        return (await self._connection.execute(accept_events(), accepted_values(events))).rowcount

    async def claim(self, now: dt.datetime, *, limit: int) -> list[StripeEvent]:
        # The first attempt is due when the event comes in, so the order of attempts is the order of arrival.
        found = await self._connection.execute(
            _events()
            .where(WAITING, EVENTS.next_attempt_at <= now)
            .order_by(EVENTS.next_attempt_at, EVENTS.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [_event(row) for row in found]

    async def mark_applied(self, outcomes: Mapping[UUID, str], now: dt.datetime) -> None:
        columns = [EVENTS.id, EVENTS.outcome]
        done = rows_of("done", columns)
        rows = [{"id": event_id, "outcome": outcome[:OUTCOME_LENGTH]} for event_id, outcome in outcomes.items()]
        await self._connection.execute(
            update(stripe_events)
            .where(EVENTS.id == done.c.id)
            .values(processed_at=now, outcome=done.c.outcome, last_error=None),
            row_values("done", rows),
        )

    async def mark_failed(self, event_id: UUID, error: str, *, retry_at: dt.datetime | None, now: dt.datetime) -> None:
        await self._connection.execute(
            update(stripe_events)
            .where(EVENTS.id == event_id)
            .values(
                attempts=EVENTS.attempts + 1,
                last_error=error[:ERROR_LENGTH],
                next_attempt_at=retry_at or now,
                dead_at=None if retry_at else now,
            )
        )

    async def dead(self, *, limit: int) -> list[StripeEvent]:
        found = await self._connection.execute(
            _events().where(EVENTS.dead_at.is_not(None)).order_by(EVENTS.dead_at, EVENTS.id).limit(limit)
        )
        return [_event(row) for row in found]

    async def replay(self, stripe_event_ids: AnyOf[str] | None, now: dt.datetime) -> int:
        wanted: ColumnElement[bool] = EVENTS.dead_at.is_not(None)
        if stripe_event_ids is not None:
            wanted = and_(wanted, among(EVENTS.stripe_event_id, stripe_event_ids))
        requeued = await self._connection.execute(
            update(stripe_events).where(wanted).values(dead_at=None, attempts=0, next_attempt_at=now)
        )
        return requeued.rowcount

    async def readmit(self, account: str) -> int:
        requeued = await self._connection.execute(
            update(stripe_events)
            .where(EVENTS.account == account, EVENTS.outcome == UNKNOWN_ACCOUNT)
            .values(processed_at=None, outcome=None, attempts=0)
        )
        return requeued.rowcount

    async def forget_unknown(self, before: dt.datetime) -> int:
        # Written out, not a parameter: only so does a prepared statement find the index of just these.
        unknown = EVENTS.outcome == literal(UNKNOWN_ACCOUNT, literal_execute=True)
        forgotten = await self._connection.execute(delete(stripe_events).where(unknown, EVENTS.processed_at < before))
        return forgotten.rowcount

    async def refill(self, event_id: UUID, payload: bytes) -> None:
        refilled = update(stripe_events).where(EVENTS.id == event_id)
        await self._connection.execute(refilled.values(payload=cast(literal(payload.decode(), Text), JSON)))

    async def waiting(self) -> int:
        count = await self._connection.scalar(select(func.count()).select_from(stripe_events).where(WAITING))
        return count or 0

    async def backlog(self, account: str) -> Backlog:
        # Each count walks the partial index of its own; both are short unless something is wrong.
        waiting, dead = (
            select(func.count()).select_from(stripe_events).where(EVENTS.account == account, state).scalar_subquery()
            for state in (WAITING, EVENTS.dead_at.is_not(None))
        )
        row = (await self._connection.execute(select(waiting, dead))).one()
        return Backlog(waiting=row[0], dead=row[1])

    async def stats(self) -> InboxStats:
        state = case((EVENTS.dead_at.is_not(None), "dead"), (WAITING, "waiting"), else_=EVENTS.outcome)
        version = func.coalesce(EVENTS.payload["api_version"].astext, "none")
        return InboxStats(await self._counts(state), await self._counts(version))

    async def _counts(self, what: ColumnElement[Any]) -> dict[str, int]:
        named = what.label("what")
        found = await self._connection.execute(select(named, func.count()).select_from(stripe_events).group_by(named))
        return {row[0]: row[1] for row in found}

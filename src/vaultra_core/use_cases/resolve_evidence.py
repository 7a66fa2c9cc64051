import asyncio
import datetime as dt
from uuid import UUID

import msgspec

from vaultra_core.domain.behind import COUNTED_BY, kind_behind, moment_of, objects_behind
from vaultra_core.domain.ledger import Charge, Dispute, LedgerObject, Payout, Refund
from vaultra_core.domain.mrr import subscriptions_behind
from vaultra_core.domain.readiness.evidence import DaysHandle, Evidence, days_handle, of_recommendation, resolve
from vaultra_core.domain.readiness.projections import is_projection, resolve_projection
from vaultra_core.errors import InvalidInput, NotFound
from vaultra_core.identity import Caller
from vaultra_core.periods import day_bounds, utc_bounds
from vaultra_core.ports.storage import TenantUnitOfWorkFactory, UnitOfWork
from vaultra_core.use_cases.own_words import own_words
from vaultra_core.use_cases.standing import Standing, load_standing


class Exhibit(msgspec.Struct, frozen=True):
    """A Stripe object behind a figure, and the day on which it counts.

    The amount is the object's own, minor units of `currency`. A subscription has none: it is what it brings per month,
    in the business's currency, and None where its price is not known.
    """

    day: dt.date
    state: LedgerObject
    status: str
    amount_minor: int | None
    currency: str


class Resolved(msgspec.Struct, frozen=True):
    """What a handle stands for, with a page of the Stripe objects behind it; `next_cursor` asks for the next page."""

    evidence: Evidence
    objects: list[Exhibit]
    next_cursor: str | None


class ResolveEvidence:
    """From any number down to the Stripe objects that it was made from, within the caller's business."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, *, rulebook: str) -> None:
        self._unit_of_work = unit_of_work
        self._rulebook = rulebook

    async def execute(self, caller: Caller, handle: str, *, cursor: str | None, limit: int) -> Resolved:
        """Raise `InvalidInput` for what is no handle or cursor, `NotFound` for a handle that names nothing here."""
        after = _after(cursor)
        async with self._unit_of_work(caller) as work:
            if handle.startswith("recommendation:"):
                return Resolved(await self._recommendation(work, caller, handle), [], None)
            if handle.startswith("business:"):
                return Resolved(await own_words(work, caller, handle), [], None)
            standing = await load_standing(work, caller)
            if is_projection(handle):
                found = await asyncio.to_thread(resolve_projection, handle, standing.history, standing.as_of)
                return Resolved(found, [], None)
            evidence = resolve(handle, standing.history, standing.as_of)
            if handle.startswith("subscription:"):
                return Resolved(evidence, [_subscription(handle, standing)], None)
            span = days_handle(evidence.objects_of, standing.as_of) if evidence.objects_of else None
            if span is None:
                return Resolved(evidence, [], None)
            objects = await _objects(work, standing, span, after, limit + 1)
        page = objects[:limit]
        return Resolved(evidence, page, _cursor(page[-1]) if len(objects) > limit else None)

    async def _recommendation(self, work: UnitOfWork, caller: Caller, handle: str) -> Evidence:
        text = handle.removeprefix("recommendation:")
        try:
            found = await work.recommendations.get(UUID(text))
        except ValueError:
            raise InvalidInput(f"{handle!r} is no handle.", field="handle", reason="grammar") from None
        if found is None or found.business_id != caller.business_id:
            raise NotFound(f"{handle} names nothing here.", handle=handle)
        return of_recommendation(found, self._rulebook)


def _subscription(handle: str, standing: Standing) -> Exhibit:
    """The one that the handle names."""
    _, name, day, subscription_id = handle.split(":")
    of_day = subscriptions_behind(name, standing.history, dt.date.fromisoformat(day))
    state, minor = next((each, minor) for each, minor in of_day if each.id == subscription_id)
    return Exhibit(dt.date.fromisoformat(day), state, state.status.value, minor, standing.history.currency)


def _exhibit(day: dt.date, state: LedgerObject) -> Exhibit:
    assert isinstance(state, Charge | Refund | Dispute | Payout)  # what daily figures count
    return Exhibit(day, state, state.status.value, state.amount_minor, state.currency)


async def _objects(
    work: UnitOfWork, standing: Standing, span: DaysHandle, after: tuple[dt.date, int, str] | None, wanted: int
) -> list[Exhibit]:
    """The first objects after a place, oldest first. Days are read a few at a time: as many as hold what is wanted."""
    zone, counter = standing.business.timezone, COUNTED_BY[span.field]
    start = max(span.first, after[0]) if after else span.first
    waiting = standing.history.counted(counter, start, span.last)
    found: list[Exhibit] = []
    while waiting and len(found) < wanted:
        days, expected = [], 0
        while waiting and expected < wanted - len(found) + (1 if after else 0):
            day, count = waiting.pop(0)
            days.append(day)
            expected += count
        spans = [(*day_bounds(day, zone), *utc_bounds(day)) for day in days]
        facts = await work.ledger.slice(standing.business.id, spans, only=kind_behind(span.field))
        behind = objects_behind(span.field, facts.objects, timezone=zone, first_charges=facts.first_charges)
        # A slice brings charges of other days too, which its refunds and disputes depend on.
        found += [
            _exhibit(day, state)
            for day, state in behind
            if day in days and (after is None or (day, moment_of(state), state.id) > after)
        ]
    return found[:wanted]


def _cursor(last: Exhibit) -> str:
    return f"{last.day}~{moment_of(last.state)}~{last.state.id}"


def _after(cursor: str | None) -> tuple[dt.date, int, str] | None:
    if cursor is None:
        return None
    try:
        day, moment, object_id = cursor.split("~", 2)
        return dt.date.fromisoformat(day), int(moment), object_id
    except ValueError:
        raise InvalidInput("This is no cursor of ours.", field="cursor", reason="malformed") from None

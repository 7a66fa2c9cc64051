import datetime as dt
import re
from collections.abc import Collection as AnyOf
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Insert,
    Integer,
    Row,
    Select,
    Text,
    Update,
    and_,
    bindparam,
    case,
    cast,
    delete,
    exists,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSON, insert

from vaultra_adapters.postgres.integrations import PROVIDER
from vaultra_adapters.postgres.rows import Collection, among, asked, text_values, texts_of
from vaultra_adapters.postgres.tables import integration_accounts, stripe_events, waiting_events
from vaultra_core.errors import InvalidInput
from vaultra_core.ports.storage import PARTITIONS, UNKNOWN_ACCOUNT, Backlog, InboxStats, StripeEvent

EVENTS: Final = stripe_events.c
WAITING: Final = waiting_events.c
# An event of an account that nobody has connected has no integration: that is what the index knows.
UNKNOWN: Final = and_(EVENTS.integration_id.is_(None), EVENTS.outcome == UNKNOWN_ACCOUNT)
LOCK: Final = 0x5641_5045  # the family of the advisory locks on partitions
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
    """Insert-or-ignore of any number of events, and those that are new wait from then on; `accepted_values` makes its
    parameters."""
    new = texts_of("new", ACCEPTED)
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
    ).select_from(new.outerjoin(integration_accounts, connected))
    names = [c.name for c in rows.selected_columns]
    stored = (
        insert(stripe_events)
        .from_select(names, rows)
        .on_conflict_do_nothing()
        .returning(EVENTS.id, EVENTS.account, EVENTS.created_at)
        .cte("stored")
    )
    return insert(waiting_events).from_select(["event_id", "account", "due_at"], select(*stored.c))


def accepted_values(events: Sequence[StripeEvent]) -> dict[str, str]:
    """Raise `InvalidInput` for a payload with a NUL: no text column can hold what would be read from it."""
    if any(b"\\u0000" in event.payload and _NUL.search(event.payload) for event in events):
        raise InvalidInput("The database cannot hold this value.", reason="NUL")
    # In one order everywhere: two batches that share events then wait for each other instead of deadlocking.
    ordered = sorted(events, key=lambda event: event.stripe_event_id)
    return text_values(
        "new",
        {
            "id": [event.id.hex for event in ordered],
            "stripe_event_id": [event.stripe_event_id for event in ordered],
            "account": [event.account for event in ordered],
            "event_type": [event.event_type for event in ordered],
            "livemode": [event.livemode for event in ordered],
            "created_at": [event.created_at for event in ordered],
            "payload": [event.payload.decode() for event in ordered],
        },
    )


def _events() -> Select[*tuple[Any, ...]]:
    return select(*(EVENTS[n] if n != "payload" else cast(EVENTS.payload, Text) for n in StripeEvent.__struct_fields__))


def _event(row: Row[*tuple[Any, ...]]) -> StripeEvent:
    # Written out: a dictionary of them would take seven times as long, for every event.
    event_id, stripe_event_id, account, event_type, livemode, payload, created_at, attempts, last_error, dead_at = row
    return StripeEvent(
        id=event_id,
        stripe_event_id=stripe_event_id,
        account=account,
        event_type=event_type,
        livemode=livemode,
        payload=payload.encode(),
        created_at=created_at,
        attempts=attempts,
        last_error=last_error,
        dead_at=dead_at,
    )


@cache
def _mark_applied(*, unknown: bool) -> Update:
    done = delete(waiting_events).where(asked(WAITING.event_id)).cte("done")
    values: dict[Any, Any] = {
        EVENTS.processed_at: bindparam("done_at"),
        EVENTS.outcome: bindparam("outcome"),
        EVENTS.last_error: None,
    }
    if unknown:
        values[EVENTS.integration_id] = None  # it may have had one when it came
    return update(stripe_events).where(asked(EVENTS.id)).values(values).add_cte(done)


@cache
def _partitions() -> Select[int]:
    """One look into the index for each, where DISTINCT would read all that waits."""
    partition = func.generate_series(0, PARTITIONS - 1).column_valued("number")
    due = exists().where(WAITING.partition == partition, WAITING.due_at <= bindparam("now"))
    return select(partition).where(due).order_by(partition)


@cache
def _claim(limit: int, *, alone: bool) -> Select[*tuple[Any, ...]]:
    free = select(func.pg_try_advisory_xact_lock(LOCK, bindparam("partition", type_=Integer))).scalar_subquery()
    due = (
        select(WAITING.event_id)
        .where(WAITING.partition == bindparam("partition", type_=Integer), WAITING.due_at <= bindparam("now"))
        .where(*([free] if alone else []))
        .order_by(WAITING.event_id)
        # Written out, so that the planner knows how few events are looked up among all that ever came.
        .limit(literal(limit, literal_execute=True))
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    return _events().join(due, due.c.event_id == EVENTS.id).order_by(EVENTS.id)


class PostgresInbox(Collection):
    async def accept(self, events: Sequence[StripeEvent]) -> int:
        return (await self._connection.execute(accept_events(), accepted_values(events))).rowcount

    async def partitions(self, now: dt.datetime) -> list[int]:
        return list((await self._connection.scalars(_partitions(), {"now": now})).all())

    async def claim(self, now: dt.datetime, *, partition: int, limit: int, alone: bool = False) -> list[StripeEvent]:
        found = await self._connection.execute(_claim(limit, alone=alone), {"now": now, "partition": partition})
        return [_event(row) for row in found.all()]

    async def mark_applied(self, outcomes: Mapping[UUID, str], now: dt.datetime) -> None:
        of_outcome: dict[str, list[UUID]] = {}
        for event_id, outcome in outcomes.items():
            of_outcome.setdefault(outcome, []).append(event_id)
        for outcome, event_ids in of_outcome.items():
            values = {"asked": event_ids, "done_at": now, "outcome": outcome[:OUTCOME_LENGTH]}
            await self._connection.execute(_mark_applied(unknown=outcome == UNKNOWN_ACCOUNT), values)

    async def mark_failed(self, event_id: UUID, error: str, *, retry_at: dt.datetime | None, now: dt.datetime) -> None:
        mine = WAITING.event_id == event_id
        await self._connection.execute(
            update(waiting_events).where(mine).values(due_at=retry_at)
            if retry_at
            else delete(waiting_events).where(mine)
        )
        await self._connection.execute(
            update(stripe_events)
            .where(EVENTS.id == event_id)
            .values(attempts=EVENTS.attempts + 1, last_error=error[:ERROR_LENGTH], dead_at=None if retry_at else now)
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
        return await self._requeue(wanted, literal(now, WAITING.due_at.type), dead_at=None)

    async def readmit(self, account: str) -> int:
        wanted = and_(EVENTS.account == account, UNKNOWN)
        return await self._requeue(wanted, EVENTS.created_at, processed_at=None, outcome=None)

    async def _requeue(self, wanted: ColumnElement[bool], due_at: ColumnElement[Any], **state: None) -> int:
        changed = update(stripe_events).where(wanted).values(attempts=0, **state)
        again = changed.returning(EVENTS.id, EVENTS.account, due_at.label("due_at")).cte("again")
        waits = insert(waiting_events).from_select(["event_id", "account", "due_at"], select(*again.c))
        return (await self._connection.execute(waits)).rowcount

    async def forget_unknown(self, before: dt.datetime) -> int:
        forgotten = await self._connection.execute(delete(stripe_events).where(UNKNOWN, EVENTS.processed_at < before))
        return forgotten.rowcount

    async def refill(self, event_id: UUID, payload: bytes) -> None:
        refilled = update(stripe_events).where(EVENTS.id == event_id)
        await self._connection.execute(refilled.values(payload=cast(literal(payload.decode(), Text), JSON)))

    async def waiting(self) -> int:
        count = await self._connection.scalar(select(func.count()).select_from(waiting_events))
        return count or 0

    async def backlog(self, account: str) -> Backlog:
        # What waits and what is dead is little unless something is wrong.
        waiting = select(func.count()).where(WAITING.account == account)
        dead = select(func.count()).where(EVENTS.account == account, EVENTS.dead_at.is_not(None))
        counts = select(waiting.scalar_subquery(), dead.scalar_subquery())
        row = (await self._connection.execute(counts)).one()
        return Backlog(waiting=row[0], dead=row[1])

    async def stats(self) -> InboxStats:
        state = case(
            (EVENTS.dead_at.is_not(None), "dead"), (EVENTS.processed_at.is_(None), "waiting"), else_=EVENTS.outcome
        )
        version = func.coalesce(EVENTS.payload["api_version"].astext, "none")
        return InboxStats(await self._counts(state), await self._counts(version))

    async def _counts(self, what: ColumnElement[Any]) -> dict[str, int]:
        named = what.label("what")
        found = await self._connection.execute(select(named, func.count()).select_from(stripe_events).group_by(named))
        return {row[0]: row[1] for row in found}

"""The ledger's tables, one per kind of Stripe object, with columns named after the fields of the kind's struct."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Collection as AnyOf
from functools import cache
from operator import attrgetter
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    Row,
    Select,
    Text,
    Update,
    and_,
    bindparam,
    column,
    delete,
    func,
    literal_column,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert

from vaultra_adapters.postgres.rows import (
    Collection,
    Columns,
    among,
    array_values,
    arrays_of,
    columns_for,
    text_values,
    texts_of,
    to_struct,
)
from vaultra_adapters.postgres.tables import (
    LEDGER,
    businesses,
    completeness_certificates,
    computations,
    daily_activity,
    dirty_days,
    doubts,
    financial_metric_snapshots,
    readiness_scores,
    recommendations,
    superseded_scores,
    superseded_snapshots,
    unreconciled_days,
)
from vaultra_core.domain.ledger import (
    KINDS,
    BalanceTransaction,
    Charge,
    ChargeStatus,
    Dispute,
    LedgerObject,
    Payout,
    Record,
    Refund,
    Subscription,
    merge,
)
from vaultra_core.errors import Conflict
from vaultra_core.ports.storage import Change, Computation, LedgerSlice

K = TypeVar("K", bound=LedgerObject)

CHARGES: Final = LEDGER["charge"].c
PAYOUTS: Final = LEDGER["payout"].c
BEFORE_ALL: Final = -1  # a moment for `first_charges` of customers whatever was charged when
# Written out, not a parameter: a plan for any parameter could not use the index that holds sales only.
SALE: Final = and_(
    CHARGES.customer.is_not(None), CHARGES.status == literal_column(f"'{ChargeStatus.SUCCEEDED}'"), CHARGES.captured
)
IMPORTED: Final = (
    *LEDGER.values(),
    unreconciled_days,
    completeness_certificates,
    doubts,
    daily_activity,
    dirty_days,
    financial_metric_snapshots,
    superseded_snapshots,
    readiness_scores,
    superseded_scores,
    recommendations,
)


class PostgresLedger(Collection):
    async def merge(self, business_id: UUID, records: Sequence[Record]) -> list[Change]:
        changes: list[Change] = []
        for kind, observed in _by_kind(records).items():
            changes += await self._merge_kind(business_id, kind, observed)
        return changes

    async def _merge_kind(self, business_id: UUID, kind: str, observed: dict[str, Record]) -> list[Change]:
        """Most observations are of new objects, so all are inserted first; only what was there is read and merged."""
        new = {"business": business_id, **_values(kind, observed.values())}
        inserted = set((await self._connection.scalars(_insert(kind), new)).all())
        known = [object_id for object_id in observed if object_id not in inserted]
        changes = [Change(None, observed[object_id]) for object_id in inserted]
        if not known:
            return changes
        table = LEDGER[kind].c
        held = select(*_record_columns(kind)).where(table.business_id == business_id, among(table.id, known))
        found = await self._connection.execute(held.order_by(table.id).with_for_update())
        stored = {record.state.id: record for record in (_record(kind, row) for row in found)}
        if len(stored) < len(known):
            raise Conflict("No such business.")
        merged = {object_id: merge(before, observed[object_id]) for object_id, before in stored.items()}
        moved = [merged[object_id] for object_id, before in stored.items() if merged[object_id] != before]
        if moved:
            await self._connection.execute(_update(kind), {"business": business_id, **_values(kind, moved)})
        # A state that was only seen again, later, is written (it wins over what is older) but has changed nothing.
        return changes + [
            Change(stored[after.state.id], after) for after in moved if _differs(stored[after.state.id], after)
        ]

    async def first_charges(self, business_id: UUID, sales: Mapping[str, int]) -> dict[str, int]:
        if not sales:
            return {}
        values = {"business": business_id, "asked_customer": list(sales), "asked_moment": list(sales.values())}
        return {row[0]: row[1] for row in (await self._connection.execute(_first_charges(), values)).all()}

    async def charge_times(self, business_id: UUID, spans: Sequence[tuple[str, int, int]]) -> list[int]:
        columns: Columns = [column("customer", Text), column("after", BigInteger), column("until", BigInteger)]
        span = arrays_of("span", columns)
        rows = [{"customer": customer, "after": after, "until": until} for customer, after, until in spans]
        found = await self._connection.scalars(
            select(CHARGES.created)
            .join(span, CHARGES.customer == span.c.customer)
            .where(
                CHARGES.business_id == business_id,
                SALE,
                CHARGES.created > span.c.after,
                CHARGES.created <= span.c.until,
            ),
            array_values("span", columns, rows),
        )
        return list(found)

    async def dependent_times(self, business_id: UUID, charges: AnyOf[str]) -> list[int]:
        times = [
            select(table.c.created).where(table.c.business_id == business_id, among(table.c.charge, charges))
            for table in (LEDGER["refund"], LEDGER["dispute"])
        ]
        return list(await self._connection.scalars(union_all(*times)))

    async def charges_of(self, business_id: UUID, balance_transactions: AnyOf[str]) -> list[LedgerObject]:
        return [*await self._objects(business_id, Charge, among(CHARGES.balance_transaction, balance_transactions))]

    async def slice(
        self,
        business_id: UUID,
        ranges: Sequence[tuple[int, int, int, int]],
        *,
        only: type[LedgerObject] | None = None,
    ) -> LedgerSlice:
        async def within(kind: type[K]) -> list[K]:
            if only not in (None, kind):
                return []
            dated = [(first, last) if kind is Payout else (start, end) for start, end, first, last in ranges]
            return await self._within(business_id, kind, dated)

        charges, refunds = await within(Charge), await within(Refund)
        disputes, payouts = await within(Dispute), await within(Payout)
        present = {charge.id for charge in charges}
        returned: list[Refund | Dispute] = [*refunds, *disputes]
        needed = {entry.charge for entry in returned if entry.charge} - present
        if needed:
            charges += await self._objects(business_id, Charge, among(CHARGES.id, needed))
        rates = [] if only else await self._rates(business_id, charges, returned)
        customers = {charge.customer for charge in charges if charge.customer and only in (None, Charge)}
        return LedgerSlice(
            objects=[*charges, *refunds, *disputes, *payouts, *rates],
            first_charges=await self.first_charges(business_id, dict.fromkeys(customers, BEFORE_ALL)),
        )

    async def _rates(
        self, business_id: UUID, charges: Sequence[Charge], returned: Iterable[Refund | Dispute]
    ) -> list[BalanceTransaction]:
        """The balance transactions that amounts in a foreign currency are converted with."""
        currency = await self._connection.scalar(select(businesses.c.currency).where(businesses.c.id == business_id))
        foreign = {entry.charge for entry in returned if entry.currency != currency}
        settled_by = {
            charge.balance_transaction
            for charge in charges
            if charge.balance_transaction and (charge.currency != currency or charge.id in foreign)
        }
        if not settled_by:
            return []
        return await self._objects(
            business_id, BalanceTransaction, among(LEDGER["balance_transaction"].c.id, settled_by)
        )

    async def subscriptions(self, business_id: UUID) -> list[Subscription]:
        found = await self._objects(business_id, Subscription)
        return sorted(found, key=lambda subscription: subscription.id)

    async def span(self, business_id: UUID) -> tuple[int, int] | None:
        dated = [LEDGER[kind].c.created for kind in ("charge", "refund", "dispute")] + [PAYOUTS.arrival_date]
        moments = union_all(
            *(
                select(func.min(column).label("first"), func.max(column).label("last")).where(
                    column.table.c.business_id == business_id
                )
                for column in dated
            )
        ).subquery()
        row = (await self._connection.execute(select(func.min(moments.c.first), func.max(moments.c.last)))).one()
        return None if row[0] is None else (row[0], row[1])

    async def purge(self, business_id: UUID) -> None:
        for table in IMPORTED:
            await self._connection.execute(delete(table).where(table.c.business_id == business_id))
        # Reset, not deleted: whoever waits for the business's lock waits for this row.
        blank = {name: None for name in Computation.__struct_fields__ if name.endswith(("_from", "_as_of"))}
        await self._connection.execute(
            update(computations)
            .where(computations.c.business_id == business_id)
            .values(**blank, recommendations_due=False)
        )

    async def _within(self, business_id: UUID, kind: type[K], ranges: Sequence[tuple[int, int]]) -> list[K]:
        """The objects of a kind that are dated within one of these stretches, each once."""
        table = LEDGER[kind.kind].c
        dated = table.arrival_date if kind is Payout else table.created
        columns: Columns = [column("start", BigInteger), column("finish", BigInteger)]
        within = arrays_of("within", columns)
        statement = (
            select(*_columns(kind.kind))
            .join(within, and_(dated >= within.c.start, dated < within.c.finish))
            .where(table.business_id == business_id)
        )
        rows = [{"start": start, "finish": finish} for start, finish in ranges]
        found = await self._connection.execute(statement, array_values("within", columns, rows))
        return list({row.id: to_struct(kind, row) for row in found}.values())

    async def _objects(self, business_id: UUID, kind: type[K], *where: ColumnElement[bool]) -> list[K]:
        table = LEDGER[kind.kind]
        found = await self._connection.execute(
            select(*_columns(kind.kind)).where(table.c.business_id == business_id, *where)
        )
        return [to_struct(kind, row) for row in found]


def _by_kind(records: Iterable[Record]) -> dict[str, dict[str, Record]]:
    """Observations by kind and id, those of one object merged, in an order that is the same for everyone."""
    observed: dict[str, dict[str, Record]] = {}
    for record in records:
        of_kind = observed.setdefault(record.state.kind, {})
        known = of_kind.get(record.state.id)
        of_kind[record.state.id] = merge(known, record) if known else record
    return {kind: dict(sorted(of_kind.items())) for kind, of_kind in sorted(observed.items())}


def _differs(before: Record, after: Record) -> bool:
    return (before.state, before.contested) != (after.state, after.contested)


@cache
def _columns(kind: str) -> list[Column[Any]]:
    return columns_for(LEDGER[kind], KINDS[kind])


@cache
def _record_columns(kind: str) -> list[Column[Any]]:
    return [*_columns(kind), LEDGER[kind].c.observed_at, LEDGER[kind].c.contested]


def _values(kind: str, records: AnyOf[Record]) -> dict[str, str]:
    columns = {name: list(map(value_of, records)) for name, value_of in _readers(kind)}
    return text_values("new", columns)


@cache
def _readers(kind: str) -> list[tuple[str, Callable[[Record], Any]]]:
    """How each column's value is read from a record; documents are written as JSON."""

    def reader(place: Column[Any]) -> Callable[[Record], Any]:
        value_of = attrgetter(f"state.{place.name}" if place.name in KINDS[kind].__struct_fields__ else place.name)
        if isinstance(place.type, JSON):
            return lambda record: msgspec.json.encode(value_of(record)).decode()
        return value_of

    return [(place.name, reader(place)) for place in _record_columns(kind)]


def _record(kind: str, row: Row[*tuple[Any, ...]]) -> Record:
    return Record(state=to_struct(KINDS[kind], row), observed_at=row.observed_at, contested=row.contested)


@cache
def _first_charges() -> Select[*tuple[str, int]]:
    # One look into the index of sales per customer; grouping would read all that they ever bought. Asking for the
    # next customer in order, and then whether it is this one, leaves the planner no other index to try.
    asked = arrays_of("asked", [column("customer", Text), column("moment", BigInteger)])
    newest = select(func.max(CHARGES.created)).where(CHARGES.business_id == bindparam("business")).scalar_subquery()
    first = (
        select(CHARGES.customer, CHARGES.created)
        .where(CHARGES.business_id == bindparam("business"), CHARGES.customer >= asked.c.customer, SALE)
        .order_by(CHARGES.customer, CHARGES.created)
        .limit(1)
        .lateral()
    )
    return (
        select(first.c.customer, first.c.created)
        .select_from(asked.join(first, first.c.customer == asked.c.customer))
        .where(asked.c.moment < newest)
    )


@cache
def _insert(kind: str) -> ReturningInsert[str]:
    """What a foreign key does for every row, once: hold the business, so that whoever deletes it waits and then sees
    these rows. Nothing is inserted when it is gone."""
    table, columns = LEDGER[kind], _record_columns(kind)
    new = texts_of("new", columns)
    wanted = businesses.c.id == bindparam("business", type_=businesses.c.id.type)
    held = select(businesses.c.id).where(wanted).with_for_update(read=True, key_share=True).cte("held")
    rows = select(held.c.id, *new.c).select_from(held.join(new, true()))
    names = ["business_id", *(c.name for c in columns)]
    return insert(table).from_select(names, rows).on_conflict_do_nothing().returning(table.c.id)


@cache
def _update(kind: str) -> Update:
    table, columns = LEDGER[kind], _record_columns(kind)
    new = texts_of("new", columns)
    return (
        update(table)
        .where(table.c.business_id == bindparam("business"), table.c.id == new.c.id)
        .values({c: new.c[c.name] for c in columns if c.name != "id"})
    )

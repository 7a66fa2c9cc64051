from collections.abc import Collection as AnyOf
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import BigInteger, and_, bindparam, column, delete, exists, or_, select
from sqlalchemy.dialects.postgresql import Insert, insert

from vaultra_adapters.postgres.rows import (
    Collection,
    Columns,
    among,
    array_values,
    arrays_of,
    columns_for,
    to_row,
    to_struct,
)
from vaultra_adapters.postgres.tables import LEDGER, completeness_certificates, integration_accounts, unreconciled_days
from vaultra_core.domain.accounts import ImportPhase, IntegrationStatus
from vaultra_core.domain.ledger import BalanceTransaction, Charge, Dispute, LedgerObject, Payout, Refund
from vaultra_core.domain.reconciliation import CATEGORIES, Certificate, Statement
from vaultra_core.periods import utc_bounds

K = TypeVar("K", bound=LedgerObject)

DAYS: Final = unreconciled_days.c
STATE: Final = completeness_certificates.c
GET: Final = select(*columns_for(completeness_certificates, Certificate)).where(
    STATE.business_id == bindparam("business")
)
SETTLED: Final = (Charge, Refund, Dispute, Payout)


class PostgresCertificates(Collection):
    async def open_days(self, business_id: UUID, days: AnyOf[date]) -> None:
        if not days:
            return
        await self._connection.execute(_open(), {"business": business_id, "new_day": sorted(days)})

    async def opened(self, business_id: UUID, *, after: date, through: date, limit: int | None = None) -> list[date]:
        wanted = select(DAYS.day).where(DAYS.business_id == business_id, DAYS.day > after, DAYS.day <= through)
        return list(await self._connection.scalars(wanted.order_by(DAYS.day).limit(limit)))

    async def close_days(self, business_id: UUID, days: AnyOf[date]) -> None:
        await self._connection.execute(
            delete(unreconciled_days).where(DAYS.business_id == business_id, among(DAYS.day, days))
        )

    async def statement(self, business_id: UUID, days: AnyOf[date], *, since: int) -> Statement:
        spans = [(max(start, since), end) for start, end in map(utc_bounds, sorted(days))]
        transactions = await self._within(business_id, BalanceTransaction, spans)
        objects: list[Any] = []
        for kind in SETTLED:
            own = await self._within(business_id, kind, spans)
            named = {move.source for move in transactions if CATEGORIES.get(move.reporting_category) == kind.kind}
            beyond = (named - {None}) - {state.id for state in own}
            objects += own + await self._among(business_id, kind, "id", beyond)
        present = {move.id for move in transactions}
        of_objects = await self._among(business_id, BalanceTransaction, "source", [state.id for state in objects])
        transactions += [move for move in of_objects if move.id not in present]
        refunded = {state.charge for state in objects if isinstance(state, Refund) and state.charge}
        charges = await self._among(business_id, Charge, "id", refunded)
        released = frozenset(charge.id for charge in charges if not charge.captured)
        return Statement(objects=objects, transactions=transactions, released=released)

    async def payouts(self, business_id: UUID, days: AnyOf[date]) -> list[Payout]:
        return await self._within(business_id, Payout, [utc_bounds(day) for day in days])

    async def get(self, business_id: UUID) -> Certificate | None:
        row = (await self._connection.execute(GET, {"business": business_id})).one_or_none()
        return to_struct(Certificate, row) if row else None

    async def save(self, certificate: Certificate) -> None:
        row = to_row(certificate)
        statement = insert(completeness_certificates).values(row)
        await self._connection.execute(statement.on_conflict_do_update(index_elements=[STATE.business_id], set_=row))

    async def due(self, now: datetime, closed: date, *, limit: int) -> list[UUID]:
        account = integration_accounts.c
        open_day = exists().where(DAYS.business_id == account.business_id, DAYS.day <= closed)
        behind = or_(STATE.judged_through.is_(None), STATE.judged_through < closed, open_day)
        statement = (
            select(account.business_id)
            .outerjoin(completeness_certificates, STATE.business_id == account.business_id)
            .where(
                account.status != IntegrationStatus.REVOKED,
                account.phase == ImportPhase.COMPLETE,
                or_(STATE.business_id.is_(None), and_(STATE.next_at <= now, behind)),
            )
            .order_by(STATE.next_at.nulls_first())
            .limit(limit)
        )
        return list(await self._connection.scalars(statement))

    async def _within(self, business_id: UUID, kind: type[K], spans: Sequence[tuple[int, int]]) -> list[K]:
        """The objects of a kind that were created within one of these stretches, which do not overlap."""
        table = LEDGER[kind.kind]
        columns: Columns = [column("start", BigInteger), column("finish", BigInteger)]
        within = arrays_of("within", columns)
        statement = (
            select(*columns_for(table, kind))
            .join(within, and_(table.c.created >= within.c.start, table.c.created < within.c.finish))
            .where(table.c.business_id == business_id)
        )
        rows = [{"start": start, "finish": finish} for start, finish in spans]
        found = await self._connection.execute(statement, array_values("within", columns, rows))
        return [to_struct(kind, row) for row in found]

    async def _among(self, business_id: UUID, kind: type[K], name: str, values: Iterable[str | None]) -> list[K]:
        """The objects of a kind one of whose fields has one of these values."""
        table, wanted = LEDGER[kind.kind], list(values)
        if not wanted:
            return []
        found = await self._connection.execute(
            select(*columns_for(table, kind)).where(table.c.business_id == business_id, among(table.c[name], wanted))
        )
        return [to_struct(kind, row) for row in found]


@cache
def _open() -> Insert:
    new = arrays_of("new", [DAYS.day])
    business = bindparam("business", type_=DAYS.business_id.type)
    return (
        insert(unreconciled_days)
        .from_select(["business_id", "day"], select(business, new.c.day))
        .on_conflict_do_nothing()
    )

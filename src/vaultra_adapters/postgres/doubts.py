"""Contested records, found by the partial index of each ledger table, and when they were last tried."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    case,
    delete,
    exists,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert

from vaultra_adapters.postgres.columns import Moment
from vaultra_adapters.postgres.rows import Collection
from vaultra_adapters.postgres.tables import LEDGER, doubts, integration_accounts
from vaultra_core.domain.accounts import IntegrationStatus
from vaultra_core.ports.completeness import SAME_MOMENT, Doubt

D: Final = doubts.c


class PostgresDoubts(Collection):
    async def due(self, now: dt.datetime, *, limit: int) -> list[Doubt]:
        found = await self._connection.execute(
            DUE.limit(limit), {"now": now, "before": int(now.timestamp()) - SAME_MOMENT}
        )
        return [Doubt(business_id=row[0], kind=row[1], id=row[2], attempts=row[3]) for row in found]

    async def put_off(self, retry_at: Mapping[Doubt, dt.datetime | None]) -> None:
        for doubt, moment in retry_at.items():
            table = LEDGER[doubt.kind].c
            await self._connection.execute(
                delete(doubts).where(D.business_id == doubt.business_id, D.kind == doubt.kind, D.id == doubt.id)
            )
            tried = select(
                table.business_id,
                literal(doubt.kind),
                table.id,
                table.observed_at,
                literal(doubt.attempts + 1),
                literal(moment, Moment),
            ).where(table.business_id == doubt.business_id, table.id == doubt.id, table.contested)
            new = insert(doubts).from_select([c.name for c in doubts.columns], tried)
            # Two workers may try the same doubt: whoever comes second counts it once.
            await self._connection.execute(new.on_conflict_do_nothing())


def _due_of(kind: str) -> Select[Any]:
    table = LEDGER[kind].c
    account = integration_accounts.c
    tried = and_(D.business_id == table.business_id, D.kind == kind, D.id == table.id)
    same = D.observed_at == table.observed_at
    return (
        select(table.business_id, literal(kind), table.id, case((same, D.attempts), else_=0))
        .select_from(LEDGER[kind].outerjoin(doubts, tried))
        .where(
            table.contested,
            table.observed_at < bindparam("before", type_=BigInteger),
            or_(D.id.is_(None), ~same, D.next_at <= bindparam("now", type_=Moment)),
            exists().where(account.business_id == table.business_id, account.status != IntegrationStatus.REVOKED),
        )
    )


DUE: Final[CompoundSelect[Any]] = union_all(*(_due_of(kind) for kind in LEDGER))

import itertools
from collections.abc import Collection as AnyOf
from collections.abc import Sequence
from functools import cache
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Row, Select, and_, case, or_, select, update
from sqlalchemy.dialects.postgresql import Insert, insert

from vaultra_adapters.postgres.rows import Collection, asked, row_values, rows_of, to_row, to_struct
from vaultra_adapters.postgres.tables import recommendations
from vaultra_core.domain.recommendations.base import Advice, Priority, Recommendation, Status
from vaultra_core.errors import Conflict

R: Final = recommendations.c
URGENCY: Final = case({str(priority): rank for rank, priority in enumerate(Priority)}, value=R.priority)
DISMISSED: Final = R.status == Status.DISMISSED
OWN: Final = [name for name in Recommendation.__struct_fields__ if name != "advice"]
ADVICE: Final = Advice.__struct_fields__
COLUMNS: Final = [R[name] for name in (*ADVICE, *OWN)]


class PostgresRecommendations(Collection):
    async def get(self, recommendation_id: UUID) -> Recommendation | None:
        found = await self._connection.execute(select(*COLUMNS).where(R.id == recommendation_id))
        row = found.one_or_none()
        return _recommendation(row) if row else None

    async def list(
        self, business_id: UUID, *, status: Status | None = None, priority: Priority | None = None
    ) -> list[Recommendation]:
        wanted = select(*COLUMNS).where(R.business_id == business_id)
        if status is not None:
            wanted = wanted.where(R.status == status)
        if priority is not None:
            wanted = wanted.where(R.priority == priority)
        found = await self._connection.execute(
            wanted.order_by(URGENCY, R.impact_points.desc(), R.created_at.desc(), R.key.collate("C"), R.id)
        )
        return [_recommendation(row) for row in found]

    async def hold(self, business_ids: AnyOf[UUID]) -> dict[UUID, Sequence[Recommendation]]:
        found = await self._connection.execute(_standing(), {"asked": list(business_ids)})
        by_business = itertools.groupby(map(_recommendation, found), key=lambda each: each.business_id)
        return dict.fromkeys(business_ids, ()) | {owner: tuple(each) for owner, each in by_business}

    async def put(self, several: Sequence[Recommendation]) -> None:
        await self._connection.execute(_put(), row_values("new", map(_row, several)))

    async def save(self, recommendation: Recommendation, *, expected: Status) -> None:
        saved = await self._connection.execute(
            update(recommendations).where(R.id == recommendation.id, R.status == expected).values(_row(recommendation))
        )
        if saved.rowcount == 0:
            raise Conflict(f"The recommendation is no longer {expected}.", expected=str(expected))


@cache
def _standing() -> Select[Any]:
    unresolved = and_(R.status.in_([Status.PENDING, Status.ACCEPTED]), R.resolved_at.is_(None))
    standing = select(*COLUMNS).where(asked(R.business_id), or_(unresolved, DISMISSED))
    return standing.order_by(R.business_id, R.id).with_for_update()


@cache
def _put() -> Insert:
    new = rows_of("new", COLUMNS)
    statement = insert(recommendations).from_select([c.name for c in COLUMNS], select(*new.c))
    return statement.on_conflict_do_update(
        index_elements=[R.id],
        set_={c.name: statement.excluded[c.name] for c in COLUMNS if c not in (R.id, R.business_id)},
        # An id says whose it is; that never changes.
        where=R.business_id == statement.excluded.business_id,
    )


def _row(recommendation: Recommendation) -> dict[str, Any]:
    row = to_row(recommendation)
    return {**to_row(row.pop("advice")), **row}


def _recommendation(row: Row[*tuple[Any, ...]]) -> Recommendation:
    own = dict(zip(OWN, row[len(ADVICE) :], strict=True))
    return msgspec.convert({**own, "advice": to_struct(Advice, row)}, Recommendation)

from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Row, case, insert, select, update

from vaultra_adapters.postgres.rows import Collection, to_row, to_struct
from vaultra_adapters.postgres.tables import recommendations
from vaultra_core.domain.recommendations.base import Advice, Priority, Recommendation, Status
from vaultra_core.errors import Conflict

R: Final = recommendations.c
URGENCY: Final = case({str(priority): rank for rank, priority in enumerate(Priority)}, value=R.priority)
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
            wanted.order_by(URGENCY, R.impact_points.desc(), R.created_at.desc(), R.id.desc())
        )
        return [_recommendation(row) for row in found]

    async def add(self, recommendation: Recommendation) -> None:
        await self._connection.execute(insert(recommendations).values(_row(recommendation)))

    async def save(self, recommendation: Recommendation, *, expected: Status) -> None:
        saved = await self._connection.execute(
            update(recommendations).where(R.id == recommendation.id, R.status == expected).values(_row(recommendation))
        )
        if saved.rowcount == 0:
            raise Conflict(f"The recommendation is no longer {expected}.", expected=str(expected))


def _row(recommendation: Recommendation) -> dict[str, Any]:
    row = to_row(recommendation)
    return {**to_row(row.pop("advice")), **row}


def _recommendation(row: Row[*tuple[Any, ...]]) -> Recommendation:
    own = dict(zip(OWN, row[len(ADVICE) :], strict=True))
    return msgspec.convert({**own, "advice": to_struct(Advice, row)}, Recommendation)

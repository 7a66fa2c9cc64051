import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, delete, select

from vaultra_adapters.postgres.results import Results, replace_results
from vaultra_adapters.postgres.rows import Collection, to_struct
from vaultra_adapters.postgres.tables import readiness_scores, superseded_scores
from vaultra_core.domain.readiness.assessment import Assessment
from vaultra_core.ports.storage import StoredScore

S: Final = readiness_scores.c
# A line of a score in figures is what its contribution is made of.
COLUMN_OF: Final = {"lines": "contributions"}
KEPT: Final = Results(
    readiness_scores, superseded_scores, key=("rulebook", "as_of"), kind=Assessment, column_of=COLUMN_OF
)
COLUMNS: Final = list(KEPT.columns.values())
OWN: Final = select(*COLUMNS, S.created_at).where(
    S.business_id == bindparam("business"), S.rulebook == bindparam("book")
)
NEWEST: Final = OWN.order_by(S.as_of.desc()).limit(bindparam("most"))
ON: Final = OWN.where(S.as_of == bindparam("day"))


class PostgresScores(Collection):
    async def save(self, assessments: Mapping[UUID, Sequence[Assessment]], now: dt.datetime) -> int:
        return await replace_results(self._connection, KEPT, assessments, now)

    async def latest(self, business_id: UUID, rulebook: str) -> StoredScore | None:
        return next(iter(await self.history(business_id, rulebook, limit=1)), None)

    async def on(self, business_id: UUID, rulebook: str, day: dt.date) -> StoredScore | None:
        wanted = {"business": business_id, "book": rulebook, "day": day}
        row = (await self._connection.execute(ON, wanted)).one_or_none()
        return _score(row) if row else None

    async def history(self, business_id: UUID, rulebook: str, *, limit: int) -> list[StoredScore]:
        wanted = {"business": business_id, "book": rulebook, "most": limit}
        return [_score(row) for row in await self._connection.execute(NEWEST, wanted)]

    async def drop_after(self, business_id: UUID, day: dt.date) -> None:
        await self._connection.execute(delete(readiness_scores).where(S.business_id == business_id, S.as_of > day))


def _score(row: Any) -> StoredScore:
    return StoredScore(to_struct(Assessment, row), row.created_at)

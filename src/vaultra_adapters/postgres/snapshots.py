import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, delete, select

from vaultra_adapters.postgres.results import Results, replace_results
from vaultra_adapters.postgres.rows import Collection, to_struct
from vaultra_adapters.postgres.tables import financial_metric_snapshots, superseded_snapshots
from vaultra_core.domain.metrics import MetricsSnapshot

S: Final = financial_metric_snapshots.c
# The tables keep the names of the first specification; a field says its unit in its name.
COLUMN_OF: Final = {
    "revenue_total_minor": "revenue_total",
    "average_transaction_size_minor": "average_transaction_size",
    "mrr_minor": "mrr",
    "extra": "metrics_json",
}
KEPT: Final = Results(
    financial_metric_snapshots,
    superseded_snapshots,
    key=("period_start", "period_end"),
    kind=MetricsSnapshot,
    column_of=COLUMN_OF,
)
COLUMNS: Final = list(KEPT.columns.values())
OWN: Final = select(*COLUMNS).where(S.business_id == bindparam("business"))
LATEST: Final = OWN.order_by(S.period_end.desc()).limit(1)
BETWEEN: Final = OWN.where(S.period_end.between(bindparam("start"), bindparam("end"))).order_by(
    S.period_end, S.period_start
)


class PostgresSnapshots(Collection):
    async def save(self, snapshots: Mapping[UUID, Sequence[MetricsSnapshot]], now: dt.datetime) -> int:
        return await replace_results(self._connection, KEPT, snapshots, now)

    async def latest(self, business_id: UUID) -> MetricsSnapshot | None:
        row = (await self._connection.execute(LATEST, {"business": business_id})).one_or_none()
        return to_struct(MetricsSnapshot, row) if row else None

    async def between(self, business_id: UUID, start: dt.date, end: dt.date) -> list[MetricsSnapshot]:
        wanted = {"business": business_id, "start": start, "end": end}
        found = await self._connection.execute(BETWEEN, wanted)
        return [to_struct(MetricsSnapshot, row) for row in found]

    async def drop_after(self, business_id: UUID, day: dt.date) -> None:
        await self._connection.execute(
            delete(financial_metric_snapshots).where(S.business_id == business_id, S.period_end > day)
        )

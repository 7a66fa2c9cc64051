import datetime as dt

import msgspec

from vaultra_core.domain.activity import DayActivity
from vaultra_core.domain.metrics import MetricsSnapshot
from vaultra_core.errors import Unprocessable
from vaultra_core.identity import Caller
from vaultra_core.periods import local_day
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import TenantUnitOfWorkFactory, UnitOfWork
from vaultra_core.use_cases.missing_score import explain_missing


class LatestMetrics(msgspec.Struct, frozen=True):
    """The newest snapshot, and what has happened today so far (a running day enters at midnight)."""

    snapshot: MetricsSnapshot
    today: DayActivity


class GetMetrics:
    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def execute(self, caller: Caller) -> LatestMetrics:
        """Raise `NotFound` with `details["reason"]` when there is no snapshot yet."""
        async with self._unit_of_work(caller) as work:
            snapshot = await work.snapshots.latest(caller.business_id)
            if snapshot is None:
                raise await explain_missing(work, caller.business_id, "metrics")
            return LatestMetrics(snapshot, await self._today(work, caller))

    async def history(self, caller: Caller, start: dt.date | None, end: dt.date | None) -> list[MetricsSnapshot]:
        """Snapshots whose period ends within [start, end], ascending; the last year when nothing is asked."""
        end = end or self._clock.now().date()
        start = start or dt.date.fromordinal(max(1, end.toordinal() - 365))
        if start > end:
            raise Unprocessable("start_date lies after end_date.", field="start_date")
        async with self._unit_of_work(caller) as work:
            return await work.snapshots.between(caller.business_id, start, end)

    async def _today(self, work: UnitOfWork, caller: Caller) -> DayActivity:
        business = await work.businesses.get(caller.business_id)
        today = local_day(int(self._clock.now().timestamp()), business.timezone if business else "UTC")
        return await work.activity.day(caller.business_id, today) or DayActivity(day=today)

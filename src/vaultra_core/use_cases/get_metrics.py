import datetime as dt

import msgspec

from vaultra_core.domain.activity import DayActivity
from vaultra_core.domain.metrics import MetricsSnapshot
from vaultra_core.domain.wording import day
from vaultra_core.errors import NotFound, Unprocessable
from vaultra_core.identity import Caller
from vaultra_core.periods import PERIOD_DAYS, local_day
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import TenantUnitOfWorkFactory, UnitOfWork
from vaultra_core.use_cases.missing_score import explain_missing


class LatestMetrics(msgspec.Struct, frozen=True):
    """The newest snapshot, and what has happened today so far (a running day enters at midnight)."""

    snapshot: MetricsSnapshot
    today: DayActivity


class PeriodMetrics(msgspec.Struct, frozen=True):
    """A snapshot, that of the period before when there is one, and the running day of the business."""

    snapshot: MetricsSnapshot
    before: MetricsSnapshot | None
    today: dt.date


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
            today = await self._running_day(work, caller)
            return LatestMetrics(snapshot, await work.activity.day(caller.business_id, today) or DayActivity(day=today))

    async def period(self, caller: Caller, end: dt.date | None) -> PeriodMetrics:
        """The period that ends on a day, or the newest when that day is later or none is named.

        Raise `NotFound` with `details["reason"]` when there is no such snapshot.
        """
        async with self._unit_of_work(caller) as work:
            newest = await work.snapshots.latest(caller.business_id)
            if newest is None:
                raise await explain_missing(work, caller.business_id, "metrics")
            end = min(end or newest.period_end, newest.period_end)
            snapshot = newest if end == newest.period_end else await self._ending(work, caller, end)
            if snapshot is None:
                raise NotFound(f"There are no figures of the 30 days up to {day(end)}.", reason="insufficient_history")
            before = await self._ending(work, caller, end - dt.timedelta(days=PERIOD_DAYS))
            return PeriodMetrics(snapshot, before, await self._running_day(work, caller))

    async def history(self, caller: Caller, start: dt.date | None, end: dt.date | None) -> list[MetricsSnapshot]:
        """Snapshots whose period ends within [start, end], ascending; the last year when nothing is asked."""
        end = end or self._clock.now().date()
        start = start or dt.date.fromordinal(max(1, end.toordinal() - 365))
        if start > end:
            raise Unprocessable("start_date lies after end_date.", field="start_date")
        async with self._unit_of_work(caller) as work:
            return await work.snapshots.between(caller.business_id, start, end)

    async def _ending(self, work: UnitOfWork, caller: Caller, end: dt.date) -> MetricsSnapshot | None:
        return next(iter(await work.snapshots.between(caller.business_id, end, end)), None)

    async def _running_day(self, work: UnitOfWork, caller: Caller) -> dt.date:
        business = await work.businesses.get(caller.business_id)
        return local_day(int(self._clock.now().timestamp()), business.timezone if business else "UTC")

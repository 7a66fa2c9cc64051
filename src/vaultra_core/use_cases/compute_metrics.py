import asyncio
import datetime as dt
from collections.abc import Sequence
from uuid import UUID

import msgspec

from vaultra_core.domain.accounts import Business, ImportPhase
from vaultra_core.domain.activity import History
from vaultra_core.domain.fold import fold_days
from vaultra_core.domain.metrics import MetricsSnapshot, metrics
from vaultra_core.periods import day_bounds, days_between, last_complete_day, utc_bounds
from vaultra_core.ports.runtime import Clock, Job, JobQueue
from vaultra_core.ports.storage import Computation, UnitOfWork, UnitOfWorkFactory
from vaultra_core.use_cases.drain import drain

DAYS = 90  # folded or measured in one transaction: enough to be quick, few enough to stay short and small


class ComputeMetrics:
    """Fold the days that changed and bring the snapshots up to date, for every business where that is due."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, queue: JobQueue, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._queue = queue
        self._clock = clock

    async def execute(self) -> int:
        """Compute until nothing is due; how many businesses were."""
        done = await drain(
            self._unit_of_work,
            lambda work, limit: work.computations.due_for_metrics(self._clock.now(), limit=limit),
            self.compute,
        )
        if done:
            await self._queue.wake(Job.COMPUTE_READINESS)
        return done

    async def compute(self, business_id: UUID) -> None:
        while await self._fold_some(business_id):
            pass
        while await self._snapshot_some(business_id):
            pass

    async def _fold_some(self, business_id: UUID) -> bool:
        """Fold up to DAYS dirty days; whether there may be more."""
        async with self._unit_of_work() as work:
            computation = await work.computations.lock(business_id)
            business = await work.businesses.get(business_id)
            dirty = await work.activity.take_dirty(business_id, limit=DAYS)
            if business is None or not dirty:
                return False
            ranges = [(*day_bounds(day, business.timezone), *utc_bounds(day)) for day in dirty]
            facts = await work.ledger.slice(business_id, ranges)
            days = await asyncio.to_thread(
                fold_days,
                facts.objects,
                currency=business.currency,
                timezone=business.timezone,
                first_charges=facts.first_charges,
            )
            asked = set(dirty)
            await work.activity.replace(business_id, asked, [day for day in days if day.day in asked])
            changed = min(dirty)
            changed = min(changed, computation.metrics_from) if computation.metrics_from else changed
            await work.computations.save(msgspec.structs.replace(computation, metrics_from=changed))
            await work.commit()
        return len(dirty) == DAYS

    async def _snapshot_some(self, business_id: UUID) -> bool:
        """Bring up to DAYS snapshots up to date, oldest first, and always the newest; whether more are due."""
        async with self._unit_of_work() as work:
            computation = await work.computations.lock(business_id)
            business = await work.businesses.get(business_id)
            if business is None:
                return False
            as_of = last_complete_day(self._clock.now(), business.timezone)
            if computation.metrics_as_of and computation.metrics_as_of > as_of:
                # The time zone was changed: what was over there is not over here.
                await work.snapshots.drop_after(business_id, as_of)
                await work.scores.drop_after(business_id, as_of)
            history = await load_history(work, business)
            start = await self._first_due(work, business, computation, history, as_of)
            stretches, rest = share(start, as_of)
            if history.first_day is not None:
                snapshots = await asyncio.to_thread(_snapshots, history, stretches)
                await work.snapshots.save(business_id, snapshots, self._clock.now())
            readiness_from = min(start, computation.readiness_from) if computation.readiness_from else start
            await work.computations.save(
                msgspec.structs.replace(
                    computation, metrics_from=rest, metrics_as_of=as_of, readiness_from=readiness_from
                )
            )
            await work.commit()
        return rest is not None

    @staticmethod
    async def _first_due(
        work: UnitOfWork, business: Business, computation: Computation, history: History, as_of: dt.date
    ) -> dt.date:
        """While the import runs, only the newest day; its end asks for all of them."""
        integration = await work.integrations.of_business(business.id)
        if integration is None or integration.phase is not ImportPhase.COMPLETE or history.first_day is None:
            return as_of
        new_day = computation.metrics_as_of + dt.timedelta(days=1) if computation.metrics_as_of else history.first_day
        start = min(new_day, computation.metrics_from) if computation.metrics_from else new_day
        return min(max(start, history.first_day), as_of)


Stretch = tuple[dt.date, dt.date]  # first and last day, both inclusive


def share(start: dt.date, as_of: dt.date) -> tuple[list[Stretch], dt.date | None]:
    """What one transaction computes: the first DAYS from `start`, and `as_of` in any case, so that what people look at
    is never behind; and the day to go on from, None when that was all."""
    end = start + dt.timedelta(days=DAYS - 1)
    if end >= as_of:
        return [(start, as_of)], None
    return [(start, end), (as_of, as_of)], end + dt.timedelta(days=1)


def _snapshots(history: History, stretches: Sequence[Stretch]) -> list[MetricsSnapshot]:
    return [metrics(history, day) for first, last in stretches for day in days_between(first, last)]


async def load_history(work: UnitOfWork, business: Business) -> History:
    return History(
        currency=business.currency,
        timezone=business.timezone,
        days=tuple(await work.activity.history(business.id)),
        subscriptions=tuple(await work.ledger.subscriptions(business.id)),
    )

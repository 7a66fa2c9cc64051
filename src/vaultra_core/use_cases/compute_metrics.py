from collections.abc import Sequence
from uuid import UUID

from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.use_cases.bring_up_to_date import BringUpToDate
from vaultra_core.use_cases.drain import drain
from vaultra_core.use_cases.fold_days import FoldDays


class ComputeMetrics:
    """Fold the days that changed and bring everything that follows from them up to date, wherever that is due."""

    def __init__(
        self, unit_of_work: UnitOfWorkFactory, clock: Clock, fold_days: FoldDays, bring_up_to_date: BringUpToDate
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._fold_days = fold_days
        self._bring_up_to_date = bring_up_to_date

    async def execute(self) -> int:
        """Compute what is due; how many businesses were."""
        return await drain(
            self._unit_of_work,
            lambda work, limit: work.computations.due_for_metrics(self._clock.now(), limit=limit),
            self.compute,
            under_way=2,
        )

    async def compute(self, businesses: Sequence[UUID]) -> None:
        async with self._unit_of_work() as work:
            dirty = await work.activity.dirty(businesses)
        for business_id in dirty:
            await self._fold_days.execute(business_id)
        await self._bring_up_to_date.execute(businesses)

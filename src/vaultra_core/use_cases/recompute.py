from uuid import UUID

from vaultra_core.errors import NotFound
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.use_cases.compute_metrics import ComputeMetrics
from vaultra_core.use_cases.update_business import mark_all_days


class Recompute:
    """Fold all days again and compute all that follows. With the same data and rules it changes nothing."""

    def __init__(
        self,
        unit_of_work: UnitOfWorkFactory,
        compute_metrics: ComputeMetrics,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._compute_metrics = compute_metrics

    async def execute(self, business_id: UUID | None = None) -> int:
        """All connected businesses, or this one; how many were computed. Raise `NotFound` for an unknown one."""
        async with self._unit_of_work() as work:
            wanted = await work.integrations.businesses() if business_id is None else [business_id]
        for business in wanted:
            async with self._unit_of_work() as work:
                found = await work.businesses.get(business)
                if found is None:
                    raise NotFound(f"There is no business {business}.")
                await mark_all_days(work, found)
                await work.commit()
            await self._compute_metrics.compute([business])
        return len(wanted)

from vaultra_core.domain.recommendations.base import Priority, Recommendation, Status
from vaultra_core.identity import Caller
from vaultra_core.ports.storage import TenantUnitOfWorkFactory


class ListRecommendations:
    def __init__(self, unit_of_work: TenantUnitOfWorkFactory) -> None:
        self._unit_of_work = unit_of_work

    async def execute(
        self, caller: Caller, *, status: Status | None = None, priority: Priority | None = None
    ) -> list[Recommendation]:
        """Highest priority first, then impact, then newest."""
        async with self._unit_of_work(caller) as work:
            return await work.recommendations.list(caller.business_id, status=status, priority=priority)

from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.use_cases.bring_up_to_date import BringUpToDate
from vaultra_core.use_cases.drain import drain


class GenerateRecommendations:
    """Say anew what would raise the score most, where only that is due."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, bring_up_to_date: BringUpToDate) -> None:
        self._unit_of_work = unit_of_work
        self._bring_up_to_date = bring_up_to_date

    async def execute(self) -> int:
        """Generate what is due; for how many businesses."""
        return await drain(
            self._unit_of_work,
            lambda work, limit: work.computations.due_for_recommendations(limit=limit),
            self._bring_up_to_date.execute,
        )

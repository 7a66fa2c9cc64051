from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.use_cases.bring_up_to_date import BringUpToDate
from vaultra_core.use_cases.drain import drain


class ComputeReadiness:
    """Score anew where only scores are due: their days have been measured, but not judged, or by other rules."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, bring_up_to_date: BringUpToDate) -> None:
        self._unit_of_work = unit_of_work
        self._bring_up_to_date = bring_up_to_date

    async def execute(self) -> int:
        """Score what is due; how many businesses."""
        return await drain(
            self._unit_of_work,
            lambda work, limit: work.computations.due_for_readiness(limit=limit),
            self._bring_up_to_date.execute,
        )

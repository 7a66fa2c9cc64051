from vaultra_core.identity import Caller
from vaultra_core.ports.storage import StoredScore, UnitOfWorkFactory
from vaultra_core.use_cases.missing_score import explain_missing


class GetReadiness:
    """The readiness score of a business under the rulebook in force, and its history."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, *, rulebook: str) -> None:
        self._unit_of_work = unit_of_work
        self._rulebook = rulebook

    async def execute(self, caller: Caller) -> StoredScore:
        """Raise `NotFound` with `details["reason"]` when there is no score yet."""
        async with self._unit_of_work() as work:
            score = await work.scores.latest(caller.business_id, self._rulebook)
            if score is None:
                raise await explain_missing(work, caller.business_id, "score")
            return score

    async def history(self, caller: Caller, *, limit: int) -> list[StoredScore]:
        """Newest day first."""
        async with self._unit_of_work() as work:
            return await work.scores.history(caller.business_id, self._rulebook, limit=limit)

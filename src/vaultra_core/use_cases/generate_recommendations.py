from uuid import UUID

import msgspec

from vaultra_core.domain.recommendations.catalogue import recommend
from vaultra_core.domain.recommendations.lifecycle import reconcile
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.use_cases.compute_metrics import load_history
from vaultra_core.use_cases.drain import drain


class GenerateRecommendations:
    """Say what would raise the score most, for every business whose score has changed."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock, *, rulebook: str) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._rulebook = rulebook

    async def execute(self) -> int:
        """Generate until nothing is due; how many businesses were."""
        return await drain(
            self._unit_of_work,
            lambda work, limit: work.computations.due_for_recommendations(limit=limit),
            self.generate,
        )

    async def generate(self, business_id: UUID) -> None:
        now = self._clock.now()
        async with self._unit_of_work() as work:
            computation = await work.computations.lock(business_id)
            business = await work.businesses.get(business_id)
            if business is None or not computation.recommendations_due or computation.readiness_as_of is None:
                return
            history = await load_history(work, business)
            advice = recommend(history, computation.readiness_as_of, self._rulebook)
            existing = await work.recommendations.list(business_id)
            new, changed = reconcile(business_id, existing, advice, now)
            for before, after in changed:
                await work.recommendations.save(after, expected=before.status)
            for recommendation in new:
                await work.recommendations.add(recommendation)
            await work.computations.save(
                msgspec.structs.replace(
                    computation, recommendations_due=False, recommendations_as_of=computation.readiness_as_of
                )
            )
            await work.commit()

import asyncio
from collections.abc import Sequence
from uuid import UUID

import msgspec

from vaultra_core.domain.activity import History
from vaultra_core.domain.readiness.assessment import Assessment
from vaultra_core.domain.readiness.replay import replay
from vaultra_core.domain.readiness.rulebook import RULEBOOKS
from vaultra_core.ports.runtime import Clock, Job, JobQueue
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.use_cases.compute_metrics import Stretch, load_history, share
from vaultra_core.use_cases.drain import drain


class ComputeReadiness:
    """Score every day that changed, under every rulebook, for every business where that is due."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, queue: JobQueue, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._queue = queue
        self._clock = clock

    async def execute(self) -> int:
        """Compute until nothing is due; how many businesses were."""
        done = await drain(
            self._unit_of_work,
            lambda work, limit: work.computations.due_for_readiness(limit=limit),
            self.compute,
        )
        if done:
            await self._queue.wake(Job.GENERATE_RECOMMENDATIONS)
        return done

    async def compute(self, business_id: UUID) -> None:
        while await self._score_some(business_id):
            pass

    async def _score_some(self, business_id: UUID) -> bool:
        """Score a share of the days that are due; whether more are."""
        async with self._unit_of_work() as work:
            computation = await work.computations.lock(business_id)
            business = await work.businesses.get(business_id)
            start, as_of = computation.readiness_from, computation.metrics_as_of
            if business is None or start is None or as_of is None:
                return False
            history = await load_history(work, business)
            stretches, rest = share(start, as_of)
            for rulebook in RULEBOOKS:
                assessments = await asyncio.to_thread(_assessments, history, stretches, rulebook)
                await work.scores.save(business_id, assessments, self._clock.now())
            await work.computations.save(
                msgspec.structs.replace(
                    computation, readiness_from=rest, readiness_as_of=as_of, recommendations_due=True
                )
            )
            await work.commit()
        return rest is not None


def _assessments(history: History, stretches: Sequence[Stretch], rulebook: str) -> list[Assessment]:
    return [assessment for first, last in stretches for assessment in replay(history, first, last, rulebook)]

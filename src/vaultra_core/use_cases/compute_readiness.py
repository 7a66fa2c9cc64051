import asyncio
from uuid import UUID

import msgspec

from vaultra_core.domain.readiness.replay import replay
from vaultra_core.domain.readiness.rulebook import RULEBOOKS
from vaultra_core.ports.runtime import Clock, Job, JobQueue
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.use_cases.compute_metrics import load_history
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
        async with self._unit_of_work() as work:
            computation = await work.computations.lock(business_id)
            business = await work.businesses.get(business_id)
            start, as_of = computation.readiness_from, computation.metrics_as_of
            if business is None or start is None or as_of is None:
                return
            history = await load_history(work, business)
            for rulebook in RULEBOOKS:
                assessments = await asyncio.to_thread(replay, history, start, as_of, rulebook)
                await work.scores.save(business_id, assessments, self._clock.now())
            await work.computations.save(
                msgspec.structs.replace(
                    computation, readiness_from=None, readiness_as_of=as_of, recommendations_due=True
                )
            )
            await work.commit()

import asyncio
import datetime as dt
import logging

from vaultra_core.domain.accounts import IntegrationStatus
from vaultra_core.errors import NotFound, VaultraError
from vaultra_core.ports.completeness import Doubt
from vaultra_core.ports.payments import PaymentsProvider
from vaultra_core.ports.runtime import Clock, Job, JobQueue
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.use_cases.record_observations import record_observations
from vaultra_core.use_cases.together import together

logger = logging.getLogger(__name__)

BATCH = 50
CALLS_AT_ONCE = 5
FIRST_WAIT = dt.timedelta(seconds=10)
LONGEST_WAIT = dt.timedelta(days=1)


class SettleDoubts:
    """Retrieve every contested object again: seen whole and at a later moment, the merge decides.

    Contested are ties within one second, and subscriptions of which an event or a list left parts out. A try is put
    down before Stripe is asked, so that whatever cannot be settled is asked for less and less often.
    """

    def __init__(
        self, unit_of_work: UnitOfWorkFactory, provider: PaymentsProvider, queue: JobQueue, clock: Clock
    ) -> None:
        self._unit_of_work = unit_of_work
        self._provider = provider
        self._queue = queue
        self._clock = clock

    async def execute(self) -> int:
        """Settle until nothing is due; how many doubts were tried."""
        tried = 0
        while doubts := await self._claim():
            places = asyncio.Semaphore(CALLS_AT_ONCE)
            await together(self._settle(doubt, places) for doubt in doubts)
            tried += len(doubts)
        if tried:
            self._queue.wake(Job.COMPUTE_METRICS)
        return tried

    async def _claim(self) -> list[Doubt]:
        now = self._clock.now()
        async with self._unit_of_work() as work:
            doubts = await work.doubts.due(now, limit=BATCH)
            await work.doubts.put_off({doubt: now + wait(doubt) for doubt in doubts})
            await work.commit()
        return doubts

    async def _settle(self, doubt: Doubt, places: asyncio.Semaphore) -> None:
        async with places:
            try:
                await self._retrieve(doubt)
            except NotFound:
                await self._end(doubt)
            except VaultraError as error:
                logger.warning("%s %s stays in doubt: %s", doubt.kind, doubt.id, error.message)

    async def _retrieve(self, doubt: Doubt) -> None:
        async with self._unit_of_work() as work:
            integration = await work.integrations.of_business(doubt.business_id)
        if integration is None:
            return
        records = await self._provider.retrieve(integration.external_id, doubt.kind, doubt.id)
        async with self._unit_of_work() as work:
            await work.computations.lock(doubt.business_id)
            current = await work.integrations.of_business(doubt.business_id)
            business = await work.businesses.get(doubt.business_id)
            # Disconnected in the meantime: a purge must stay one.
            if business is None or current is None or current.id != integration.id:
                return
            if current.status is IntegrationStatus.REVOKED:
                return
            await record_observations(work, business, records)
            # The record has a new moment now; if it is contested still, this is not a new doubt.
            await work.doubts.put_off({doubt: self._clock.now() + wait(doubt)})
            await work.commit()

    async def _end(self, doubt: Doubt) -> None:
        """Stripe does not have the object any more: what we know of it is the last that can be known."""
        async with self._unit_of_work() as work:
            await work.doubts.put_off({doubt: None})
            await work.commit()


def wait(doubt: Doubt) -> dt.timedelta:
    """10 s, 40 s, 160 s … up to a day: one second is enough to decide a tie, nothing decides the rest soon."""
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << 2 * min(doubt.attempts, 10)))

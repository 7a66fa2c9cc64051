from vaultra_core.domain.accounts import Integration
from vaultra_core.ports.payments import PaymentsProvider
from vaultra_core.ports.runtime import Clock, Job, JobQueue
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.use_cases.receive_webhook import to_inbox

OVERLAP_SECONDS = 15 * 60  # the Events API is eventually consistent, and whole seconds lose ties
KEPT_DAYS = 30


class ReadEvents:
    """Read an account's events since the last time into the inbox: what a webhook did not bring, this does."""

    def __init__(
        self, unit_of_work: UnitOfWorkFactory, provider: PaymentsProvider, queue: JobQueue, clock: Clock
    ) -> None:
        self._unit_of_work = unit_of_work
        self._provider = provider
        self._queue = queue
        self._clock = clock

    async def execute(self, integration: Integration) -> int:
        """How many events were new."""
        now = self._clock.now()
        through = integration.events_through or int(integration.import_started_at.timestamp())
        since = through - OVERLAP_SECONDS
        cursor, new = None, 0
        while True:
            page = await self._provider.list_events(integration.external_id, since=since, cursor=cursor)
            if page.events:
                async with self._unit_of_work() as work:
                    new += await work.inbox.accept([to_inbox(event, now) for event in page.events])
                    await work.commit()
            cursor = page.cursor
            if cursor is None:
                break
        if new:
            await self._queue.wake(Job.APPLY_EVENTS)
        return new

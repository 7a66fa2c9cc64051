import msgspec

from vaultra_core.domain.accounts import Integration
from vaultra_core.domain.imports import EVENTS_KEPT_DAYS
from vaultra_core.ports.payments import PaymentsProvider
from vaultra_core.ports.runtime import Clock, Job, JobQueue
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.use_cases.keep_unread import keep_unread
from vaultra_core.use_cases.receive_webhook import to_inbox

OVERLAP_SECONDS = 15 * 60  # the Events API is eventually consistent, and whole seconds lose ties
DELIVERY_SECONDS = 15 * 60  # an event that is younger may still be on its way to our endpoint


class EventsRead(msgspec.Struct, frozen=True, kw_only=True):
    """How far an integration's events are read now, and what our webhook endpoint has missed: fields of its own."""

    events_through: int
    webhooks_since: int | None
    webhooks_through: int | None
    webhooks_missed: int
    webhooks_missed_last: int | None


class ReadEvents:
    """Read an account's events since the last time into the inbox: what a webhook did not bring, this does."""

    def __init__(
        self, unit_of_work: UnitOfWorkFactory, provider: PaymentsProvider, queue: JobQueue, clock: Clock
    ) -> None:
        self._unit_of_work = unit_of_work
        self._provider = provider
        self._queue = queue
        self._clock = clock

    async def execute(self, integration: Integration) -> EventsRead:
        """What is to be saved of it, once all is in the inbox."""
        now = self._clock.now()
        since = read_through(integration) - OVERLAP_SECONDS
        cursor, new = None, 0
        while True:
            page = await self._provider.list_events(integration.external_id, since=since, cursor=cursor)
            if page.events or page.unread:
                async with self._unit_of_work() as work:
                    new += await work.inbox.accept([to_inbox(event, now) for event in page.events])
                    await keep_unread(work, integration, page.unread, now)
                    await work.commit()
            cursor = page.cursor
            if cursor is None:
                break
        if new:
            self._queue.wake(Job.APPLY_EVENTS)
        return await self._measure_webhooks(integration, int(now.timestamp()))

    async def _measure_webhooks(self, integration: Integration, now: int) -> EventsRead:
        """Count what was not delivered, in spans that join without overlap, so that no event is counted twice."""
        missed: list[int] = []
        start = max(integration.webhooks_through or read_through(integration), now - EVENTS_KEPT_DAYS * 86_400)
        end = max(start, now - DELIVERY_SECONDS)
        cursor = None
        while start < end:
            page = await self._provider.list_events(
                integration.external_id, since=start, cursor=cursor, undelivered=True
            )
            missed += [event.created for event in page.events if event.created < end]
            cursor = page.cursor
            if cursor is None:
                break
        return EventsRead(
            events_through=now,
            webhooks_since=start if integration.webhooks_since is None else integration.webhooks_since,
            webhooks_through=end,
            webhooks_missed=integration.webhooks_missed + len(missed),
            webhooks_missed_last=max(missed, default=integration.webhooks_missed_last),
        )


def read_through(integration: Integration) -> int:
    """Unix seconds: every event created before is in."""
    through = integration.events_through
    return int(integration.import_started_at.timestamp()) if through is None else through

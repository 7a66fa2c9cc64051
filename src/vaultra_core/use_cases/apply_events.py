import datetime as dt
import logging
from collections.abc import Sequence
from uuid import UUID

import msgspec

from vaultra_core.domain.accounts import Integration, IntegrationStatus
from vaultra_core.domain.ledger import Record
from vaultra_core.domain.stripe_objects import DEAUTHORIZED, observe_event
from vaultra_core.errors import InvalidInput
from vaultra_core.ports.runtime import Clock, Job, JobQueue
from vaultra_core.ports.storage import UNKNOWN_ACCOUNT, StripeEvent, UnitOfWork, UnitOfWorkFactory
from vaultra_core.use_cases.record_observations import record_observations

logger = logging.getLogger(__name__)

BATCH = 500
ATTEMPTS = 3  # then an event goes to the dead-letter queue


class _Moment(msgspec.Struct):
    created: int


class ApplyEvents:
    """Bring waiting events from the inbox into the ledger, exactly once in effect.

    A batch is claimed, merged and marked applied in one transaction; whoever dies in between has done nothing.
    """

    def __init__(self, unit_of_work: UnitOfWorkFactory, queue: JobQueue, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._queue = queue
        self._clock = clock

    async def execute(self) -> int:
        """Apply until nothing waits; how many events were taken care of."""
        total = 0
        while True:
            async with self._unit_of_work() as work:
                events = await work.inbox.claim(self._clock.now(), limit=BATCH)
                if events:
                    await self._apply(work, events)
                await work.commit()
            total += len(events)
            if len(events) < BATCH:
                break
        if total:
            await self._queue.wake(Job.COMPUTE_METRICS)
        return total

    async def _apply(self, work: UnitOfWork, events: Sequence[StripeEvent]) -> None:
        now = self._clock.now()
        integrations = await work.integrations.by_account({e.account for e in events if e.account})
        outcomes: dict[UUID, str] = {}
        records: dict[str, list[Record]] = {}
        for event in events:
            integration = integrations.get(event.account or "")
            try:
                outcome, observed = await self._read(work, event, integration, now)
            except InvalidInput as error:
                await self._fail(work, event, error.message, now)
                continue
            outcomes[event.id] = outcome
            if observed and integration is not None:
                records.setdefault(integration.external_id, []).extend(observed)
        # Businesses are locked in one order, so that two batches cannot wait for each other.
        for account in sorted(records, key=lambda name: integrations[name].business_id):
            business = await work.businesses.get(integrations[account].business_id)
            assert business is not None
            await record_observations(work, business, records[account])
        await work.inbox.mark_applied(outcomes, now)

    async def _read(
        self, work: UnitOfWork, event: StripeEvent, integration: Integration | None, now: dt.datetime
    ) -> tuple[str, Sequence[Record]]:
        """The outcome of an event, and the observations in it. Raise `InvalidInput` when it cannot be read."""
        if integration is None:
            return UNKNOWN_ACCOUNT, ()
        if event.livemode != integration.livemode:
            return "ignored: livemode differs", ()
        if event.event_type == DEAUTHORIZED:
            return await self._revoke(work, event, integration, now), ()
        if integration.status is IntegrationStatus.REVOKED:
            return "ignored: disconnected", ()
        observed = observe_event(event.payload)
        return ("applied", observed) if observed else ("ignored: type", ())

    @staticmethod
    async def _revoke(work: UnitOfWork, event: StripeEvent, integration: Integration, now: dt.datetime) -> str:
        happened_at = msgspec.json.decode(event.payload, type=_Moment).created
        # In the second of the connection itself the order is unknown. Taking the connection for the later one is safe:
        # if access is gone all the same, the next sync is told so.
        if happened_at <= int(integration.created_at.timestamp()):
            return "ignored: connected again since"
        await work.integrations.save(
            msgspec.structs.replace(
                integration,
                status=IntegrationStatus.REVOKED,
                error="Access was withdrawn at Stripe.",
                next_sync_at=None,
                updated_at=now,
            )
        )
        return "applied"

    @staticmethod
    async def _fail(work: UnitOfWork, event: StripeEvent, error: str, now: dt.datetime) -> None:
        attempts = event.attempts + 1
        retry_at = None if attempts >= ATTEMPTS else now + dt.timedelta(seconds=10 * 4**event.attempts)
        logger.warning("event %s cannot be applied (attempt %d): %s", event.stripe_event_id, attempts, error)
        await work.inbox.mark_failed(event.id, error, retry_at=retry_at, now=now)

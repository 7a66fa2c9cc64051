import datetime as dt
import logging
from collections import deque
from collections.abc import Sequence
from uuid import UUID

import msgspec

from vaultra_core.domain.accounts import Integration, IntegrationStatus
from vaultra_core.domain.ledger import Record
from vaultra_core.domain.stripe_objects import DEAUTHORIZED, is_newer_than_known, read_event
from vaultra_core.errors import InvalidInput, Unavailable, VaultraError
from vaultra_core.ports.runtime import Clock, Job, JobQueue
from vaultra_core.ports.storage import UNKNOWN_ACCOUNT, StripeEvent, UnitOfWork, UnitOfWorkFactory
from vaultra_core.use_cases.backoff import backoff
from vaultra_core.use_cases.record_observations import record_observations
from vaultra_core.use_cases.together import together

logger = logging.getLogger(__name__)

BATCH = 2_000
LANES = 3  # batches under way
ATTEMPTS = 3  # then an event goes to the dead-letter queue


class _Envelope(msgspec.Struct):
    created: int
    api_version: str | None = None


class ApplyEvents:
    """Bring waiting events from the inbox into the ledger, exactly once in effect.

    A batch is claimed, merged and marked applied in one transaction; whoever dies in between has done nothing.
    """

    def __init__(self, unit_of_work: UnitOfWorkFactory, queue: JobQueue, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._queue = queue
        self._clock = clock
        self._versions_seen: set[str] = set()

    async def execute(self) -> int:
        """Apply until nothing waits; how many events were taken care of."""
        total = 0
        waiting = await self._waiting()
        if len(waiting) > 1:
            # Batches of one account wait for each other, so that everyone first looks for a partition of their own.
            shared_out = deque(waiting)
            total += sum(await together(self._lane(shared_out, alone=True) for _ in range(LANES)))
            waiting = await self._waiting()
        # What others are at work on, too, and what came in meanwhile: one batch is read while another is merged.
        total += sum(await together(self._lane(deque(waiting)) for _ in range(LANES)))
        if total:
            self._queue.wake(Job.COMPUTE_METRICS)
        return total

    async def _waiting(self) -> list[int]:
        async with self._unit_of_work() as work:
            return await work.inbox.partitions(self._clock.now())

    async def _lane(self, partitions: deque[int], *, alone: bool = False) -> int:
        """By turns, a batch each, until none of them was full: what comes in meanwhile wakes somebody again."""
        total = 0
        while partitions:
            partition = partitions.popleft()
            count = await self._batch(partition, BATCH, alone=alone)
            total += count
            if count == BATCH:
                partitions.append(partition)
        return total

    async def _batch(self, partition: int, size: int, *, alone: bool) -> int:
        events: list[StripeEvent] = []
        try:
            async with self._unit_of_work() as work:
                events = await work.inbox.claim(self._clock.now(), partition=partition, limit=size, alone=alone)
                if events:
                    await self._apply(work, events)
                # A crash of the database that takes this away takes all of it: then the events wait again.
                await work.commit(durable=False)
        except Unavailable:
            raise
        except Exception as error:
            if not events:
                raise
            if len(events) > 1:
                # One event that nobody foresaw must not keep the others waiting: alone, each is its own problem.
                logger.exception("a batch of %d events failed; now one by one", len(events))
                return sum([await self._batch(partition, 1, alone=alone) for _ in events])
            logger.exception("event %s failed", events[0].stripe_event_id)
            message = error.message if isinstance(error, VaultraError) else f"Unexpected: {type(error).__name__}."
            async with self._unit_of_work() as work:
                await self._fail(work, events[0], message, self._clock.now())
                await work.commit()
        return len(events)

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
        try:
            read = read_event(event.payload)
        except InvalidInput:  # a newer version may well be why
            self._tell_newer_version(msgspec.json.decode(event.payload, type=_Envelope).api_version)
            raise
        self._tell_newer_version(read.api_version)
        return ("applied", read.records) if read.records else ("ignored: type", ())

    def _tell_newer_version(self, version: str | None) -> None:
        """Say once, for as long as this process lives, that a version is read whose shapes nobody has looked at."""
        if version is None or version in self._versions_seen:
            return
        self._versions_seen.add(version)
        if is_newer_than_known(version):
            logger.warning("events come in Stripe's API version %s, which is newer than the known ones", version)

    @staticmethod
    async def _revoke(work: UnitOfWork, event: StripeEvent, integration: Integration, now: dt.datetime) -> str:
        happened_at = msgspec.json.decode(event.payload, type=_Envelope).created
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
        retry_at = None if attempts >= ATTEMPTS else now + backoff(attempts, first=10, factor=4, most=3600)
        logger.warning("event %s cannot be applied (attempt %d): %s", event.stripe_event_id, attempts, error)
        await work.inbox.mark_failed(event.id, error, retry_at=retry_at, now=now)

from collections.abc import Collection

import msgspec

from vaultra_core.domain.stripe_objects import EVENT, lacks_object, listed_object
from vaultra_core.errors import Conflict, Unavailable, VaultraError
from vaultra_core.ports.payments import PaymentsProvider
from vaultra_core.ports.runtime import Clock, Job, JobQueue
from vaultra_core.ports.storage import StripeEvent, UnitOfWorkFactory
from vaultra_core.use_cases.record_observations import record_observations

AT_ONCE = 10_000  # dead events that one call looks at


class Replayed(msgspec.Struct, frozen=True):
    """How many events wait again, and why others stay dead, by event id."""

    requeued: int
    lost: dict[str, str]


class ReplayEvents:
    """Give dead events another try, usually after an update of the code.

    Of an event that could not be read only the envelope was kept: it is fetched again from the platform, which has it
    for 30 days. So is an object that a list showed, for as long as there is one.
    """

    def __init__(
        self, unit_of_work: UnitOfWorkFactory, provider: PaymentsProvider, queue: JobQueue, clock: Clock
    ) -> None:
        self._unit_of_work = unit_of_work
        self._provider = provider
        self._queue = queue
        self._clock = clock

    async def execute(self, event_ids: Collection[str] | None = None) -> Replayed:
        """These dead events, or all. Raise `Unavailable` when the platform cannot be reached; what was requeued by
        then stays so."""
        async with self._unit_of_work() as work:
            dead = await work.inbox.dead(limit=AT_ONCE)
        requeued, lost = 0, {}
        for event in dead:
            if event_ids is not None and event.stripe_event_id not in event_ids:
                continue
            try:
                requeued += await self._replay(event)
            except Unavailable:
                raise
            except VaultraError as error:
                lost[event.stripe_event_id] = error.message
        if requeued:
            self._queue.wake(Job.APPLY_EVENTS)
        return Replayed(requeued, lost)

    async def _replay(self, event: StripeEvent) -> int:
        listed = listed_object(event.event_type, event.stripe_event_id)
        if listed is not None and listed[0] != EVENT:
            return await self._observe(event, *listed)
        payload = event.payload
        if lacks_object(payload) and event.account is not None:
            event_id = event.stripe_event_id if listed is None else listed[1]
            payload = (await self._provider.retrieve_event(event.account, event_id)).payload
        async with self._unit_of_work() as work:
            await work.inbox.refill(event.id, payload)
            requeued = await work.inbox.replay([event.stripe_event_id], self._clock.now())
            await work.commit()
        return requeued

    async def _observe(self, event: StripeEvent, kind: str, object_id: str) -> int:
        """An object that a list showed: it is retrieved, and observed at once, since no event carries it."""
        account = event.account or ""
        records = await self._provider.retrieve(account, kind, object_id)
        async with self._unit_of_work() as work:
            integration = (await work.integrations.by_account([account])).get(account)
            if integration is None:
                raise Conflict("The account is not connected any more.")
            await work.computations.lock(integration.business_id)
            business = await work.businesses.get(integration.business_id)
            assert business is not None
            requeued = await work.inbox.replay([event.stripe_event_id], self._clock.now())
            await record_observations(work, business, records)
            await work.inbox.mark_applied({event.id: "applied"}, self._clock.now())
            await work.commit()
        self._queue.wake(Job.COMPUTE_METRICS)
        return requeued

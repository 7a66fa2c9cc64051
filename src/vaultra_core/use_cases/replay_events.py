from collections.abc import Collection

import msgspec

from vaultra_core.domain.stripe_objects import lacks_object
from vaultra_core.errors import Unavailable, VaultraError
from vaultra_core.ports.payments import PaymentsProvider
from vaultra_core.ports.runtime import Clock, Job, JobQueue
from vaultra_core.ports.storage import StripeEvent, UnitOfWorkFactory

AT_ONCE = 10_000  # dead events that one call looks at


class Replayed(msgspec.Struct, frozen=True):
    """How many events wait again, and why others stay dead, by event id."""

    requeued: int
    lost: dict[str, str]


class ReplayEvents:
    """Give dead events another try, usually after an update of the code.

    Of an event that could not be read only the envelope was kept: it is fetched again from the platform, which has it
    for 30 days.
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
                payload = await self._whole(event)
            except Unavailable:
                raise
            except VaultraError as error:
                lost[event.stripe_event_id] = error.message
                continue
            async with self._unit_of_work() as work:
                await work.inbox.refill(event.id, payload)
                requeued += await work.inbox.replay([event.stripe_event_id], self._clock.now())
                await work.commit()
        if requeued:
            await self._queue.wake(Job.APPLY_EVENTS)
        return Replayed(requeued, lost)

    async def _whole(self, event: StripeEvent) -> bytes:
        if not lacks_object(event.payload) or event.account is None:
            return event.payload
        return (await self._provider.retrieve_event(event.account, event.stripe_event_id)).payload

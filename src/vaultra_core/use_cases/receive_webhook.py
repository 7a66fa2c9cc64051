import asyncio
import datetime as dt

from vaultra_core.identity import new_id
from vaultra_core.ports.payments import PaymentsProvider, PlatformEvent
from vaultra_core.ports.runtime import Clock, Job, JobQueue
from vaultra_core.ports.storage import EventAcceptor, StripeEvent


class ReceiveWebhook:
    """Take an event in. It is answered once the event is durably stored; applying it comes after the answer."""

    def __init__(self, provider: PaymentsProvider, acceptor: EventAcceptor, queue: JobQueue, clock: Clock) -> None:
        self._provider = provider
        self._acceptor = acceptor
        self._queue = queue
        self._clock = clock

    async def execute(self, *, payload: bytes, signature: str) -> None:
        """Raise `InvalidInput` unless the signature is good and the body is an event."""
        await self.begin(payload=payload, signature=signature)

    def begin(self, *, payload: bytes, signature: str) -> asyncio.Future[None]:
        """The same without a task for each event: it is done when the event is stored."""
        event = self._provider.read_webhook(payload, signature)
        stored = self._acceptor.accept(to_inbox(event, self._clock.now()))
        stored.add_done_callback(self._stored)
        return stored

    def _stored(self, stored: asyncio.Future[None]) -> None:
        if not stored.cancelled() and stored.exception() is None:
            self._queue.wake(Job.APPLY_EVENTS)


def to_inbox(event: PlatformEvent, now: dt.datetime) -> StripeEvent:
    return StripeEvent(
        id=new_id(),
        stripe_event_id=event.external_id,
        account=event.account,
        event_type=event.type,
        livemode=event.livemode,
        payload=event.payload,
        created_at=now,
    )

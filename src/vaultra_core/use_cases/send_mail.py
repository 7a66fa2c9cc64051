import asyncio
import logging

from vaultra_core.errors import Unavailable, VaultraError
from vaultra_core.ports.mail import Mailer, WaitingMail
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.use_cases.backoff import backoff

logger = logging.getLogger(__name__)

AT_ONCE = 5
# Whoever dies while sending leaves the mail to others after this; a mailer gives up well before.
LEASE_SECONDS = 60


class SendMail:
    """Send what waits in the outbox, at least once: a mail leaves the outbox after the mail server has it.

    No transaction is open while a mail server is talked to. What cannot be sent is tried again, less and less often,
    for as long as it is of use to its reader.
    """

    def __init__(self, unit_of_work: UnitOfWorkFactory, mailer: Mailer, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._mailer = mailer
        self._clock = clock

    async def execute(self) -> int:
        """Send until nothing is due; how many were sent."""
        sent = 0
        while True:
            async with self._unit_of_work() as work:
                waiting = await work.outbox.claim(self._clock.now(), limit=AT_ONCE, seconds=LEASE_SECONDS)
                await work.commit()
            if not waiting:
                return sent
            sent += sum(await asyncio.gather(*map(self._send, waiting)))

    async def _send(self, waiting: WaitingMail) -> bool:
        mail, now = waiting.mail, self._clock.now()
        if mail.useful_until <= now:
            logger.warning("mail %s was not sent in time and is dropped", mail.id)
            await self._remove(waiting)
            return False
        try:
            await self._mailer.send(mail)
        except Unavailable as error:
            await self._put_off(waiting, error.message)
        except VaultraError as error:
            logger.warning("mail %s cannot be delivered and is dropped: %s", mail.id, error.message)
            await self._remove(waiting)
        except Exception:
            # Whatever it is, it must not stop the other mails.
            logger.exception("mail %s failed", mail.id)
            await self._put_off(waiting, "Something went wrong on our side.")
        else:
            await self._remove(waiting)
            return True
        return False

    async def _remove(self, waiting: WaitingMail) -> None:
        async with self._unit_of_work() as work:
            await work.outbox.remove(waiting.mail.id)
            await work.commit()

    async def _put_off(self, waiting: WaitingMail, error: str) -> None:
        later = self._clock.now() + backoff(waiting.attempts, first=5, factor=2, most=900)
        async with self._unit_of_work() as work:
            await work.outbox.put_off(waiting.mail.id, later, error)
            await work.commit()

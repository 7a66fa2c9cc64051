from uuid import UUID

from vaultra_core.domain.rate_limits import MAIL_ACCOUNT, tries
from vaultra_core.domain.sessions import LinkPurpose
from vaultra_core.errors import Conflict, Unauthorized
from vaultra_core.ports.runtime import Clock, Job, JobQueue
from vaultra_core.ports.storage import TenantUnitOfWorkFactory
from vaultra_core.use_cases.limit_tries import count_tries
from vaultra_core.use_cases.send_link import send_link


class AskVerification:
    """Send the mail again that lets a person confirm their address."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, queue: JobQueue, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._queue = queue
        self._clock = clock

    async def execute(self, user_id: UUID) -> None:
        """Raise `Conflict` when it is confirmed already, `RateLimited` on too many tries."""
        now = self._clock.now()
        async with self._unit_of_work(user_id) as work:
            user = await work.users.get(user_id)
            if user is None:
                raise Unauthorized("This account does not exist any more.")
            if user.email_verified_at is not None:
                raise Conflict("This address is confirmed already.")
            await count_tries(work, [tries(MAIL_ACCOUNT, user.email.lower())], now)
            await send_link(work, user, LinkPurpose.VERIFY_EMAIL, now)
            await work.commit()
        self._queue.wake(Job.SEND_MAIL)

from vaultra_core.domain.audit import AuditAction, audited
from vaultra_core.domain.rate_limits import MAIL_ACCOUNT, MAIL_ADDRESS, network, tries
from vaultra_core.domain.sessions import LinkPurpose
from vaultra_core.identity import origin
from vaultra_core.ports.runtime import Clock, Job, JobQueue
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.use_cases.limit_tries import count_tries
from vaultra_core.use_cases.send_link import send_link


class AskPasswordReset:
    """Send somebody who forgot their password a link to choose a new one."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, queue: JobQueue, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._queue = queue
        self._clock = clock

    async def execute(self, email: str) -> None:
        """Ends in the same way whether or not anybody has this address. Raise `RateLimited` on too many tries, which
        are counted for unknown addresses too."""
        now = self._clock.now()
        counted = [tries(MAIL_ADDRESS, network(origin.get().address)), tries(MAIL_ACCOUNT, email.lower())]
        async with self._unit_of_work() as work:
            await count_tries(work, counted, now)
            user = await work.users.by_email(email)
            if user is not None:
                await send_link(work, user, LinkPurpose.RESET_PASSWORD, now)
            target = str(user.id) if user else None
            await work.audit.add(audited(AuditAction.PASSWORD_RESET_ASKED, now, target=target))
            await work.commit()
        self._queue.wake(Job.SEND_MAIL)

from uuid import UUID

from vaultra_core.domain.audit import AuditAction, audited
from vaultra_core.domain.passwords import refuse_weak
from vaultra_core.domain.rate_limits import PASSWORD_ACCOUNT, tries
from vaultra_core.errors import InvalidInput, Unauthorized
from vaultra_core.ports.runtime import Clock, Job, JobQueue, PasswordHasher
from vaultra_core.ports.storage import TenantUnitOfWorkFactory
from vaultra_core.use_cases.limit_tries import count_tries
from vaultra_core.use_cases.set_password import set_password


class ChangePassword:
    """Change one's password, showing the old one. The browser that asks stays signed in, all others do not."""

    def __init__(
        self, unit_of_work: TenantUnitOfWorkFactory, hasher: PasswordHasher, queue: JobQueue, clock: Clock
    ) -> None:
        self._unit_of_work = unit_of_work
        self._hasher = hasher
        self._queue = queue
        self._clock = clock

    async def execute(self, user_id: UUID, session_id: UUID, *, current_password: str, new_password: str) -> None:
        """Raise `InvalidInput` when the old password is wrong (or there is none: people who only sign in with Google
        ask for a reset) or the new one is weak, `RateLimited` on too many tries."""
        now, counted = self._clock.now(), [tries(PASSWORD_ACCOUNT, str(user_id))]
        async with self._unit_of_work(user_id) as work:
            user = await work.users.get(user_id)
            if user is None:
                raise Unauthorized("This account does not exist any more.")
            refuse_weak(new_password, email=user.email)
            await count_tries(work, counted, now)
        if not await self._hasher.verify(current_password, user.hashed_password):
            raise InvalidInput("The current password is wrong.", field="current_password", reason="wrong")
        hashed = await self._hasher.hash(new_password)
        async with self._unit_of_work(user_id) as work:
            await work.rate_limits.give_back(counted)
            await set_password(work, user, hashed, now, keep=session_id)
            await work.audit.add(audited(AuditAction.PASSWORD_CHANGED, now, actor_id=user_id))
            await work.commit()
        self._queue.wake(Job.SEND_MAIL)

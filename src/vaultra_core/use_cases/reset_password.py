import msgspec

from vaultra_core.domain.audit import AuditAction, audited
from vaultra_core.domain.passwords import refuse_weak
from vaultra_core.domain.sessions import LinkPurpose, fingerprint
from vaultra_core.errors import InvalidInput
from vaultra_core.ports.runtime import Clock, Job, JobQueue, PasswordHasher
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.use_cases.set_password import set_password
from vaultra_core.use_cases.verify_email import DEAD_LINK


class ResetPassword:
    """Choose a new password with the token out of the mail. Whoever was signed in is signed out."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, hasher: PasswordHasher, queue: JobQueue, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._hasher = hasher
        self._queue = queue
        self._clock = clock

    async def execute(self, *, token: str, password: str) -> None:
        """Raise `InvalidInput` when the token is unknown, used or too old, or the password weak (the token stays
        good then)."""
        now, token_hash = self._clock.now(), fingerprint(token)
        dead = InvalidInput(DEAD_LINK, field="token", reason="dead link")
        async with self._unit_of_work() as work:
            user_id = await work.links.find(LinkPurpose.RESET_PASSWORD, token_hash, now)
            user = await work.users.get(user_id) if user_id else None
        if user is None:
            raise dead
        refuse_weak(password, email=user.email)
        hashed = await self._hasher.hash(password)
        async with self._unit_of_work() as work:
            if await work.links.take(LinkPurpose.RESET_PASSWORD, token_hash, now) != user.id:
                raise dead
            current = await work.users.get(user.id)
            assert current is not None  # links go with their person
            # Whoever has the token reads the mail that is sent there.
            verified = msgspec.structs.replace(current, email_verified_at=current.email_verified_at or now)
            await set_password(work, verified, hashed, now)
            await work.audit.add(audited(AuditAction.PASSWORD_RESET, now, actor_id=user.id))
            await work.commit()
        self._queue.wake(Job.SEND_MAIL)

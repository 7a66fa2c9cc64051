from vaultra_core.domain.accounts import User
from vaultra_core.domain.audit import AuditAction, audited
from vaultra_core.domain.passwords import refuse_weak
from vaultra_core.domain.rate_limits import SIGN_UP_ADDRESS, network, tries
from vaultra_core.domain.sessions import LinkPurpose
from vaultra_core.identity import new_id, origin
from vaultra_core.ports.runtime import Clock, Job, JobQueue, PasswordHasher
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.use_cases.limit_tries import count_tries
from vaultra_core.use_cases.open_session import Opened, OpenSession
from vaultra_core.use_cases.send_link import send_link


class SignUp:
    """Make an account, sign its owner in, and ask them by mail to confirm their address."""

    def __init__(
        self,
        unit_of_work: UnitOfWorkFactory,
        hasher: PasswordHasher,
        open_session: OpenSession,
        queue: JobQueue,
        clock: Clock,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._hasher = hasher
        self._open_session = open_session
        self._queue = queue
        self._clock = clock

    async def execute(self, *, email: str, password: str, name: str) -> Opened:
        """Raise `InvalidInput` on a weak password, `Conflict` on a taken e-mail, `RateLimited` on too many tries."""
        refuse_weak(password, email=email)
        now = self._clock.now()
        async with self._unit_of_work() as work:
            await count_tries(work, [tries(SIGN_UP_ADDRESS, network(origin.get().address))], now)
        user = User(
            id=new_id(),
            email=email,
            name=name,
            hashed_password=await self._hasher.hash(password),
            created_at=now,
            updated_at=now,
        )
        async with self._unit_of_work() as work:
            await work.users.add(user)
            await send_link(work, user, LinkPurpose.VERIFY_EMAIL, now)
            opened = await self._open_session.execute(work, user, now)
            await work.audit.add(audited(AuditAction.SIGNED_UP, now, actor_id=user.id, by="password"))
            await work.commit()
        self._queue.wake(Job.SEND_MAIL)
        return opened

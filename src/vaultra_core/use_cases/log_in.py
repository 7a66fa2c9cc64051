from vaultra_core.domain.audit import AuditAction, audited
from vaultra_core.domain.rate_limits import sign_in_tries
from vaultra_core.errors import Unauthorized
from vaultra_core.identity import origin
from vaultra_core.ports.runtime import Clock, DeviceTokens, PasswordHasher
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.use_cases.limit_tries import count_tries
from vaultra_core.use_cases.open_session import Opened, OpenSession


class LogIn:
    """Trade an e-mail address and a password for a session."""

    def __init__(
        self,
        unit_of_work: UnitOfWorkFactory,
        hasher: PasswordHasher,
        open_session: OpenSession,
        devices: DeviceTokens,
        clock: Clock,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._hasher = hasher
        self._open_session = open_session
        self._devices = devices
        self._clock = clock

    async def execute(self, *, email: str, password: str, device_token: str | None = None) -> Opened:
        """Raise `Unauthorized` without telling which part was wrong, and `RateLimited` after too many tries; an unknown
        address costs the same work, and as many tries."""
        now = self._clock.now()
        async with self._unit_of_work() as work:
            user = await work.users.by_email(email)
            device = self._devices.read(device_token, user.id, now) if user and device_token else None
            tries = sign_in_tries(email, origin.get().address, device)
            await count_tries(work, tries, now)
        good = await self._hasher.verify(password, user.hashed_password if user else None)
        async with self._unit_of_work() as work:
            if user is None or not good:
                # Whose account it was is told to nobody who reads the log of a business.
                target = str(user.id) if user else None
                await work.audit.add(audited(AuditAction.SIGN_IN_REFUSED, now, target=target))
                await work.commit()
                raise Unauthorized("The e-mail address or the password is wrong.")
            await work.rate_limits.give_back(tries)
            opened = await self._open_session.execute(work, user, now)
            await work.audit.add(audited(AuditAction.SIGNED_IN, now, actor_id=user.id, by="password"))
            await work.commit()
        return opened

from vaultra_core.domain.accounts import User
from vaultra_core.errors import Unauthorized
from vaultra_core.ports.runtime import AccessTokens, Clock, PasswordHasher
from vaultra_core.ports.storage import UnitOfWorkFactory


class LogIn:
    """Trade an e-mail address and a password for an access token."""

    def __init__(
        self, unit_of_work: UnitOfWorkFactory, hasher: PasswordHasher, tokens: AccessTokens, clock: Clock
    ) -> None:
        self._unit_of_work = unit_of_work
        self._hasher = hasher
        self._tokens = tokens
        self._clock = clock

    async def execute(self, *, email: str, password: str) -> tuple[User, str]:
        """Raise `Unauthorized` without telling which part was wrong; an unknown address costs the same work."""
        async with self._unit_of_work() as work:
            user = await work.users.by_email(email)
        good = await self._hasher.verify(password, user.hashed_password if user else None)
        if user is None or not good:
            raise Unauthorized("The e-mail address or the password is wrong.")
        return user, self._tokens.issue(user.id, user.email, self._clock.now())

from vaultra_core.domain.accounts import User
from vaultra_core.domain.passwords import refuse_weak
from vaultra_core.identity import new_id
from vaultra_core.ports.runtime import AccessTokens, Clock, PasswordHasher
from vaultra_core.ports.storage import UnitOfWorkFactory


class SignUp:
    """Make an account and sign its owner in."""

    def __init__(
        self, unit_of_work: UnitOfWorkFactory, hasher: PasswordHasher, tokens: AccessTokens, clock: Clock
    ) -> None:
        self._unit_of_work = unit_of_work
        self._hasher = hasher
        self._tokens = tokens
        self._clock = clock

    async def execute(self, *, email: str, password: str, name: str) -> tuple[User, str]:
        """The new user and an access token. Raise `InvalidInput` on a weak password, `Conflict` on a taken e-mail."""
        refuse_weak(password, email=email)
        now = self._clock.now()
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
            await work.commit()
        return user, self._tokens.issue(user.id, user.email, now)

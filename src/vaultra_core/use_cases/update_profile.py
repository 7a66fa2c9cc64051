from uuid import UUID

import msgspec

from vaultra_core.domain.accounts import User
from vaultra_core.errors import Unauthorized
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import TenantUnitOfWorkFactory


class UpdateProfile:
    """Change the name or picture of the person who is signed in."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def execute(self, user_id: UUID, **changes: str | None) -> User:
        async with self._unit_of_work(user_id) as work:
            user = await work.users.get(user_id)
            if user is None:
                raise Unauthorized("This account does not exist any more.")
            user = msgspec.structs.replace(user, updated_at=self._clock.now(), **changes)
            await work.users.save(user)
            await work.commit()
        return user

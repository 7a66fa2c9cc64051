from uuid import UUID

from vaultra_core.domain.accounts import MemberOf, User
from vaultra_core.errors import Unauthorized
from vaultra_core.ports.storage import TenantUnitOfWorkFactory


class GetProfile:
    """Who is signed in, and which businesses they belong to."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory) -> None:
        self._unit_of_work = unit_of_work

    async def execute(self, user_id: UUID) -> tuple[User, list[MemberOf]]:
        async with self._unit_of_work(user_id) as work:
            user = await work.users.get(user_id)
            if user is None:
                raise Unauthorized("This account does not exist any more.")
            return user, await work.businesses.of_user(user_id)

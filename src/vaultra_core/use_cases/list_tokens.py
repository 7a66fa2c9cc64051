from uuid import UUID

from vaultra_core.domain.tokens import PersonalToken
from vaultra_core.ports.storage import TenantUnitOfWorkFactory


class ListTokens:
    """The caller's own personal tokens, in whichever business, newest first."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory) -> None:
        self._unit_of_work = unit_of_work

    async def execute(self, user_id: UUID) -> list[PersonalToken]:
        async with self._unit_of_work(user_id) as work:
            return await work.tokens.of_user(user_id)

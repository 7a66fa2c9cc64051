from uuid import UUID

from vaultra_core.domain.sessions import Session
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import TenantUnitOfWorkFactory


class ListSessions:
    """Where a person is signed in."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def execute(self, user_id: UUID) -> list[Session]:
        """The one refreshed last first."""
        async with self._unit_of_work(user_id) as work:
            return await work.sessions.of_user(user_id, self._clock.now())

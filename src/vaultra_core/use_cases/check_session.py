from vaultra_core.errors import Unauthorized
from vaultra_core.ports.runtime import Access, Clock
from vaultra_core.ports.storage import TenantUnitOfWorkFactory

ENDED = "You were signed out: sign in again."


class CheckSession:
    """Whether the session that an access token rests on is still open, for what is not checked by `ResolveCaller`."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def execute(self, access: Access) -> None:
        """Raise `Unauthorized` when it has ended."""
        async with self._unit_of_work(access.user_id) as work:
            if not await work.sessions.is_open(access.user_id, access.session_id, self._clock.now()):
                raise Unauthorized(ENDED, reason="ended")

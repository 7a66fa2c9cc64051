from vaultra_core.errors import Unauthorized
from vaultra_core.identity import Person
from vaultra_core.ports.runtime import Access, Clock
from vaultra_core.ports.sessions import Gate


class CheckSession:
    """Who an access token stands for at this moment, while the session that it rests on is open."""

    def __init__(self, gate: Gate, clock: Clock) -> None:
        self._gate = gate
        self._clock = clock

    async def execute(self, access: Access) -> Person:
        """Raise `Unauthorized` when the session has ended."""
        roles = await self._gate.roles(access.user_id, access.session_id, self._clock.now())
        if roles is None:
            raise Unauthorized("You were signed out: sign in again.", reason="ended")
        return Person(access.user_id, access.session_id, roles)

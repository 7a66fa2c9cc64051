import datetime as dt
from uuid import UUID

from vaultra_core.identity import Role
from vaultra_core.testing.storage import MemoryStorage


class MemoryGate:
    def __init__(self, storage: MemoryStorage) -> None:
        self._storage = storage

    async def roles(self, user_id: UUID, session_id: UUID, now: dt.datetime) -> dict[UUID, Role] | None:
        async with self._storage() as work:
            if session_id not in {session.id for session in await work.sessions.of_user(user_id, now)}:
                return None
            return {business.id: business.role for business in await work.businesses.of_user(user_id)}

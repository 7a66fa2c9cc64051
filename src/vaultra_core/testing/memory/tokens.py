import datetime as dt
from uuid import UUID

import msgspec

from vaultra_core.domain.tokens import PersonalToken
from vaultra_core.errors import Conflict
from vaultra_core.testing.memory.transaction import MemoryCollection


class MemoryPersonalTokens(MemoryCollection):
    async def add(self, token: PersonalToken) -> None:
        if token.business_id not in self._rows("businesses") or token.user_id not in self._rows("users"):
            raise Conflict("No such business or person.")
        self._rows("tokens")[token.id] = token

    async def of_user(self, user_id: UUID) -> list[PersonalToken]:
        own = [token for token in self._rows("tokens").values() if token.user_id == user_id]
        return sorted(own, key=lambda token: (token.created_at, token.id), reverse=True)

    async def by_digest(self, digest: bytes) -> PersonalToken | None:
        return next((token for token in self._rows("tokens").values() if token.digest == digest), None)

    async def used(self, token_id: UUID, now: dt.datetime) -> None:
        if token := self._rows("tokens").get(token_id):
            self._rows("tokens")[token_id] = msgspec.structs.replace(token, last_used_at=now)

    async def remove(self, user_id: UUID, token_id: UUID) -> PersonalToken | None:
        token: PersonalToken | None = self._rows("tokens").get(token_id)
        if token is None or token.user_id != user_id:
            return None
        del self._rows("tokens")[token_id]
        return token

import datetime as dt
from typing import Protocol
from uuid import UUID

from vaultra_core.domain.tokens import PersonalToken


class PersonalTokens(Protocol):
    async def add(self, token: PersonalToken) -> None: ...

    async def of_user(self, user_id: UUID) -> list[PersonalToken]:
        """Newest first."""

    async def by_digest(self, digest: bytes) -> PersonalToken | None: ...

    async def used(self, token_id: UUID, now: dt.datetime) -> None:
        """Note when a token was last used."""

    async def remove(self, user_id: UUID, token_id: UUID) -> PersonalToken | None:
        """Take this person's token away; None when they have no such token."""

"""Sessions, mailed links, and how often somebody has tried."""

import datetime as dt
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from vaultra_core.domain.rate_limits import Tries
from vaultra_core.domain.sessions import LinkPurpose, Session
from vaultra_core.identity import Role


class Sessions(Protocol):
    async def add(self, session: Session) -> None: ...

    async def lock(self, session_id: UUID) -> Session | None:
        """Read it and hold it until the transaction ends: one rotation at a time."""

    async def save(self, session: Session) -> None: ...

    async def remove(self, user_id: UUID, session_id: UUID) -> bool:
        """End this person's session, at once for all that rest on it; whether there was one."""

    async def remove_all(self, user_id: UUID, *, but: UUID | None = None) -> int:
        """End all of a person's sessions, except one; how many there were."""

    async def of_user(self, user_id: UUID, now: dt.datetime) -> list[Session]:
        """A person's sessions that have not expired, the one refreshed last first."""

    async def forget_expired(self, now: dt.datetime) -> int:
        """Delete what has expired; how many there were."""


class Gate(Protocol):
    """Asked with every request, outside any unit of work: one round trip."""

    async def roles(self, user_id: UUID, session_id: UUID, now: dt.datetime) -> dict[UUID, Role] | None:
        """The person's role in each of their businesses; None when this session of theirs has ended."""


class Links(Protocol):
    """The single-use tokens of mailed links, by their hash."""

    async def put(self, user_id: UUID, purpose: LinkPurpose, token_hash: bytes, expires_at: dt.datetime) -> None:
        """In place of the person's earlier one for the same purpose."""

    async def find(self, purpose: LinkPurpose, token_hash: bytes, now: dt.datetime) -> UUID | None:
        """Whose it is, while it is good."""

    async def take(self, purpose: LinkPurpose, token_hash: bytes, now: dt.datetime) -> UUID | None:
        """Use it up: whose it was, for the first who asks, while it is good."""


class RateLimits(Protocol):
    async def take(self, tries: Tries, now: dt.datetime) -> int | None:
        """Count a try; None when it is allowed, else the seconds until the next one is, and nothing is counted."""

    async def give_back(self, counted: Sequence[Tries]) -> None:
        """Uncount tries that turned out well."""

    async def forget_full(self, now: dt.datetime) -> int:
        """Delete the counts that are back at their start; how many there were."""

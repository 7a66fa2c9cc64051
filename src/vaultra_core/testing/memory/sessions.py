import datetime as dt
import math
from collections.abc import Sequence
from uuid import UUID

from vaultra_core.domain.rate_limits import Tries
from vaultra_core.domain.sessions import LinkPurpose, Session
from vaultra_core.errors import Conflict
from vaultra_core.testing.memory.transaction import MemoryCollection


class MemorySessions(MemoryCollection):
    async def add(self, session: Session) -> None:
        if session.user_id not in self._rows("users"):
            raise Conflict("No such person.")
        self._rows("sessions")[session.id] = session

    async def lock(self, session_id: UUID) -> Session | None:
        await self._transaction.hold("session", session_id)
        return self._rows("sessions").get(session_id)

    async def save(self, session: Session) -> None:
        if session.id in self._rows("sessions"):
            self._rows("sessions")[session.id] = session

    async def remove(self, user_id: UUID, session_id: UUID) -> bool:
        session = self._rows("sessions").get(session_id)
        if session is None or session.user_id != user_id:
            return False
        del self._rows("sessions")[session_id]
        return True

    async def remove_all(self, user_id: UUID, *, but: UUID | None = None) -> int:
        ended = [key for key, session in self._rows("sessions").items() if session.user_id == user_id and key != but]
        for key in ended:
            del self._rows("sessions")[key]
        return len(ended)

    async def of_user(self, user_id: UUID, now: dt.datetime) -> list[Session]:
        found = [one for one in self._rows("sessions").values() if one.user_id == user_id and one.expires_at > now]
        return sorted(found, key=lambda session: (session.rotated_at, session.id), reverse=True)

    async def forget_expired(self, now: dt.datetime) -> int:
        expired = [key for key, session in self._rows("sessions").items() if session.expires_at <= now]
        for key in expired:
            del self._rows("sessions")[key]
        return len(expired)


class MemoryLinks(MemoryCollection):
    async def put(self, user_id: UUID, purpose: LinkPurpose, token_hash: bytes, expires_at: dt.datetime) -> None:
        if user_id not in self._rows("users"):
            raise Conflict("No such person.")
        self._rows("mailed_links")[user_id, purpose] = (token_hash, expires_at)

    async def find(self, purpose: LinkPurpose, token_hash: bytes, now: dt.datetime) -> UUID | None:
        for (user_id, kind), (known, expires_at) in self._rows("mailed_links").items():
            if (kind, known) == (purpose, token_hash) and expires_at > now:
                found: UUID = user_id
                return found
        return None

    async def take(self, purpose: LinkPurpose, token_hash: bytes, now: dt.datetime) -> UUID | None:
        await self._transaction.hold("link", token_hash)
        found = await self.find(purpose, token_hash, now)
        if found is not None:
            del self._rows("mailed_links")[found, purpose]
        return found


class MemoryRateLimits(MemoryCollection):
    async def take(self, tries: Tries, now: dt.datetime) -> int | None:
        await self._transaction.hold("tries", tries.key)
        every = dt.timedelta(seconds=tries.limit.every)
        full_at: dt.datetime = max(self._rows("rate_limits").get(tries.key, now), now) + every
        wait = full_at - (now + tries.limit.burst * every)
        if wait > dt.timedelta(0):
            return math.ceil(wait.total_seconds())
        self._rows("rate_limits")[tries.key] = full_at
        return None

    async def give_back(self, counted: Sequence[Tries]) -> None:
        for tries in counted:
            await self._transaction.hold("tries", tries.key)
            if tries.key in self._rows("rate_limits"):
                self._rows("rate_limits")[tries.key] -= dt.timedelta(seconds=tries.limit.every)

    async def forget_full(self, now: dt.datetime) -> int:
        full = [key for key, full_at in self._rows("rate_limits").items() if full_at <= now]
        for key in full:
            del self._rows("rate_limits")[key]
        return len(full)

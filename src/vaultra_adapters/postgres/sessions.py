import datetime as dt
import math
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Interval, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from vaultra_adapters.postgres.rows import Collection, columns_for, to_row, to_struct
from vaultra_adapters.postgres.tables import mailed_links, rate_limits, sessions
from vaultra_core.domain.rate_limits import Tries
from vaultra_core.domain.sessions import LinkPurpose, Session

S = sessions.c
COLUMNS = columns_for(sessions, Session)
L = mailed_links.c
R = rate_limits.c


class PostgresSessions(Collection):
    async def add(self, session: Session) -> None:
        await self._connection.execute(insert(sessions).values(to_row(session)))

    async def lock(self, session_id: UUID) -> Session | None:
        found = await self._connection.execute(select(*COLUMNS).where(S.id == session_id).with_for_update())
        row = found.one_or_none()
        return to_struct(Session, row) if row else None

    async def save(self, session: Session) -> None:
        await self._connection.execute(update(sessions).where(S.id == session.id).values(to_row(session)))

    async def remove(self, user_id: UUID, session_id: UUID) -> bool:
        ended = await self._connection.execute(delete(sessions).where(S.id == session_id, S.user_id == user_id))
        return ended.rowcount == 1

    async def remove_all(self, user_id: UUID, *, but: UUID | None = None) -> int:
        which = [S.user_id == user_id] + ([S.id != but] if but else [])
        return (await self._connection.execute(delete(sessions).where(*which))).rowcount

    async def of_user(self, user_id: UUID, now: dt.datetime) -> list[Session]:
        found = await self._connection.execute(
            select(*COLUMNS).where(S.user_id == user_id, S.expires_at > now).order_by(S.rotated_at.desc(), S.id.desc())
        )
        return [to_struct(Session, row) for row in found]

    async def forget_expired(self, now: dt.datetime) -> int:
        return (await self._connection.execute(delete(sessions).where(S.expires_at <= now))).rowcount


class PostgresLinks(Collection):
    async def put(self, user_id: UUID, purpose: LinkPurpose, token_hash: bytes, expires_at: dt.datetime) -> None:
        changed = {"token_hash": token_hash, "expires_at": expires_at}
        await self._connection.execute(
            insert(mailed_links)
            .values(user_id=user_id, purpose=purpose, **changed)
            .on_conflict_do_update(index_elements=[L.user_id, L.purpose], set_=changed)
        )

    async def find(self, purpose: LinkPurpose, token_hash: bytes, now: dt.datetime) -> UUID | None:
        return await self._connection.scalar(
            select(L.user_id).where(L.token_hash == token_hash, L.purpose == purpose, L.expires_at > now)
        )

    async def take(self, purpose: LinkPurpose, token_hash: bytes, now: dt.datetime) -> UUID | None:
        return await self._connection.scalar(
            delete(mailed_links)
            .where(L.token_hash == token_hash, L.purpose == purpose, L.expires_at > now)
            .returning(L.user_id)
        )


class PostgresRateLimits(Collection):
    """The generic cell rate algorithm (ITU-T I.371): one moment per count, and one statement per try."""

    async def take(self, tries: Tries, now: dt.datetime) -> int | None:
        every = dt.timedelta(seconds=tries.limit.every)
        latest = now + tries.limit.burst * every
        after = func.greatest(R.full_at, literal(now, R.full_at.type)) + literal(every, Interval)
        counted = await self._connection.execute(
            insert(rate_limits)
            .values(key=tries.key, full_at=now + every)
            .on_conflict_do_update(
                index_elements=[R.key], set_={"full_at": after}, where=after <= literal(latest, R.full_at.type)
            )
        )
        if counted.rowcount == 1:
            return None
        full_at = await self._connection.scalar(select(R.full_at).where(R.key == tries.key))
        return max(1, math.ceil(((full_at or now) + every - latest).total_seconds()))

    async def give_back(self, counted: Sequence[Tries]) -> None:
        for tries in counted:
            every = dt.timedelta(seconds=tries.limit.every)
            await self._connection.execute(
                update(rate_limits).where(R.key == tries.key).values(full_at=R.full_at - literal(every, Interval))
            )

    async def forget_full(self, now: dt.datetime) -> int:
        return (await self._connection.execute(delete(rate_limits).where(R.full_at <= now))).rowcount

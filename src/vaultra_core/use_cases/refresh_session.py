import datetime as dt
import hmac

import msgspec

from vaultra_core.domain.audit import AuditAction, audited
from vaultra_core.domain.sessions import GRACE, Session, fingerprint
from vaultra_core.errors import Unauthorized
from vaultra_core.ports.runtime import AccessTokens, Clock, RefreshTokens
from vaultra_core.ports.storage import UnitOfWork, UnitOfWorkFactory


class Refreshed(msgspec.Struct, frozen=True):
    access_token: str
    refresh_token: str
    expires_at: dt.datetime


class RefreshSession:
    """Trade a refresh token for an access token and the next refresh token. Each is good once.

    A token that was used already shows that two hold it, and one of them is a thief. Nobody can tell which, so the
    session ends for both. The exception is the token used last, for a moment: see GRACE.
    """

    def __init__(
        self, unit_of_work: UnitOfWorkFactory, access: AccessTokens, refresh: RefreshTokens, clock: Clock
    ) -> None:
        self._unit_of_work = unit_of_work
        self._access = access
        self._refresh = refresh
        self._clock = clock

    async def execute(self, token: str) -> Refreshed:
        """Raise `Unauthorized` when the token is no good one, its session has ended, or it was used before."""
        now = self._clock.now()
        session_id, shown = self._refresh.read(token, now), fingerprint(token)
        async with self._unit_of_work() as work:
            session = await work.sessions.lock(session_id)
            user = await work.users.get(session.user_id) if session else None
            if session is None or user is None or session.expires_at <= now:
                raise Unauthorized("The session has ended: sign in again.", reason="ended")
            if hmac.compare_digest(shown, session.token_hash):
                session = msgspec.structs.replace(session, previous_hash=shown, rotated_at=now)
            elif not _just_used(session, shown, now):
                await self._revoke(work, session, now)
            successor = self._refresh.successor(token, session.id, session.rotated_at, session.expires_at)
            await work.sessions.save(msgspec.structs.replace(session, token_hash=fingerprint(successor)))
            await work.commit()
        return Refreshed(self._access.issue(user.id, user.email, session.id, now), successor, session.expires_at)

    @staticmethod
    async def _revoke(work: UnitOfWork, session: Session, now: dt.datetime) -> None:
        await work.sessions.remove(session.user_id, session.id)
        await work.audit.add(audited(AuditAction.SESSION_REUSED, now, actor_id=session.user_id))
        await work.commit()
        raise Unauthorized("This session was ended, for somebody else may use it: sign in again.", reason="reused")


def _just_used(session: Session, shown: bytes, now: dt.datetime) -> bool:
    known = session.previous_hash is not None and hmac.compare_digest(shown, session.previous_hash)
    return known and now - session.rotated_at <= GRACE

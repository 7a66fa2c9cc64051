import datetime as dt

import msgspec

from vaultra_core.domain.accounts import User
from vaultra_core.domain.sessions import Session, fingerprint
from vaultra_core.identity import new_id
from vaultra_core.ports.runtime import AccessTokens, DeviceTokens, RefreshTokens
from vaultra_core.ports.storage import UnitOfWork

# However often it is refreshed, a session ends; then its owner signs in again.
SESSION_LIFE = dt.timedelta(days=30)


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What a browser gets that has been signed in: an access token for the page, and two that only its cookies hold."""

    user: User
    access_token: str
    refresh_token: str
    device_token: str
    expires_at: dt.datetime


class OpenSession:
    """Sign a person in, whichever way they showed who they are: within the caller's transaction."""

    def __init__(self, access: AccessTokens, refresh: RefreshTokens, devices: DeviceTokens) -> None:
        self._access = access
        self._refresh = refresh
        self._devices = devices

    async def execute(self, work: UnitOfWork, user: User, now: dt.datetime) -> Opened:
        session_id, expires_at = new_id(), now + SESSION_LIFE
        refresh_token = self._refresh.first(session_id, now, expires_at)
        await work.sessions.add(
            Session(
                id=session_id,
                user_id=user.id,
                token_hash=fingerprint(refresh_token),
                rotated_at=now,
                created_at=now,
                expires_at=expires_at,
            )
        )
        return Opened(
            user=user,
            access_token=self._access.issue(user.id, user.email, session_id, now),
            refresh_token=refresh_token,
            device_token=self._devices.issue(user.id, now),
            expires_at=expires_at,
        )

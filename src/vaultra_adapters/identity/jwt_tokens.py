import datetime as dt
import uuid
from uuid import UUID

import jwt

from vaultra_adapters.identity.signing import BAD_TOKEN, Signer
from vaultra_core.domain.sessions import fingerprint
from vaultra_core.errors import InvalidInput, Unauthorized
from vaultra_core.ports.runtime import STATE_LIFE, Access, ConnectState

DEVICE_LIFE = dt.timedelta(days=400)  # longer than browsers keep a cookie


class JwtAccessTokens:
    KIND = "vaultra-access"

    def __init__(self, signer: Signer, *, life: dt.timedelta) -> None:
        self._signer = signer
        self._life = life

    def issue(self, user_id: UUID, email: str, session_id: UUID, now: dt.datetime) -> str:
        claims = {"sub": str(user_id), "user_id": str(user_id), "email": email, "sid": str(session_id)}
        return self._signer.sign(self.KIND, uuid.uuid4().hex, claims, issued_at=now, expires_at=now + self._life)

    def read(self, token: str, now: dt.datetime) -> Access:
        try:
            claims = self._signer.read(self.KIND, token, now)
            return Access(UUID(claims["sub"]), UUID(claims["sid"]))
        except jwt.ExpiredSignatureError:
            raise Unauthorized("The session has expired: sign in again.", reason="expired") from None
        except BAD_TOKEN:
            raise Unauthorized("The access token is not valid.", reason="invalid") from None


class JwtRefreshTokens:
    KIND = "vaultra-refresh"

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def first(self, session_id: UUID, now: dt.datetime, expires_at: dt.datetime) -> str:
        return self._make(uuid.uuid4().hex, session_id, now, expires_at)

    def successor(self, token: str, session_id: UUID, rotated_at: dt.datetime, expires_at: dt.datetime) -> str:
        return self._make(fingerprint(token).hex(), session_id, rotated_at, expires_at)

    def _make(self, token_id: str, session_id: UUID, issued_at: dt.datetime, expires_at: dt.datetime) -> str:
        claims = {"sub": str(session_id)}
        return self._signer.sign(self.KIND, token_id, claims, issued_at=issued_at, expires_at=expires_at)

    def read(self, token: str, now: dt.datetime) -> UUID:
        try:
            return UUID(self._signer.read(self.KIND, token, now)["sub"])
        except BAD_TOKEN:
            raise Unauthorized("The session has ended: sign in again.", reason="invalid") from None


class JwtDeviceTokens:
    KIND = "vaultra-device"

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def issue(self, user_id: UUID, now: dt.datetime) -> str:
        claims = {"sub": str(user_id)}
        return self._signer.sign(self.KIND, uuid.uuid4().hex, claims, issued_at=now, expires_at=now + DEVICE_LIFE)

    def read(self, token: str, user_id: UUID, now: dt.datetime) -> str | None:
        try:
            claims = self._signer.read(self.KIND, token, now)
            return str(claims["jti"]) if UUID(claims["sub"]) == user_id else None
        except BAD_TOKEN:
            return None


class JwtConnectStates:
    KIND = "vaultra-connect"

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def issue(self, user_id: UUID, business_id: UUID, now: dt.datetime) -> str:
        claims = {"sub": str(user_id), "business_id": str(business_id)}
        return self._signer.sign(self.KIND, uuid.uuid4().hex, claims, issued_at=now, expires_at=now + STATE_LIFE)

    def read(self, state: str, now: dt.datetime) -> ConnectState:
        try:
            claims = self._signer.read(self.KIND, state, now)
            return ConnectState(
                user_id=UUID(claims["sub"]),
                business_id=UUID(claims["business_id"]),
                nonce=str(claims["jti"]),
                expires_at=dt.datetime.fromtimestamp(claims["exp"], dt.UTC),
            )
        except jwt.ExpiredSignatureError:
            raise InvalidInput("This connection link has expired: start again.", reason="expired") from None
        except BAD_TOKEN:
            raise InvalidInput("This connection link is not one of ours.", reason="invalid") from None

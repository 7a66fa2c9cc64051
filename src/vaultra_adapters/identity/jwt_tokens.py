"""Signed tokens: one algorithm, and a `typ` of its own for each kind, so that none can pass for another."""

import datetime as dt
import uuid
from typing import Any
from uuid import UUID

import jwt

from vaultra_core.errors import InvalidInput, Unauthorized
from vaultra_core.ports.runtime import ConnectState

ALGORITHM = "HS256"
ISSUER = "vaultra"
STATE_LIFE = dt.timedelta(minutes=10)


def _sign(secret: str, kind: str, claims: dict[str, Any], now: dt.datetime, life: dt.timedelta) -> str:
    issued = {"iss": ISSUER, "aud": kind, "iat": now, "exp": now + life, "jti": uuid.uuid4().hex}
    return jwt.encode(claims | issued, secret, algorithm=ALGORITHM, headers={"typ": kind})


def _read(secret: str, kind: str, token: str, now: dt.datetime) -> dict[str, Any]:
    """The claims of a good token. Raise `jwt.InvalidTokenError` on anything else, `ExpiredSignatureError` on age."""
    if jwt.get_unverified_header(token).get("typ") != kind:
        raise jwt.InvalidTokenError("another kind of token")
    options: Any = {"require": ["iss", "aud", "iat", "exp", "jti", "sub"], "verify_exp": False, "verify_iat": False}
    claims: dict[str, Any] = jwt.decode(
        token, secret, algorithms=[ALGORITHM], issuer=ISSUER, audience=kind, options=options
    )
    # The library looks at the machine's clock; time is a port here.
    if claims["iat"] > now.timestamp() + 60:
        raise jwt.ImmatureSignatureError("not valid yet")
    if claims["exp"] <= now.timestamp():
        raise jwt.ExpiredSignatureError("expired")
    return claims


class JwtAccessTokens:
    KIND = "vaultra-access"

    def __init__(self, secret: str, *, life: dt.timedelta) -> None:
        self._secret = secret
        self._life = life

    def issue(self, user_id: UUID, email: str, now: dt.datetime) -> str:
        claims = {"sub": str(user_id), "user_id": str(user_id), "email": email}
        return _sign(self._secret, self.KIND, claims, now, self._life)

    def read(self, token: str, now: dt.datetime) -> UUID:
        try:
            return UUID(_read(self._secret, self.KIND, token, now)["sub"])
        except jwt.ExpiredSignatureError:
            raise Unauthorized("The session has expired: sign in again.", reason="expired") from None
        except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError):
            raise Unauthorized("The access token is not valid.", reason="invalid") from None


class JwtConnectStates:
    KIND = "vaultra-connect"

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def issue(self, user_id: UUID, business_id: UUID, now: dt.datetime) -> str:
        claims = {"sub": str(user_id), "business_id": str(business_id)}
        return _sign(self._secret, self.KIND, claims, now, STATE_LIFE)

    def read(self, state: str, now: dt.datetime) -> ConnectState:
        try:
            claims = _read(self._secret, self.KIND, state, now)
            return ConnectState(
                user_id=UUID(claims["sub"]),
                business_id=UUID(claims["business_id"]),
                nonce=str(claims["jti"]),
                expires_at=dt.datetime.fromtimestamp(claims["exp"], dt.UTC),
            )
        except jwt.ExpiredSignatureError:
            raise InvalidInput("This connection link has expired: start again.", reason="expired") from None
        except (jwt.InvalidTokenError, ValueError, TypeError, KeyError, OverflowError):
            raise InvalidInput("This connection link is not one of ours.", reason="invalid") from None

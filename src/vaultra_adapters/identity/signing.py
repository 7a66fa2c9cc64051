"""Signed tokens: one algorithm, and a `typ` and audience for each kind, so that none can pass for another."""

import datetime as dt
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any, Final

import jwt

ALGORITHM: Final = "HS256"
ISSUER: Final = "vaultra"
SKEW: Final = 60.0  # seconds that the clocks of our processes may differ
REQUIRED: Final = ["iss", "aud", "iat", "nbf", "exp", "jti", "sub"]


class Signer:
    """Signs with the first secret and reads what any of them signed, so that a secret can be rotated: put a new one in
    front, and take the old one away when the last token of its time has expired."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._keys = {_key_id(secret): secret for secret in secrets}
        self._newest = _key_id(secrets[0])

    def sign(
        self, kind: str, token_id: str, claims: dict[str, Any], *, issued_at: dt.datetime, expires_at: dt.datetime
    ) -> str:
        moments = {"iat": issued_at, "nbf": issued_at, "exp": expires_at}
        return jwt.encode(
            {**claims, **moments, "iss": ISSUER, "aud": kind, "jti": token_id},
            self._keys[self._newest],
            algorithm=ALGORITHM,
            headers={"typ": kind, "kid": self._newest},
        )

    def read(self, kind: str, token: str, now: dt.datetime) -> dict[str, Any]:
        """The claims of a good token. Raise `jwt.ExpiredSignatureError` on age, another `jwt.InvalidTokenError` on
        anything else."""
        header = jwt.get_unverified_header(token)
        if header.get("typ") != kind:
            raise jwt.InvalidTokenError("another kind of token")
        secret = self._keys.get(header.get("kid", ""))
        if secret is None:
            raise jwt.InvalidTokenError("signed with a key that is not ours")
        # The library would look at the machine's clock; time is a port here.
        options: Any = {"require": REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False}
        claims: dict[str, Any] = jwt.decode(
            token, secret, algorithms=[ALGORITHM], issuer=ISSUER, audience=kind, options=options
        )
        moments = {name: float(claims[name]) for name in ("iat", "nbf", "exp")}
        if max(moments["iat"], moments["nbf"]) > now.timestamp() + SKEW:
            raise jwt.ImmatureSignatureError("not valid yet")
        if moments["exp"] <= now.timestamp():
            raise jwt.ExpiredSignatureError("expired")
        return claims


def _key_id(secret: str) -> str:
    """Tells secrets apart and tells nothing of them."""
    return hmac.new(secret.encode(), b"vaultra key id", hashlib.sha256).hexdigest()[:16]


# What a hostile token can make of the library and of our own conversions.
BAD_TOKEN: Final = (jwt.InvalidTokenError, ValueError, TypeError, KeyError, OverflowError)

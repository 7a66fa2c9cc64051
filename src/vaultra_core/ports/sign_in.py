"""Signing in with somebody else's word for who a person is."""

from typing import Protocol

import msgspec


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who somebody is to an OpenID provider: issuer and subject. The rest is what the provider tells of them."""

    issuer: str
    subject: str
    email: str
    email_verified: bool
    name: str
    avatar_url: str | None = None


class Journey(msgspec.Struct, frozen=True, kw_only=True):
    """One trip to the provider's consent page: where to go, and what the browser has to bring back."""

    url: str
    state: str
    nonce: str
    verifier: str  # of PKCE (RFC 7636)


class IdentityProvider(Protocol):
    """An OpenID provider. Raise `Unavailable(dependency="google")` when it does not answer."""

    async def begin(self, redirect_uri: str) -> Journey:
        """State, nonce and verifier are random, and good for this journey alone."""

    async def finish(self, *, code: str, nonce: str, verifier: str, redirect_uri: str) -> Identity:
        """Raise `Unauthorized` when the code is not good, or the answer not meant for this journey."""

"""Sign-in with Google, or whichever OpenID provider GOOGLE_ISSUER names."""

from typing import Any, Final

import httpx
import msgspec
from authlib.common.security import generate_token  # type: ignore[import-untyped]
from authlib.integrations.base_client.errors import OAuthError  # type: ignore[import-untyped]
from authlib.integrations.httpx_client import AsyncOAuth2Client  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from vaultra_core.errors import Unauthorized, Unavailable
from vaultra_core.ports.sign_in import Identity, Journey

SECONDS: Final = 10
ALGORITHMS: Final = ["RS256", "ES256"]  # public keys only: with a shared one, anybody who knew it could sign


class Metadata(msgspec.Struct, frozen=True):
    """What is needed of the provider's discovery document."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class OpenIdProvider:
    """The code flow with PKCE, state and nonce. What the provider says of itself is read at each journey, as are its
    keys: they change, and people do not sign in by the thousand."""

    def __init__(self, *, issuer: str, client_id: str, client_secret: str) -> None:
        self._issuer = issuer.rstrip("/")
        self._client_id = client_id
        self._client_secret = client_secret

    async def begin(self, redirect_uri: str) -> Journey:
        metadata = await self._metadata()
        state, nonce, verifier = (generate_token(48) for _ in range(3))
        async with self._client(redirect_uri) as client:
            url, _ = client.create_authorization_url(
                metadata.authorization_endpoint, state=state, nonce=nonce, code_verifier=verifier
            )
        return Journey(url=url, state=state, nonce=nonce, verifier=verifier)

    async def finish(self, *, code: str, nonce: str, verifier: str, redirect_uri: str) -> Identity:
        metadata = await self._metadata()
        async with self._client(redirect_uri) as client:
            try:
                token: Any = await client.fetch_token(metadata.token_endpoint, code=code, code_verifier=verifier)
            except OAuthError as error:
                raise Unauthorized("Google does not accept this sign-in: start again.", reason="code") from error
            except httpx.HTTPError as error:
                raise _unavailable(error) from error
        keys = KeySet.import_key_set(await self._get(metadata.jwks_uri))
        rules = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": metadata.issuer},
            aud={"essential": True, "value": self._client_id},
            nonce={"essential": True, "value": nonce},
            sub={"essential": True},
            exp={"essential": True},
        )
        try:
            claims = jwt.decode(str(token.get("id_token")), keys, algorithms=ALGORITHMS).claims
            rules.validate(claims)
        except (JoseError, ValueError) as error:
            raise Unauthorized("This answer is not meant for you: start again.", reason="id token") from error
        return Identity(
            issuer=metadata.issuer,
            subject=str(claims["sub"]),
            email=str(claims.get("email", "")),
            email_verified=claims.get("email_verified") is True,
            name=str(claims.get("name") or claims.get("email", "")),
            avatar_url=claims.get("picture"),
        )

    def _client(self, redirect_uri: str) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self._client_id,
            self._client_secret,
            scope="openid email profile",
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=SECONDS,
        )

    async def _metadata(self) -> Metadata:
        metadata = msgspec.convert(await self._get(f"{self._issuer}/.well-known/openid-configuration"), Metadata)
        if metadata.issuer.rstrip("/") != self._issuer:
            raise Unavailable(f"GOOGLE_ISSUER calls itself {metadata.issuer}.", dependency="google")
        return metadata

    async def _get(self, url: str) -> Any:
        try:
            async with httpx.AsyncClient(timeout=SECONDS) as client:
                return (await client.get(url)).raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise _unavailable(error) from error


def _unavailable(error: Exception) -> Unavailable:
    return Unavailable(f"Google does not answer: {type(error).__name__}", dependency="google")

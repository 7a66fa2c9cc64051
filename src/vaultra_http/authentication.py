"""Who is asking: the bearer token of a request → a user id, and the business they act for."""

from typing import Any
from uuid import UUID

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.di import Provide
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.params import FromPath, FromQuery

from vaultra_core.errors import Unauthorized
from vaultra_core.identity import Caller, Person, Role
from vaultra_core.ports.runtime import AccessTokens, Clock
from vaultra_core.use_cases.check_session import CheckSession
from vaultra_core.use_cases.resolve_caller import ResolveCaller

AuthenticatedRequest = Request[UUID, Person, Any]  # `user` is the id of the person, `auth` all that is known of them

PUBLIC = "public"  # the mark of a route that needs no token: `@get(..., **public)`
public: dict[str, Any] = {"opt": {PUBLIC: True}, "security": [{}]}


class BearerAuthentication(AbstractAuthenticationMiddleware):
    """Refuses a request without a good token of an open session before anything of it is read, unless its route is
    public. The person's roles are looked up together with their session."""

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        scheme, _, token = connection.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthorized("Sign in first: this needs a bearer token.", reason="missing")
        container = connection.app.state.dishka_container
        tokens, clock = await container.get(AccessTokens), await container.get(Clock)
        access = tokens.read(token.strip(), clock.now())
        person = await (await container.get(CheckSession)).execute(access)
        return AuthenticationResult(user=person.user_id, auth=person)


async def _caller(request: AuthenticatedRequest, business_id: UUID | None, minimum: Role) -> Caller:
    resolve = await request.app.state.dishka_container.get(ResolveCaller)
    caller: Caller = await resolve.execute(request.auth, business_id, minimum)
    return caller


async def provide_viewer(request: AuthenticatedRequest, business_id: FromQuery[UUID | None] = None) -> Caller:
    """The caller, who may read."""
    return await _caller(request, business_id, Role.VIEWER)


async def provide_admin(request: AuthenticatedRequest, business_id: FromQuery[UUID | None] = None) -> Caller:
    """The caller, who may write."""
    return await _caller(request, business_id, Role.ADMIN)


async def provide_owner(request: AuthenticatedRequest, business_id: FromQuery[UUID | None] = None) -> Caller:
    """The caller, who may connect and disconnect."""
    return await _caller(request, business_id, Role.OWNER)


def acting_as(minimum: Role) -> dict[str, Provide]:
    """The dependency `caller` of a route below `/businesses/{business}`: who has at least this role there."""

    async def provide(request: AuthenticatedRequest, business: FromPath[UUID]) -> Caller:
        return await _caller(request, business, minimum)

    return {"caller": Provide(provide)}

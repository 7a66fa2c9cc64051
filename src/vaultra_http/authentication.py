"""Who is asking: the bearer token of a request → a user id, and the business they act for."""

from typing import Any
from uuid import UUID

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.params import FromQuery

from vaultra_core.errors import Unauthorized
from vaultra_core.identity import Caller, Role
from vaultra_core.ports.runtime import AccessTokens, Clock
from vaultra_core.use_cases.check_session import CheckSession
from vaultra_core.use_cases.resolve_caller import ResolveCaller

AuthenticatedRequest = Request[UUID, UUID, Any]  # `user` is the person, `auth` the session

PUBLIC = "public"  # the mark of a route that needs no token: `@get(..., **public)`
public: dict[str, Any] = {"opt": {PUBLIC: True}, "security": [{}]}


class BearerAuthentication(AbstractAuthenticationMiddleware):
    """Refuses a request without a good token of an open session before anything of it is read, unless its route is
    public. Where a route depends on `caller`, the session is looked up together with the membership."""

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        scheme, _, token = connection.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthorized("Sign in first: this needs a bearer token.", reason="missing")
        container = connection.app.state.dishka_container
        tokens, clock = await container.get(AccessTokens), await container.get(Clock)
        access = tokens.read(token.strip(), clock.now())
        if "caller" not in connection.scope["route_handler"].resolve_dependencies():
            await (await container.get(CheckSession)).execute(access)
        return AuthenticationResult(user=access.user_id, auth=access.session_id)


async def _caller(request: AuthenticatedRequest, business_id: UUID | None, minimum: Role) -> Caller:
    resolve = await request.app.state.dishka_container.get(ResolveCaller)
    caller: Caller = await resolve.execute(request.user, business_id, minimum, session_id=request.auth)
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

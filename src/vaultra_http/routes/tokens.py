from typing import Annotated
from uuid import UUID

import msgspec
from dishka import FromDishka
from dishka.integrations.litestar import inject
from litestar import Router, delete, get, post
from litestar.params import FromPath, JSONBody

from vaultra_core.domain.tokens import LONGEST_DAYS, TokenScope
from vaultra_core.identity import Role
from vaultra_core.use_cases.create_token import CreateToken
from vaultra_core.use_cases.list_tokens import ListTokens
from vaultra_core.use_cases.resolve_caller import ResolveCaller
from vaultra_core.use_cases.revoke_token import RevokeToken
from vaultra_http.authentication import AuthenticatedRequest
from vaultra_http.mcp.endpoint import mcp_url
from vaultra_http.responses import PERSONAL_READ, PERSONAL_WRITE, errors
from vaultra_http.schemas import Body, Name
from vaultra_http.site import PublicUrl
from vaultra_http.token_schemas import NewTokenView, TokensView, TokenView


class TokenBody(Body, frozen=True, kw_only=True):
    name: Name
    business_id: UUID | None = None
    scope: TokenScope = TokenScope.READ
    expires_in_days: Annotated[int, msgspec.Meta(ge=1, le=LONGEST_DAYS)] = 90


@post("/", summary="Make a personal token", responses=PERSONAL_WRITE | errors(403, 409))
@inject
async def create_token(
    request: AuthenticatedRequest,
    data: JSONBody[TokenBody],
    resolve: FromDishka[ResolveCaller],
    use_case: FromDishka[CreateToken],
    url: FromDishka[PublicUrl],
) -> NewTokenView:
    """For MCP, in one business. The answer alone holds the secret: it is not kept."""
    caller = await resolve.execute(request.auth, data.business_id, Role.VIEWER)
    token, secret = await use_case.execute(
        caller, name=data.name.strip(), scope=data.scope, audience=mcp_url(url), days=data.expires_in_days
    )
    return NewTokenView.made(token, secret)


@get("/", summary="Your personal tokens", responses=PERSONAL_READ)
@inject
async def list_tokens(request: AuthenticatedRequest, use_case: FromDishka[ListTokens]) -> TokensView:
    return TokensView([TokenView.of(token) for token in await use_case.execute(request.user)])


@delete("/{token:uuid}", summary="Revoke a personal token", responses=PERSONAL_READ | errors(404))
@inject
async def revoke_token(request: AuthenticatedRequest, token: FromPath[UUID], use_case: FromDishka[RevokeToken]) -> None:
    await use_case.execute(request.user, token)


router = Router("/users/me/tokens", route_handlers=[create_token, list_tokens, revoke_token], tags=["users"])

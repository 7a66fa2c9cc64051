"""The HTTP application: composition only."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from dishka import AsyncContainer
from dishka.integrations.litestar import setup_dishka
from litestar import HttpMethod, Litestar, MediaType, Router, route
from litestar.config.cors import CORSConfig
from litestar.exceptions import HTTPException, NotFoundException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.params import FromPath

from vaultra_core.errors import VaultraError
from vaultra_http.authentication import PUBLIC, BearerAuthentication, public
from vaultra_http.edges import EdgeRules, Edges
from vaultra_http.errors import on_framework_error, on_too_deep, on_unexpected, on_vaultra_error
from vaultra_http.mail_page import mail_routers
from vaultra_http.mcp.endpoint import McpEndpoint
from vaultra_http.rendering import DecimalSchema, JsonResponse, refuse_bad_bodies
from vaultra_http.routes import (
    agent,
    auth,
    data,
    explain,
    figures,
    google,
    health,
    members,
    passwords,
    rulebooks,
    stripe,
    tokens,
    users,
)
from vaultra_http.site import site_routers

BODY_LIMIT = 64 * 1024

Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]


def create_app(
    container: AsyncContainer,
    *,
    site: Path | None,
    mails: Path | None = None,
    edges: EdgeRules = EdgeRules(),  # noqa: B008 - frozen
    lifespan: Sequence[Lifespan] = (),
) -> Litestar:
    """The API under /api/v1 and the dashboard beside it. `lifespan` is what runs for as long as the server does;
    `mails` is the folder whose mails are shown to whoever asks at /mail (the demo does that)."""
    api = Router(
        "/api/v1",
        route_handlers=[
            auth.router,
            passwords.router,
            google.router,
            users.router,
            members.router,
            data.router,
            tokens.router,
            stripe.router,
            stripe.webhook,
            figures.router,
            explain.router,
            rulebooks.router,
            agent.router,
            health.router,
            unknown_path,
        ],
        middleware=[_authentication],
        before_request=refuse_bad_bodies,
    )
    mcp = McpEndpoint(container)
    app = Litestar(
        route_handlers=[
            api,
            Router("/", route_handlers=[health.router], include_in_schema=False),
            *mail_routers(mails),
            *mcp.handlers,
            *site_routers(site),
        ],
        lifespan=list(lifespan),
        on_shutdown=[mcp.close],
        exception_handlers={
            VaultraError: on_vaultra_error,
            HTTPException: on_framework_error,
            RecursionError: on_too_deep,
            Exception: on_unexpected,
        },
        response_class=JsonResponse,
        request_max_body_size=BODY_LIMIT,
        openapi_config=_openapi(),
        cors_config=_cors(edges.cors_origins),
        plugins=[DecimalSchema()],
        logging_config=None,
        pdb_on_exception=False,
    )
    setup_dishka(container, app)
    app.asgi_handler = Edges(app.asgi_handler, edges)
    return app


def _authentication(app: Any) -> BearerAuthentication:
    return BearerAuthentication(app, exclude_from_auth_key=PUBLIC)


def _cors(origins: Sequence[str]) -> CORSConfig | None:
    """Only these other origins may call from a browser, and only they may read an answer. None named: nobody may."""
    if not origins:
        return None
    return CORSConfig(
        allow_origins=list(origins),
        allow_methods=["GET", "POST", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type"],
        allow_credentials=True,
        expose_headers=["Retry-After", "X-Request-Id"],
    )


def _openapi() -> OpenAPIConfig:
    bearer = SecurityScheme(type="http", scheme="bearer", bearer_format="JWT")
    return OpenAPIConfig(
        title="Vaultra",
        version="1",
        description="Keeps a small business underwritable at any moment. Informational only: no lending, no advice.",
        path="/api/v1/openapi.json",
        render_plugins=[JsonRenderPlugin(path="/", media_type=MediaType.JSON)],
        components=Components(security_schemes={"bearer": bearer}),
        security=[{"bearer": []}],
    )


@route(
    "/{path:path}",
    http_method=[HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE],
    include_in_schema=False,
    opt=public["opt"],
)
async def unknown_path(path: FromPath[str]) -> None:
    """Without this, an unknown API path would answer with the site's page for lost people."""
    raise NotFoundException

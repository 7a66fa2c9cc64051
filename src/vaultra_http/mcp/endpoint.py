"""MCP over HTTP at /mcp: who may come in. Each request brings its token; no session carries any right."""

import asyncio
import importlib
from typing import Any, Final
from urllib.parse import urlsplit

from dishka import AsyncContainer
from litestar import MediaType, Request, get
from litestar.handlers import asgi
from litestar.types import Receive, Scope, Send

from vaultra_core.agent.registry import ToolRegistry
from vaultra_core.errors import Forbidden, Unauthorized
from vaultra_core.ports.knowledge import Library
from vaultra_core.use_cases.authenticate_token import AuthenticateToken, Granted
from vaultra_core.use_cases.decide_recommendation import DecideRecommendation
from vaultra_core.use_cases.list_recommendations import ListRecommendations
from vaultra_http.authentication import public
from vaultra_http.errors import on_vaultra_error
from vaultra_http.site import PublicUrl

PATH: Final = "/mcp"
METADATA: Final = "/.well-known/oauth-protected-resource"  # RFC 9728
GRANTED: Final = "vaultra.granted"  # where a request's scope keeps for whom it acts
BODY_LIMIT: Final = 64 * 1024
LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")


class McpEndpoint:
    """Lets in who has a personal token for this address, and hands them to the protocol's server, which is started by
    the first of them."""

    def __init__(self, container: AsyncContainer) -> None:
        self._container = container
        self._manager: Any = None
        self._running: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._over = asyncio.Event()

    @property
    def handlers(self) -> list[Any]:
        """The routes: the endpoint itself, and where a client learns what it wants (with and without the path)."""
        metadata = get(
            [METADATA, METADATA + PATH], media_type=MediaType.JSON, include_in_schema=False, opt=public["opt"]
        )
        return [asgi(PATH, is_mount=True, copy_scope=True)(self._handle), metadata(self._metadata)]

    async def close(self) -> None:
        self._over.set()
        if self._running is not None:
            await self._running

    async def _metadata(self) -> dict[str, Any]:
        url: str = await self._container.get(PublicUrl)
        return {
            "resource": mcp_url(url),
            "resource_name": "Vaultra",
            "bearer_methods_supported": ["header"],
            "scopes_supported": ["read", "act"],
            "resource_documentation": url + "/dashboard/settings",  # where tokens are made
        }

    async def _handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        request: Request[Any, Any, Any] = Request(scope, receive=receive, send=send)
        url: str = await self._container.get(PublicUrl)
        try:
            _refuse_foreign_origin(request.headers.get("Origin"), url)
            granted = await self._granted(request, url)
        except (Unauthorized, Forbidden) as error:
            answer = on_vaultra_error(request, error)
            if isinstance(error, Unauthorized):
                answer.headers["WWW-Authenticate"] = _challenge(error, url)
            await answer.to_asgi_response(app=None, request=request)(scope, receive, send)
            return
        manager = await self._started(url)
        inner = dict(scope)
        inner[GRANTED] = granted
        inner["path"] = PATH
        await manager.handle_request(inner, receive, send)

    async def _granted(self, request: Request[Any, Any, Any], url: str) -> Granted:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not secret:
            raise Unauthorized("This needs a personal token: make one in the settings.", reason="missing")
        authenticate = await self._container.get(AuthenticateToken)
        granted: Granted = await authenticate.execute(secret.strip(), audience=mcp_url(url))
        return granted

    async def _started(self, url: str) -> Any:
        async with self._starting:
            if self._manager is None:
                tools = await make_tools(self._container, _granted_of)
                self._manager = _make_manager(tools.server(), url)
                ready = asyncio.Event()
                # A task of its own: what it opens has to be closed by the same task, and requests come and go.
                self._running = asyncio.create_task(self._run(ready))
                await ready.wait()
        return self._manager

    async def _run(self, ready: asyncio.Event) -> None:
        async with self._manager.run():
            ready.set()
            await self._over.wait()


def mcp_url(public_url: str) -> str:
    """The address of the endpoint, which is also whom its tokens are made for."""
    return public_url + PATH


async def make_tools(container: AsyncContainer, grant: Any) -> Any:
    """What the protocol's requests are answered with (`vaultra_http.mcp.server.McpTools`)."""
    # The import takes a second or two, during which others are to be answered.
    module = await asyncio.to_thread(importlib.import_module, "vaultra_http.mcp.server")
    return module.McpTools(
        grant,
        await container.get(ToolRegistry),
        await container.get(Library),
        await container.get(ListRecommendations),
        await container.get(DecideRecommendation),
    )


async def _granted_of(context: Any) -> Granted:
    granted: Granted = context.request.scope[GRANTED]
    return granted


def _challenge(error: Unauthorized, url: str) -> str:
    """RFC 9728: where to read what is wanted. A token that was shown and is not good is called so (RFC 6750)."""
    shown = 'error="invalid_token", ' if error.details.get("reason") == "invalid" else ""
    return f'Bearer {shown}resource_metadata="{url}{METADATA}{PATH}"'


def _refuse_foreign_origin(origin: str | None, url: str) -> None:
    """A page of another site has no business here, even with a token; clients that are no browser send no origin."""
    if origin is not None and origin not in _origins(url):
        raise Forbidden("This origin may not call.", reason="origin")


def _hosts(url: str) -> list[str]:
    """The names that this server answers to. At home it has three, and a port that may not be the public one's."""
    parts = urlsplit(url)
    if parts.hostname in ("127.0.0.1", "localhost", "::1"):
        return [name for host in LOOPBACK for name in (host, f"{host}:*")]
    return [parts.netloc]


def _origins(url: str) -> list[str]:
    parts = urlsplit(url)
    if parts.hostname in ("127.0.0.1", "localhost", "::1") and parts.port:
        return [f"{parts.scheme}://{host}:{parts.port}" for host in LOOPBACK]
    return [f"{parts.scheme}://{parts.netloc}"]


def _make_manager(server: Any, url: str) -> Any:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager  # noqa: PLC0415 - see _started
    from mcp.server.transport_security import TransportSecuritySettings  # noqa: PLC0415

    return StreamableHTTPSessionManager(
        server,
        json_response=True,
        stateless=True,
        max_request_body_size=BODY_LIMIT,
        security_settings=TransportSecuritySettings(allowed_hosts=_hosts(url), allowed_origins=_origins(url)),
    )

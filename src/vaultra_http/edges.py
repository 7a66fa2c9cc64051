"""What every answer carries: a request id, and headers that tell the browser what this page may do."""

import os
from typing import cast

import msgspec
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import HttpMethod, ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from vaultra_core.identity import Origin, origin
from vaultra_http.proxies import Networks, client_address

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: https:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"
PRIVATE = ("/api/", "/mcp")  # whatever comes from here is somebody's own


class EdgeRules(msgspec.Struct, frozen=True, kw_only=True):
    """What the edges take from the settings."""

    https: bool = False  # browsers reach this server by https: say that they always shall
    trusted_proxies: Networks = ()
    cors_origins: tuple[str, ...] = ()

    def headers(self) -> dict[str, str]:
        """What every answer carries."""
        return HEADERS | ({"Strict-Transport-Security": STRICT_TRANSPORT} if self.https else {})


def new_request_id() -> str:
    """As random as a uuid4, at a quarter of its time: every request waits for one."""
    return os.urandom(16).hex()


class Edges:
    """The outermost layer, around routing and its errors too: gives the request an id and an origin, and its answer the
    headers."""

    def __init__(self, app: ASGIApp, rules: EdgeRules) -> None:
        self._app = app
        self._trusted = rules.trusted_proxies
        self._headers = rules.headers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        request_id = new_request_id()
        scope.setdefault("state", {})["request_id"] = request_id
        head_only = scope["method"] == "HEAD"
        if head_only:  # HEAD is GET without the body; routes need not say so one by one
            scope = cast("Scope", {**scope, "method": HttpMethod.GET})  # the server's own stays as it was
        private = scope["path"].startswith(PRIVATE)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                headers["X-Request-Id"] = request_id
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if private:
                    headers["Cache-Control"] = "no-store"
            await send(message)

        came_in = origin.set(Origin(client_address(scope, self._trusted), request_id))
        try:
            await self._app(scope, receive, send_with_headers)
        finally:
            origin.reset(came_in)

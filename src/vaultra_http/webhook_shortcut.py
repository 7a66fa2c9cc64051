"""The short way for webhooks that are in order: past edges, routing, sessions and rendering, which cost five times as
much as the webhook itself."""

from typing import Any, Final

from dishka import AsyncContainer
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPReceiveMessage, Receive, Scope, Send, WebSocketReceiveMessage

from vaultra_core.use_cases.receive_webhook import ReceiveWebhook
from vaultra_http.edges import new_request_id
from vaultra_http.routes.stripe import WEBHOOK_LIMIT

PATH: Final = "/api/v1/webhooks/stripe"
Received = HTTPReceiveMessage | WebSocketReceiveMessage
_ACCEPTED: Final = b'{"status":"ok"}'

# An ASGI extension of our server: `send` takes the request's scope, and the headers of an answer 200, an empty line
# and its body in one piece. It says whether it was sent: not to somebody who reads slowly, for whom ASGI's own `send`
# waits. Two messages, looked at header by header, are a tenth of what a webhook costs.
WHOLE_ANSWER: Final = "vaultra.whole_answer"


class WebhookShortcut:
    """Answers 200 by itself once the event is stored. Everything else (a bad signature, an odd request, a database that
    is down) goes to the ordinary route with the same body: there is one place that makes errors, and receiving an event
    twice is harmless."""

    def __init__(self, app: ASGIApp, container: AsyncContainer, headers: dict[str, str]) -> None:
        self._app = app
        self._container = container
        self._receive_webhook: ReceiveWebhook | None = None  # there is one, from the first webhook on
        # What the edges would give it.
        given = headers | {
            "Content-Type": "application/json",
            "Content-Length": str(len(_ACCEPTED)),
            "Cache-Control": "no-store",
        }
        self._headers = [(name.lower().encode(), value.encode()) for name, value in given.items()]
        self._head = b"".join(b"%b: %b\r\n" % header for header in self._headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        signature = _signature(scope)
        if signature is None:
            await self._app(scope, receive, send)
            return
        messages = [await receive()]
        while messages[-1]["type"] == "http.request" and messages[-1]["more_body"]:
            messages.append(await receive())
        if messages[-1]["type"] == "http.request":
            body = b"".join(message["body"] for message in messages if message["type"] == "http.request")
            try:
                if self._receive_webhook is None:
                    self._receive_webhook = await self._container.get(ReceiveWebhook)
                await self._receive_webhook.execute(payload=body, signature=signature)
            except Exception:  # noqa: S110 - whatever it is, the ordinary route meets it again, logs it and answers
                pass
            else:
                await self._answer(scope, send)
                return
        await self._app(scope, _again(messages, receive), send)

    async def _answer(self, scope: Scope, send: Send) -> None:
        request_id = new_request_id().encode()
        extensions: dict[str, Any] = scope.get("extensions") or {}
        whole = extensions.get(WHOLE_ANSWER)
        if whole and whole["send"](scope, b"%bx-request-id: %b\r\n\r\n%b" % (self._head, request_id, _ACCEPTED)):
            return
        headers = [*self._headers, (b"x-request-id", request_id)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": _ACCEPTED, "more_body": False})


def _signature(scope: Scope) -> str | None:
    """The signature of what looks like a webhook of a reasonable size."""
    if scope["type"] != ScopeType.HTTP or scope["path"] != PATH or scope["method"] != "POST":
        return None
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", b"")
    if not length.isdigit() or not 0 < int(length) <= WEBHOOK_LIMIT:
        return None
    if headers.get(b"content-type", b"").partition(b";")[0] != b"application/json":
        return None
    signature = headers.get(b"stripe-signature")
    return None if signature is None else signature.decode("latin-1")


def _again(messages: list[Received], receive: Receive) -> Receive:
    """What was received already, then what comes."""
    left = iter(messages)

    async def replayed() -> Received:
        message = next(left, None)
        return await receive() if message is None else message

    return replayed

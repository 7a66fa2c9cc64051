"""The short way for webhooks that are in order: past tasks and messages, edges, routing, sessions and rendering, which
cost five times as much as the webhook itself. A server that knows it asks here before it calls the application."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from vaultra_core.use_cases.receive_webhook import ReceiveWebhook
from vaultra_http.edges import new_request_id

PATH: Final = "/api/v1/webhooks/stripe"
SHORT_BODY: Final = 64 * 1024  # bytes; a server stops reading a longer one until the application asks for more
_ACCEPTED: Final = b'{"status":"ok"}'


class WebhookShortcut:
    """What is not in order (a bad signature, an odd request, a database that is down) is for the ordinary route, with
    the same body: there is one place that makes errors, and receiving an event twice is harmless."""

    def __init__(self, receive_webhook: ReceiveWebhook, headers: dict[str, str]) -> None:
        """`headers` are what the edges give to every answer."""
        self._receive_webhook = receive_webhook
        given = headers | {
            "Content-Type": "application/json",
            "Content-Length": str(len(_ACCEPTED)),
            "Cache-Control": "no-store",
        }
        self._head = "".join(f"{name.lower()}: {value}\r\n" for name, value in given.items()).encode()

    def signature(self, scope: Mapping[str, Any]) -> str | None:
        """The signature of what looks like a webhook of a usual size."""
        if scope["path"] != PATH or scope["method"] != "POST":
            return None
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"")
        if not length.isdigit() or not 0 < int(length) <= SHORT_BODY:
            return None
        if headers.get(b"content-type", b"").partition(b";")[0] != b"application/json":
            return None
        signature = headers.get(b"stripe-signature")
        return None if signature is None else signature.decode("latin-1")

    def begin(self, payload: bytes, signature: str) -> asyncio.Future[None]:
        """Done when the event is stored. Raise what `ReceiveWebhook` does."""
        return self._receive_webhook.begin(payload=payload, signature=signature)

    def answer(self) -> bytes:
        """The headers of an answer 200, an empty line, and its body."""
        return b"%bx-request-id: %b\r\n\r\n%b" % (self._head, new_request_id().encode(), _ACCEPTED)

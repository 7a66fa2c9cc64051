"""The short way answers as the long one does, and leaves to it all that is not in order."""

import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import httpx
import pytest

from support.product import Product, signed
from support.served import serving
from vaultra_cli.guarded import GuardedProtocol
from vaultra_core.use_cases.receive_webhook import ReceiveWebhook
from vaultra_http.edges import EdgeRules
from vaultra_http.webhook_shortcut import SHORT_BODY, WebhookShortcut

EVENT = json.dumps(
    {"object": "event", "id": "evt_1", "type": "x.y", "created": 1_700_000_000, "livemode": False}
).encode()  # fmt: skip
LARGE = EVENT + b" " * SHORT_BODY
URL = "/api/v1/webhooks/stripe"


class Watched:
    """The product's application, and how many requests came to it."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.requests = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.requests += scope["type"] == "http"
        await self._app(scope, receive, send)


class Ways:
    """Asks on both: on the short one first."""

    def __init__(self, short: httpx.AsyncClient, long: httpx.AsyncClient, watched: Watched) -> None:
        self._short, self._long, self._watched = short, long, watched

    async def both(self, body: bytes, **headers: str | bytes) -> tuple[Any, Any, bool]:
        """What each answered, and whether the application was asked on the short way."""
        before = self._watched.requests
        short = await answer_of(self._short, body, headers)
        asked = self._watched.requests > before
        return short, await answer_of(self._long, body, headers), asked


@pytest.fixture
async def ways(product: Product) -> AsyncIterator[Ways]:
    watched = Watched(product.app)
    shortcut = WebhookShortcut(await product.container.get(ReceiveWebhook), EdgeRules().headers())
    async with (
        serving(watched, partial(GuardedProtocol, webhooks=shortcut)) as short,
        serving(product.app, GuardedProtocol) as long,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{short.port}") as on_short,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{long.port}") as on_long,
    ):
        yield Ways(on_short, on_long, watched)


async def answer_of(client: httpx.AsyncClient, body: bytes, headers: dict[str, str | bytes]) -> tuple[int, Any, Any]:
    given = {"Stripe-Signature": signed(body), "Content-Type": "application/json", **headers}
    as_bytes = {name.encode(): value if isinstance(value, bytes) else value.encode() for name, value in given.items()}
    answer = await client.post(URL, content=body, headers=as_bytes)
    assert len(answer.headers["x-request-id"]) == 32
    kept = {name: value for name, value in answer.headers.items() if name not in ("x-request-id", "vary", "date")}
    content = answer.json()
    content.get("error", {}).pop("request_id", None)
    return answer.status_code, content, kept


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (EVENT, {}, 200),
        (EVENT, {"Content-Type": "application/json; charset=utf-8"}, 200),
        (LARGE, {}, 200),
        (EVENT, {"Stripe-Signature": "t=1,v1=00"}, 400),
        (EVENT, {"Stripe-Signature": "v1=é".encode()}, 400),
        (b"{}", {}, 400),
        (b"[" * 5000, {}, 400),
        (b"", {}, 400),
        (EVENT, {"Content-Type": "text/plain"}, 415),
        (b" " * (1024 * 1024 + 1), {}, 413),
    ],
)
async def test_both_ways_answer_alike(ways: Ways, body: bytes, headers: dict[str, str | bytes], status: int) -> None:
    short, long, asked = await ways.both(body, **headers)
    assert short == long
    assert short[0] == status
    assert asked == (status != 200 or body is LARGE)


async def test_a_fault_of_ours_has_the_envelope_and_the_headers_of_every_other(
    ways: Ways, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(ReceiveWebhook, "begin", broken)
    (status, content, headers), long, asked = await ways.both(EVENT)
    assert asked and (status, content, headers) == long
    assert (status, content["error"]["code"]) == (500, "INTERNAL_ERROR")
    assert "mistake" not in content["error"]["message"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "a mistake of ours" in caplog.text

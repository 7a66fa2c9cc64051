"""The short way answers as the long one does, and leaves to it all that is not in order."""

import json
from typing import Any

import pytest

from support.product import Product, signed
from vaultra_core.use_cases.receive_webhook import ReceiveWebhook
from vaultra_http import webhook_shortcut

EVENT = json.dumps(
    {"object": "event", "id": "evt_1", "type": "x.y", "created": 1_700_000_000, "livemode": False}
).encode()  # fmt: skip


async def answer_of(
    product: Product, body: bytes, **headers: str | bytes
) -> tuple[int, dict[str, Any], dict[str, str]]:
    given = {"Stripe-Signature": signed(body), "Content-Type": "application/json", **headers}
    answer = await product.request("POST", "/webhooks/stripe", content=body, headers=given)
    kept = {name: value for name, value in answer.headers.items() if name not in ("x-request-id", "vary")}
    assert len(answer.headers["x-request-id"]) == 32
    content = answer.json()
    content.get("error", {}).pop("request_id", None)
    return answer.status_code, content, kept


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (EVENT, {}, 200),
        (EVENT, {"Content-Type": "application/json; charset=utf-8"}, 200),
        (EVENT, {"Stripe-Signature": "t=1,v1=00"}, 400),
        (EVENT, {"Stripe-Signature": "v1=é".encode()}, 400),
        (b"{}", {}, 400),
        (b"[" * 5000, {}, 400),
        (b"", {}, 400),
        (EVENT, {"Content-Type": "text/plain"}, 415),
        (b" " * (1024 * 1024 + 1), {}, 413),
    ],
)
async def test_both_ways_answer_alike(
    product: Product, monkeypatch: pytest.MonkeyPatch, body: bytes, headers: dict[str, str | bytes], status: int
) -> None:
    short = await answer_of(product, body, **headers)
    monkeypatch.setattr(webhook_shortcut, "PATH", "/nowhere")
    assert short == await answer_of(product, body, **headers)
    assert short[0] == status


async def test_a_fault_of_ours_has_the_envelope_and_the_headers_of_every_other(
    product: Product, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(ReceiveWebhook, "execute", broken)
    status, content, headers = await answer_of(product, EVENT)
    assert (status, content["error"]["code"]) == (500, "INTERNAL_ERROR")
    assert "mistake" not in content["error"]["message"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "a mistake of ours" in caplog.text

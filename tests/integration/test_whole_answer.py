"""An answer that is handed over in one piece arrives as the one that ASGI's messages make."""

import asyncio
import gc
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn

from vaultra_cli.guarded import GuardedProtocol
from vaultra_cli.serve import DrainingServer, listen
from vaultra_core.use_cases.receive_webhook import ReceiveWebhook
from vaultra_http import webhook_shortcut
from vaultra_http.webhook_shortcut import PATH, WebhookShortcut

HEAD = (
    "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nstripe-signature: s\r\ncontent-length: 2\r\n"
)


class Webhooks:
    """Stands in for the container, and for the use case that it has: takes all webhooks."""

    async def get(self, wanted: type) -> "Webhooks":
        assert wanted is ReceiveWebhook
        return self

    async def execute(self, *, payload: bytes, signature: str) -> None:
        assert (payload, signature) == (b"{}", "s")
        await asyncio.sleep(0)


async def without_extension(scope: Any, receive: Any, send: Any) -> None:
    """The same shortcut under another path, on a server that knows nothing of whole answers."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    await shortcut({**scope, "path": PATH, "extensions": {}}, receive, send)  # type: ignore[arg-type]


shortcut = WebhookShortcut(without_extension, Webhooks(), {"X-One": "1"})  # type: ignore[arg-type]


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(webhook_shortcut, "new_request_id", lambda: "0" * 32)
    listener = listen("127.0.0.1", 0)
    config = uvicorn.Config(shortcut, http=GuardedProtocol, log_config=None, access_log=False, date_header=False)
    config.load()
    config.app.state = {}  # type: ignore[union-attr]
    server = DrainingServer(config, notice=0)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0.01)
    yield listener.getsockname()[1]
    server.should_exit = True
    await serving


async def answers(port: int, *paths: str, last: str = "connection: close\r\n") -> bytes:
    """All that comes back for requests that are sent at once, the last of which ends the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for path in paths:
        writer.write((HEAD.format(path=path) + "\r\n{}").encode())
    writer.write((HEAD.format(path=paths[-1]) + last + "\r\n{}").encode())
    answer = await asyncio.wait_for(reader.read(), 60)
    writer.close()
    return answer


@pytest.mark.parametrize("count", [1, 5])
async def test_a_whole_answer_arrives_as_messages_do(port: int, count: int) -> None:
    whole, messages = [await answers(port, *([path] * count)) for path in (PATH, "/other")]
    assert whole == messages
    assert whole.count(b"HTTP/1.1 200 OK\r\n") == count + 1
    assert whole.count(b'{"status":"ok"}') == count + 1
    assert whole.count(b"connection: close\r\n") == 1


async def test_who_reads_slowly_is_waited_for(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then it is not handed over, and the messages wait."""
    monkeypatch.setattr("uvicorn.protocols.http.flow_control.FlowControl.write_paused", True, raising=False)
    assert (await answers(port, PATH)).count(b"HTTP/1.1 200 OK\r\n") == 2


async def test_requests_leave_nothing_to_the_garbage_collector(port: int) -> None:
    """What refers to itself stays until the collector comes by, and everybody waits for it then."""
    await answers(port, PATH)
    gc.collect()
    gc.disable()
    try:
        await answers(port, *([PATH] * 100))
        assert gc.collect() < 100
    finally:
        gc.enable()

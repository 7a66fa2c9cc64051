"""The server's short way for webhooks, whatever else happens on the connection meanwhile."""

import asyncio
import gc
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest

from support.served import Served, serving
from vaultra_cli.guarded import GuardedProtocol
from vaultra_core.errors import Unavailable
from vaultra_http import webhook_shortcut
from vaultra_http.webhook_shortcut import PATH, WebhookShortcut

HEAD = (
    "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nstripe-signature: s\r\ncontent-length: 2\r\n"
)
LAST = "connection: close\r\n"


def request(path: str = PATH, more: str = "") -> bytes:
    return (HEAD.format(path=path) + more + "\r\n{}").encode()


class Webhooks:
    """Stands in for the use case: takes all webhooks, when it is told to."""

    def __init__(self) -> None:
        self.waiting: list[asyncio.Future[None]] = []
        self.at_once = True

    def begin(self, *, payload: bytes, signature: str) -> asyncio.Future[None]:
        assert (payload, signature) == (b"{}", "s")
        stored = asyncio.get_running_loop().create_future()
        self.waiting.append(stored)
        if self.at_once:
            stored.set_result(None)
        return stored


class Application:
    """Answers everything at once, as the shortcut would."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.state: dict[str, Any] = {}  # where the server says that it is draining
        self.head = [(b"x-one", b"1"), (b"content-type", b"application/json"), (b"content-length", b"15")]
        self.head += [(b"cache-control", b"no-store"), (b"x-request-id", b"0" * 32)]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        self.asked.append(scope["path"])
        while (await receive())["more_body"]:
            pass
        await send({"type": "http.response.start", "status": 200, "headers": self.head})
        await send({"type": "http.response.body", "body": b'{"status":"ok"}'})


@pytest.fixture
def webhooks() -> Webhooks:
    return Webhooks()


@pytest.fixture
def app() -> Application:
    return Application()


@pytest.fixture
async def served(webhooks: Webhooks, app: Application, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    monkeypatch.setattr(webhook_shortcut, "new_request_id", lambda: "0" * 32)
    shortcut = WebhookShortcut(webhooks, {"X-One": "1"})  # type: ignore[arg-type]
    async with serving(app, partial(GuardedProtocol, webhooks=shortcut), date=False) as running:
        yield running


@pytest.mark.parametrize("count", [1, 5])
async def test_an_answer_is_what_the_application_would_say(served: Served, app: Application, count: int) -> None:
    """One after the other on one connection, or all sent at once: the last says that it is."""
    short, long = [await served.say(request(path) * count, request(path, LAST)) for path in (PATH, "/other")]
    assert short == long
    assert short.count(b"HTTP/1.1 200 OK\r\n") == count + 1
    assert short.count(b"connection: close\r\n") == 1
    assert app.asked.count(PATH) == 1  # the last one


async def test_others_wait_their_turn(served: Served, webhooks: Webhooks, app: Application) -> None:
    webhooks.at_once = False
    reader, writer = await served.connect()
    writer.write(request() + request("/other") + request() + request("/other", LAST))
    await until(lambda: len(webhooks.waiting) == 1)
    assert app.asked == []
    webhooks.waiting[0].set_result(None)
    await until(lambda: len(webhooks.waiting) == 2)
    assert app.asked == ["/other"]
    webhooks.waiting[1].set_result(None)
    answers = await asyncio.wait_for(reader.read(), 60)
    assert answers.count(b"HTTP/1.1 200 OK\r\n") == 4
    assert app.asked == ["/other", "/other"]
    writer.close()


async def test_a_body_may_come_in_pieces(served: Served, webhooks: Webhooks) -> None:
    reader, writer = await served.connect()
    for piece in (request()[:-2], b"{", b"}"):
        assert webhooks.waiting == []
        writer.write(piece)
        await asyncio.sleep(0.05)
    assert (await reader.readuntil(b'{"status":"ok"}')).startswith(b"HTTP/1.1 200 OK\r\n")
    assert len(webhooks.waiting) == 1
    writer.close()


async def test_who_asks_first_whether_to_send_is_told(served: Served, app: Application) -> None:
    answer = await served.say(request(more="expect: 100-continue\r\n" + LAST))
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")
    assert app.asked == [PATH]


async def test_what_could_not_be_stored_is_for_the_application(
    served: Served, webhooks: Webhooks, app: Application
) -> None:
    webhooks.at_once = False
    reader, writer = await served.connect()
    writer.write(request())
    await until(lambda: len(webhooks.waiting) == 1)
    webhooks.waiting[0].set_exception(Unavailable("Down.", dependency="database", retry_after=1))
    await reader.readuntil(b'{"status":"ok"}')
    assert app.asked == [PATH]
    writer.close()


async def test_for_who_reads_slowly_the_application_waits(served: Served, app: Application) -> None:
    reader, writer = await served.connect()
    await until(lambda: served.server.server_state.connections)
    (connection,) = served.server.server_state.connections
    connection.flow.write_paused = True
    writer.write(request())
    await reader.readuntil(b'{"status":"ok"}')
    assert app.asked == [PATH]
    writer.close()


async def test_who_has_gone_is_not_answered(served: Served, webhooks: Webhooks, app: Application) -> None:
    webhooks.at_once = False
    _, writer = await served.connect()
    writer.write(request())
    await until(lambda: len(webhooks.waiting) == 1)
    writer.close()
    await until(lambda: not served.server.server_state.connections)
    webhooks.waiting[0].set_result(None)
    await asyncio.sleep(0.05)
    assert app.asked == []


async def test_a_server_that_stops_answers_what_it_has_taken_in(served: Served, webhooks: Webhooks) -> None:
    webhooks.at_once = False
    reader, writer = await served.connect()
    writer.write(request())
    await until(lambda: len(webhooks.waiting) == 1)
    served.server.should_exit = True
    await until(lambda: not served.server.servers[0].is_serving())
    assert not served.running.done()
    webhooks.waiting[0].set_result(None)
    answer = await asyncio.wait_for(reader.read(), 60)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n") and b"connection: close\r\n" in answer
    await asyncio.wait_for(asyncio.shield(served.running), 60)
    writer.close()


async def test_requests_leave_nothing_to_the_garbage_collector(served: Served) -> None:
    """What refers to itself stays until the collector comes by, and everybody waits for it then."""
    await served.say(request(), request(more=LAST))
    gc.collect()
    gc.disable()
    try:
        await served.say(request() * 100, request(more=LAST))
        assert gc.collect() < 100
    finally:
        gc.enable()


async def until(true: Any) -> None:
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110 - what is waited for says nothing
            await asyncio.sleep(0.005)

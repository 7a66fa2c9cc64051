"""Patience has an end: for slow, long-winded and many clients; and a server that is told to stop finishes its work."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from litestar import Litestar, Request, get, post

from support.served import Served, serving
from vaultra_cli.guarded import GuardedProtocol


class Crowded(GuardedProtocol):
    """The product's own patience, which no pause of this machine uses up."""

    CONNECTIONS = 3


class Impatient(GuardedProtocol):
    """For tests in which the client is the slow one, and only for them."""

    HEAD_SECONDS = 0.3
    BODY_SECONDS = 0.3
    IDLE_SECONDS = 0.3
    READ_SECONDS = 0.3


@dataclass
class Slow(Served):
    """Has a request that goes on until it is let go."""

    entered: asyncio.Event
    leave: asyncio.Event


@asynccontextmanager
async def a_server(
    protocol: type[GuardedProtocol] = Crowded, *, notice: float = 0, patience: int = 20
) -> AsyncIterator[Slow]:
    entered, leave = asyncio.Event(), asyncio.Event()

    @get("/slow")
    async def slow() -> str:
        entered.set()
        await leave.wait()
        return "finished"

    @get("/large")
    async def large() -> bytes:
        return b"x" * 50_000_000

    @post("/")
    async def read(request: Request[Any, Any, Any]) -> str:
        return f"{len(await request.body())}"

    app = Litestar([slow, large, read], logging_config=None, openapi_config=None)
    async with serving(app, protocol, notice=notice, patience=patience) as served:
        try:
            yield Slow(served.server, served.running, served.port, entered, leave)
        finally:
            leave.set()


@pytest.fixture
async def served() -> AsyncIterator[Slow]:
    async with a_server() as running:
        yield running


@pytest.fixture
async def impatient() -> AsyncIterator[Slow]:
    async with a_server(Impatient) as running:
        yield running


def refused(answer: bytes, status: int) -> None:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode()), answer[:200]
    assert b"\r\nx-request-id: " in head and b"\r\nconnection: close" in head
    assert set(json.loads(body)["error"]) == {"code", "message", "details", "request_id"}


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (b"G",),
        (b"GET / HTTP/1.1\r\nHost: x\r\n",),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n", b"12345"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n",),
    ],
)
async def test_who_sends_too_slowly_is_not_waited_for(impatient: Slow, parts: tuple[bytes, ...]) -> None:
    refused(await impatient.say(*parts), 408)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 5_000 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX\x00: y\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n" + b"x" * 20_000, 400),
        (b"GET / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"nonsense\r\n\r\n", 400),
    ],
    ids=[
        "long path",
        "long header",
        "many headers",
        "NUL",
        "two lengths",
        "two lengths and a body",
        "two framings",
        "TLS",
        "nonsense",
    ],
)
async def test_a_head_that_is_too_large_or_ambiguous_is_refused(served: Slow, request_: bytes, status: int) -> None:
    refused(await served.say(request_), status)


async def test_a_head_without_an_end_is_refused(served: Slow) -> None:
    reader, writer = await served.connect()
    writer.write(b"GET / HTTP/1.1\r\n")
    while not any(connection._chunk for connection in served.server.server_state.connections):  # noqa: ASYNC110 - as above
        await asyncio.sleep(0.01)  # until it has been read, so that the rest comes in another piece
    writer.write(b"X: y\r\n" * 3_000)
    refused(await reader.read(), 431)
    writer.close()


async def test_a_large_body_and_the_next_head_in_one_piece_are_taken(served: Slow) -> None:
    post = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 40000\r\n\r\n" + b"x" * 40_000
    last = post.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)
    answer = await served.say(post + last[:30], last[30:])
    assert answer.count(b"HTTP/1.1 201 ") == 2


async def test_who_does_not_read_is_cut_off(impatient: Slow) -> None:
    reader, writer = await impatient.connect()
    writer.write(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
    state = impatient.server.server_state
    while not any(connection.transport.is_closing() for connection in [*state.connections]):
        if not state.connections and state.total_requests:
            break
        await asyncio.sleep(0.05)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(50_000_000)
    writer.close()


@pytest.mark.parametrize("body", [b"", b"1234567890"], ids=["at once", "before the request was whole"])
async def test_a_connection_that_rests_is_closed_without_another_word(impatient: Slow, body: bytes) -> None:
    reader, writer = await impatient.connect()
    for _ in range(2):  # the second answer comes over the same connection
        writer.write(b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body))
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 404 ")
        (length,) = (line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
        writer.write(body)
    assert await asyncio.wait_for(reader.read(), 60) == b""
    writer.close()


async def test_one_connection_too_many_is_told_to_come_back(served: Slow) -> None:
    kept = [await served.connect() for _ in range(Crowded.CONNECTIONS)]
    for _, writer in kept:
        writer.write(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
    await served.entered.wait()
    answer = await served.say(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    refused(answer, 503)
    assert b"\r\nretry-after: 2\r\n" in answer
    for _, writer in kept:
        writer.close()


async def test_what_is_under_way_is_finished_and_nothing_new_is_taken() -> None:
    async with a_server() as served, httpx.AsyncClient(timeout=60) as client:
        slow = asyncio.create_task(client.get(f"http://127.0.0.1:{served.port}/slow"))
        await served.entered.wait()
        served.server.handle_exit(signal.SIGTERM, None)
        assert served.server.config.app.state.draining
        with pytest.raises(OSError, match=r"."):
            while True:  # until it has seen the signal
                _, writer = await served.connect()
                writer.close()
                await asyncio.sleep(0.05)
        assert not slow.done()
        served.leave.set()
        assert (await slow).text == "finished"
        await asyncio.wait_for(asyncio.shield(served.running), 60)


async def test_what_does_not_end_is_not_waited_for_for_ever() -> None:
    async with a_server(patience=1) as served:
        reader, writer = await served.connect()
        writer.write(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        await served.entered.wait()
        served.server.handle_exit(signal.SIGTERM, None)
        await asyncio.wait_for(asyncio.shield(served.running), 60)
        assert b"finished" not in await asyncio.wait_for(reader.read(), 60)
        writer.close()


async def test_a_balancer_is_given_notice() -> None:
    async with a_server(notice=30) as served:
        served.server.handle_exit(signal.SIGTERM, None)
        assert served.server.config.app.state.draining and not served.server.should_exit
        served.server.handle_exit(signal.SIGTERM, None)
        assert served.server.should_exit

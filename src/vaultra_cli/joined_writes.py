"""An answer leaves in one piece.

Uvicorn writes the head of an answer and then its body: two system calls, each of which wakes the reader. They made up a
third of the time that a webhook took.
"""

import asyncio
from functools import partial
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from vaultra_http.webhook_shortcut import WHOLE_ANSWER


class JoinedWrites:
    """A transport that sends what is written in one turn of the event loop together; the rest is its own."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held: list[bytes] = []

    def write(self, data: bytes) -> None:
        if not self._held:
            self._loop.call_soon(self._send)
        self._held.append(data)

    def close(self) -> None:
        self._send()
        self._transport.close()

    def _send(self) -> None:
        held, self._held = self._held, []
        if held and not self._transport.is_closing():
            self._transport.write(b"".join(held))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class JoinedWritesProtocol(HttpToolsProtocol):
    """Uvicorn's protocol over such a transport; an application may also hand over a whole answer (WHOLE_ANSWER)."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        super().connection_made(transport)
        self.transport = cast(asyncio.Transport, JoinedWrites(transport, self.loop))

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        # A connection that ends with its answer has to say so in the head, which is left to uvicorn.
        if self.cycle is not None and self.cycle.scope is self.scope and self.cycle.keep_alive:
            default = self.server_state.default_headers
            self.scope["extensions"] = {WHOLE_ANSWER: {"send": partial(_send_whole, self.cycle, default)}}


def _send_whole(cycle: RequestResponseCycle, default: list[tuple[bytes, bytes]], answer: bytes) -> bool:
    if cycle.disconnected or cycle.flow.write_paused:
        return False
    cycle.response_started = cycle.response_complete = True
    cycle.waiting_for_100_continue = False
    head = b"".join([b"%b: %b\r\n" % header for header in default])
    cycle.transport.write(b"HTTP/1.1 200 OK\r\n%b%b" % (head, answer))
    cycle.message_event.set()
    cycle.on_response()
    return True

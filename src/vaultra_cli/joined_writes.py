"""An answer leaves in one piece.

Uvicorn writes the head of an answer and then its body: two system calls, each of which wakes the reader. They made up a
third of the time that a webhook took.
"""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

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
        # One for all requests, and not of the request's own: what refers to itself waits for the garbage collector.
        self._extensions: dict[str, Any] = {WHOLE_ANSWER: {"send": self._send_whole}}

    def on_headers_complete(self) -> None:
        self.scope["extensions"] = self._extensions
        super().on_headers_complete()

    def _send_whole(self, scope: Any, answer: bytes) -> bool:
        cycle = self.cycle
        # Not for a request that was overtaken by the next, nor for an answer that has to say that it is the last: what
        # goes into its head then is left to uvicorn.
        if cycle is None or cycle.scope is not scope or not cycle.keep_alive:
            return False
        if cycle.disconnected or cycle.flow.write_paused:
            return False
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        head = b"".join([b"%b: %b\r\n" % header for header in self.server_state.default_headers])
        self.transport.write(b"HTTP/1.1 200 OK\r\n%b%b" % (head, answer))
        cycle.message_event.set()
        cycle.on_response()
        return True

"""An answer leaves in one piece.

Uvicorn writes the head of an answer and then its body: two system calls, each of which wakes the reader. They made up a
third of the time that a webhook took.
"""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


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

    def write_whole(self, answer: bytes) -> None:
        """An answer of which nothing more will come need not wait for the end of the turn."""
        if self._held:
            self._held.append(answer)
        else:
            self._transport.write(answer)

    def is_closing(self) -> bool:
        return self._transport.is_closing()

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
    """Uvicorn's protocol over such a transport."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        super().connection_made(transport)
        self.writes = JoinedWrites(transport, self.loop)
        self.transport = cast(asyncio.Transport, self.writes)

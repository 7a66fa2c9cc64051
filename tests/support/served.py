"""An application on our server: its protocol, a port of this machine, and how it ends."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn

from vaultra_cli.serve import DrainingServer, listen


@dataclass
class Served:
    server: Any  # a DrainingServer, whose parts have types for every other protocol too
    running: asyncio.Task[None]
    port: int

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def say(self, *parts: bytes) -> bytes:
        """Send these, slowly or not at all to the end; all that comes back until the server closes."""
        reader, writer = await self.connect()
        for part in parts:
            writer.write(part)
            await writer.drain()
        answer = await asyncio.wait_for(reader.read(), 60)
        writer.close()
        return answer


@asynccontextmanager
async def serving(
    app: Any, protocol: Callable[..., asyncio.Protocol], *, notice: float = 0, patience: int = 20, date: bool = True
) -> AsyncIterator[Served]:
    """A server that has started. It finishes what is under way at the end of the block."""
    listener = listen("127.0.0.1", 0)
    config = uvicorn.Config(
        app,
        http=protocol,  # type: ignore[arg-type] # it wants a class, and calls whatever makes one
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=date,
        timeout_graceful_shutdown=patience,
    )
    server = DrainingServer(config, notice=notice)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0.01)
    try:
        yield Served(server, running, listener.getsockname()[1])
    finally:
        server.should_exit = True
        await running
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().remove_signal_handler(number)

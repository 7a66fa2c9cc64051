"""What the server's parts share: the store, the platform's keys, the faults."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from vaultra_sandbox.faults import Faults, Trouble
from vaultra_sandbox.store import Store, open_store

T = TypeVar("T")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How the server is started."""

    data: Path
    client_id: str
    secret_key: str
    webhook_url: str | None = None
    webhook_secret: str | None = None
    live: bool = False
    speed: float = 1.0
    faults: Faults = msgspec.field(default_factory=Faults)


class Sandbox:
    """Reads happen at once, on the event loop: they take a fraction of a millisecond. Writes may have to wait for
    another process that loads a file, so they happen in a thread, one at a time, on a connection of their own."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = open_store(settings.data)
        self.trouble = Trouble(settings.faults)
        self.woken = asyncio.Event()  # set when there may be something to deliver
        self._writer = Store(settings.data)
        self._one_at_a_time = asyncio.Lock()

    async def write(self, work: Callable[[Store], T]) -> T:
        """Run `work` in a thread on the store's writing connection."""
        async with self._one_at_a_time:
            result = await asyncio.to_thread(work, self._writer)
        self.woken.set()
        return result

    def close(self) -> None:
        self.store.close()
        self._writer.close()

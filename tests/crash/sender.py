"""Sends events as Stripe does: signed, several at a time, again and again until a 200; some of them twice.

What was acknowledged is written to a file before it counts. That file is what the product is held to.
"""

import asyncio
import contextlib
import os
import random
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import aiohttp
import msgspec

from crash.load import Load, Told
from support.product import signed

AT_ONCE: Final = 16
TWICE: Final = 0.05  # share of events that come a second time, after their acknowledgement
BETWEEN_SYNCS: Final = 0.02  # seconds
TIMEOUT: Final = aiohttp.ClientTimeout(total=15)


class Tally(msgspec.Struct):
    acknowledged: int = 0
    doubled: int = 0  # sent again on purpose, and acknowledged again
    retried: int = 0  # attempts without an answer, or with a 5xx
    refused: int = 0  # 4xx: never right here


class Acknowledgements:
    """A file of event numbers, one a line. `add` returns once the number is on disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []

    async def add(self, number: int) -> None:
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((number, done))
        await done

    def read(self) -> set[int]:
        return {int(line) for line in self._path.read_text().split()}

    async def __aenter__(self) -> Self:
        self._file = self._path.open("a")
        self._task = asyncio.create_task(self._write())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._file.close()

    async def _write(self) -> None:
        while True:
            await asyncio.sleep(BETWEEN_SYNCS)
            batch, self._waiting = self._waiting, []
            if not batch:
                continue
            self._file.writelines(f"{number}\n" for number, _ in batch)
            self._file.flush()
            await asyncio.to_thread(os.fsync, self._file.fileno())
            for _, done in batch:
                if not done.done():
                    done.set_result(None)


class Sender:
    """`await send()` until every event is acknowledged; `may_go` is asked before each new one."""

    def __init__(
        self, url: str, load: Load, acknowledgements: Acknowledgements, *, may_go: Callable[[], Awaitable[None]]
    ) -> None:
        self.tally = Tally()
        self._url = f"{url}/api/v1/webhooks/stripe"
        self._events: Iterator[Told] = load.shuffled()
        self._acknowledgements = acknowledgements
        self._may_go = may_go
        self._chance = random.Random(load.total)

    async def send(self) -> None:
        async with aiohttp.ClientSession(timeout=TIMEOUT) as session, asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(self._send_some(session))

    async def _send_some(self, session: aiohttp.ClientSession) -> None:
        # All take from one iterator, and a task runs alone between two awaits: each event is taken once.
        for event in self._events:
            await self._may_go()
            body = event.body()
            await self._until_acknowledged(session, body)
            await self._acknowledgements.add(event.number)
            self.tally.acknowledged += 1
            if self._chance.random() < TWICE:
                await self._until_acknowledged(session, body)
                self.tally.doubled += 1

    async def _until_acknowledged(self, session: aiohttp.ClientSession, body: bytes) -> None:
        while True:
            headers = {"Stripe-Signature": signed(body), "Content-Type": "application/json"}
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with session.post(self._url, data=body, headers=headers) as answer:
                    if answer.status == 200:
                        return
                    if answer.status < 500:
                        self.tally.refused += 1
                        raise AssertionError(f"a webhook was refused: {answer.status} {await answer.text()}")
            self.tally.retried += 1
            await asyncio.sleep(self._chance.uniform(0.02, 0.3))

"""The fast way into the inbox: events that arrive while a commit is under way are committed together in the next.

A webhook is answered once its event is on disk, and the disk is what takes the time. One commit per event would wait
for it again and again; here the batch grows by itself exactly when the disk is the bottleneck.
"""

import asyncio
import logging
from collections import deque
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

import asyncpg
from sqlalchemy.dialects import registry

from vaultra_adapters.postgres.engine import OF_THE_DRIVER, RETRY_AFTER, open_connection, translated, unavailable
from vaultra_adapters.postgres.inbox import accept_events, accepted_values
from vaultra_adapters.postgres.row_security import SYSTEM_ROLE
from vaultra_core.errors import InvalidInput, Unavailable, VaultraError
from vaultra_core.ports.storage import StripeEvent

log = logging.getLogger(__name__)

BATCH: Final = 500
WAITING_LIMIT: Final = 10_000  # events; more means that the database cannot keep up, and Stripe does come again
STATEMENT_TIMEOUT: Final = 5.0  # seconds

# The connection is gone, also where the driver has not noticed yet: it was told good-bye, and waits for the end of it.
GONE: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    ConnectionError,
)

Waiter = asyncio.Future[None]


class PostgresEventAcceptor:
    """`async with PostgresEventAcceptor(url) as acceptor: await acceptor.accept(event)`, from one event loop.

    Has a connection of its own, so that webhooks and everything else cannot starve each other. A second one was
    measured and gained nothing: batches only got smaller.
    """

    def __init__(self, url: str, *, waiting_limit: int = WAITING_LIMIT) -> None:
        self._url = url
        self._waiting_limit = waiting_limit
        self._queue: deque[tuple[StripeEvent, Waiter]] = deque()
        self._arrived = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._connection: asyncpg.Connection | None = None
        self._stopping = False
        # The very statement of the inbox, as the driver takes it: text with numbered parameters.
        compiled = accept_events().compile(dialect=registry.load("postgresql.asyncpg")())
        self._statement = str(compiled)
        self._parameters = {name: compiled.params[name] for name in getattr(compiled, "positiontup", None) or ()}

    def accept(self, event: StripeEvent) -> Waiter:
        """Fails with `Unavailable` when the database cannot be reached or is too far behind, with `InvalidInput` for an
        event that it cannot hold."""
        waiter: Waiter = asyncio.get_running_loop().create_future()
        if self._writer is None or self._writer.done() or self._stopping:
            waiter.set_exception(_refused("Events are not accepted at the moment."))
        elif len(self._queue) >= self._waiting_limit:
            waiter.set_exception(_refused("Too many events are waiting to be stored."))
        else:
            self._queue.append((event, waiter))
            self._arrived.set()
        return waiter

    async def start(self) -> None:
        """Start the writer. A database that is down is noticed by the first event, not here."""
        self._stopping = False
        self._writer = asyncio.create_task(self._write(), name="event-acceptor")

    async def stop(self) -> None:
        """Store what is waiting, then close the connection; new events are refused."""
        self._stopping = True
        self._arrived.set()
        if self._writer is not None:
            await self._writer
            self._writer = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _write(self) -> None:
        try:
            while batch := await self._next_batch():
                await self._store(batch)
        finally:
            if self._connection is not None:
                with suppress(*OF_THE_DRIVER):  # what is left open ends with its socket
                    await self._connection.close(timeout=1)
                self._connection = None

    async def _next_batch(self) -> list[tuple[StripeEvent, Waiter]]:
        """What is waiting, as soon as there is something; empty when it is time to stop."""
        while not self._queue and not self._stopping:
            self._arrived.clear()
            await self._arrived.wait()
        return [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]

    async def _store(self, batch: list[tuple[StripeEvent, Waiter]]) -> None:
        failure: VaultraError | None = None
        try:
            await self._insert([event for event, _ in batch])
        except Exception as error:  # whatever it is, those who wait are told, and the next batch is stored
            failure = error if isinstance(error, VaultraError) else translated(error)
            if failure is None:
                log.exception("storing %d events failed", len(batch))
                failure = unavailable(error)
        if isinstance(failure, InvalidInput) and len(batch) > 1:
            # One event that the database cannot hold must not take the others down with it.
            for entry in batch:
                await self._store([entry])
            return
        for _, waiter in batch:
            _settle(waiter, failure)

    async def _insert(self, events: list[StripeEvent]) -> None:
        arguments = (self._parameters | accepted_values(events)).values()
        while True:
            fresh = self._connection is None or self._connection.is_closed()
            if self._connection is None or fresh:
                self._connection = await open_connection(
                    self._url,
                    application="vaultra-webhooks",
                    statement_timeout=STATEMENT_TIMEOUT,
                    role=SYSTEM_ROLE,  # an event belongs to whichever tenant has connected its account, or to nobody
                )
            try:
                await self._connection.execute(self._statement, *arguments, timeout=STATEMENT_TIMEOUT)
            except OF_THE_DRIVER as error:
                # The server may have gone and come back: inserting again is harmless, so a new connection gets a try.
                if fresh or not (self._connection.is_closed() or isinstance(error, GONE)):
                    raise
                self._connection.terminate()
                self._connection = None
            else:
                return


def _settle(waiter: Waiter, error: VaultraError | None) -> None:
    if waiter.done():  # its request was cancelled; the event is stored all the same
        return
    if error is None:
        waiter.set_result(None)
    else:
        waiter.set_exception(error)


def _refused(message: str) -> Unavailable:
    return Unavailable(message, dependency="database", retry_after=RETRY_AFTER)

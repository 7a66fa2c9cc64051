"""Connections to PostgreSQL: one way to make them, one way to say that they cannot be had."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, Final

import asyncpg
import msgspec
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import Pool

from vaultra_core.errors import Conflict, InvalidInput, Unavailable, VaultraError

POOL_WAIT: Final = 2.0  # seconds; then the caller is told to come back
CONNECT_WAIT: Final = 5.0
IDLE_IN_TRANSACTION: Final = 10.0
RETRY_AFTER: Final = 2
API_STATEMENT_TIMEOUT: Final = 5.0
JOB_STATEMENT_TIMEOUT: Final = 60.0


def make_engine(
    url: str,
    *,
    application: str,
    statement_timeout: float = API_STATEMENT_TIMEOUT,
    pool_size: int = 10,
    pool: type[Pool] | None = None,
) -> AsyncEngine:
    """An engine for a postgresql:// URL, as libpq reads them (`host=` may be a socket's folder, `sslmode=` counts).

    Times in seconds. Its errors are Vaultra's own: see `translated`.
    """

    async def connect() -> asyncpg.Connection:
        return await open_connection(url, application=application, statement_timeout=statement_timeout)

    sized: dict[str, Any] = (
        {"poolclass": pool}
        if pool
        else {
            "pool_size": pool_size,
            "max_overflow": 0,
            "pool_timeout": POOL_WAIT,
        }
    )
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        json_serializer=lambda value: msgspec.json.encode(value).decode(),
        json_deserializer=msgspec.json.decode,
        **sized,
    )
    event.listen(engine.sync_engine, "handle_error", _translate)
    return engine


async def open_connection(url: str, *, application: str, statement_timeout: float) -> asyncpg.Connection:
    """A connection of the driver's own, for the paths where every microsecond counts. Errors are the driver's."""
    return await asyncpg.connect(
        url,
        timeout=CONNECT_WAIT,
        # The server gives a statement up by itself; this is for a server that has gone silent.
        command_timeout=statement_timeout + 5,
        server_settings={
            "application_name": application,
            "statement_timeout": f"{int(statement_timeout * 1000)}",
            "idle_in_transaction_session_timeout": f"{int(IDLE_IN_TRANSACTION * 1000)}",
            "timezone": "UTC",
        },
    )


@contextlib.asynccontextmanager
async def connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection from the pool. Raise `Unavailable` when none is free in time or the server is out of reach."""
    connection = engine.connect()
    try:
        await connection.start()
    except (PoolTimeoutError, DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise unavailable(error) from error
    try:
        yield connection
    finally:
        await connection.close()


async def ping(engine: AsyncEngine) -> None:
    """Raise `Unavailable` unless the database answers."""
    async with connected(engine) as connection:
        await connection.exec_driver_sql("SELECT 1")


def unavailable(error: BaseException) -> Unavailable:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return Unavailable(f"The database does not answer: {reason}", dependency="database", retry_after=RETRY_AFTER)


def translated(error: BaseException) -> VaultraError | None:
    """What a driver's error means in Vaultra's words; None for a mistake of our own, which should stay loud.

    A row that exists already, or that refers to one that does not, is a `Conflict`, a value that types and checks do
    not allow `InvalidInput`, and everything that may go well next time (no connection, a deadlock, a timeout, a server
    that shuts down) `Unavailable`.
    """
    if isinstance(error, (asyncpg.DataError, asyncpg.CheckViolationError, asyncpg.NotNullViolationError, UnicodeError)):
        # The driver's own text quotes the row, all of it.
        return InvalidInput("The database cannot hold this value.", reason=type(error).__name__)
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        return Conflict("It exists already, or what it refers to is gone.", constraint=error.constraint_name)
    passing = (
        asyncpg.PostgresConnectionError,
        asyncpg.TransactionRollbackError,
        asyncpg.OperatorInterventionError,
        asyncpg.InsufficientResourcesError,
        asyncpg.IdleInTransactionSessionTimeoutError,
        asyncpg.LockNotAvailableError,
        OSError,  # a socket that broke; TimeoutError is one
    )
    return unavailable(error) if isinstance(error, passing) else None


def _translate(context: ExceptionContext) -> None:
    if isinstance(context.original_exception, asyncio.CancelledError):
        return  # nothing is wrong with the database: somebody told this task to stop
    cause: BaseException | None = context.original_exception
    while cause is not None:  # SQLAlchemy wraps the driver's error in one of its own
        if (meant := translated(cause)) is not None:
            raise meant from context.original_exception
        cause = cause.__cause__
    if context.is_disconnect:
        raise unavailable(context.original_exception) from context.original_exception

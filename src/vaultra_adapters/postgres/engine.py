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

from vaultra_adapters.postgres.row_security import (
    NOT_A_MEMBER,
    ROLES_MISSING,
    SYSTEM_ROLE,
    TENANT_ROLE,
    ScopedConnection,
)
from vaultra_core.errors import Conflict, Forbidden, InvalidInput, Unavailable, VaultraError

POOL_WAIT: Final = 2.0  # seconds; then the caller is told to come back
CONNECT_WAIT: Final = 5.0
IDLE_IN_TRANSACTION: Final = 10.0
RETRY_AFTER: Final = 2
API_STATEMENT_TIMEOUT: Final = 5.0
JOB_STATEMENT_TIMEOUT: Final = 60.0
# InternalClientError: used between the server's good-bye and the end of the socket, the driver loses its thread.
OF_THE_DRIVER: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
ROLES_BY_HAND: Final = (
    f"CREATE ROLE {TENANT_ROLE} NOLOGIN; CREATE ROLE {SYSTEM_ROLE} NOLOGIN; "
    f"GRANT {TENANT_ROLE}, {SYSTEM_ROLE} TO <the login> WITH INHERIT FALSE, SET TRUE;"
)


def make_engine(
    url: str,
    *,
    application: str,
    statement_timeout: float = API_STATEMENT_TIMEOUT,
    pool_size: int = 10,
    pool: type[Pool] | None = None,
    role: str | None = TENANT_ROLE,
) -> AsyncEngine:
    """An engine for a postgresql:// URL, as libpq reads them (`host=` may be a socket's folder, `sslmode=` counts).

    Times in seconds. Its errors are Vaultra's own: see `translated`. Its connections act as `role`, None for the
    URL's own login, which is for migrations.
    """

    async def connect() -> asyncpg.Connection:
        return await open_connection(url, application=application, statement_timeout=statement_timeout, role=role)

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


async def open_connection(
    url: str, *, application: str, statement_timeout: float, role: str | None
) -> asyncpg.Connection:
    """A connection of the driver's own, for the paths where every microsecond counts. Errors are the driver's, but
    `Unavailable` when there is no such role, or our login may not act as it."""
    settings = {
        "application_name": application,
        "statement_timeout": f"{int(statement_timeout * 1000)}",
        "idle_in_transaction_session_timeout": f"{int(IDLE_IN_TRANSACTION * 1000)}",
        "timezone": "UTC",
    }
    try:
        return await asyncpg.connect(
            url,
            timeout=CONNECT_WAIT,
            connection_class=ScopedConnection,
            # The server gives a statement up by itself; this is for a server that has gone silent.
            command_timeout=statement_timeout + 5,
            server_settings=settings if role is None else {**settings, "role": role},
        )
    except (asyncpg.InvalidParameterValueError, asyncpg.InsufficientPrivilegeError) as error:
        message = f"The schema is not ready ({error}): run `vaultra migrate`."
        raise Unavailable(message, dependency="schema", retry_after=30) from error


@contextlib.asynccontextmanager
async def connected(engine: AsyncEngine, *, scope: str = "") -> AsyncIterator[AsyncConnection]:
    """A connection from the pool, whose transactions begin with the statement `scope` (see `row_security`).

    Raise `Unavailable` when none is free in time, the server is out of reach, or its schema lacks our roles.
    """
    connection = engine.connect()
    try:
        await connection.start()
    except (PoolTimeoutError, DBAPIError, *OF_THE_DRIVER) as error:
        raise unavailable(error) from error
    driver = (await connection.get_raw_connection()).driver_connection
    assert isinstance(driver, ScopedConnection)
    driver.scope = scope
    try:
        yield connection
    finally:
        driver.scope = driver.ending = ""
        await connection.close()


async def fetch_alone(engine: AsyncEngine, statement: str, *parameters: Any) -> list[asyncpg.Record]:
    """The rows of one statement in a transaction of its own, past SQLAlchemy: BEGIN, SELECT and ROLLBACK are three
    round trips. It acts for nobody, so it says for itself whose rows it looks at, or looks at what is everybody's.
    """
    async with connected(engine) as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert isinstance(driver, ScopedConnection)
        try:
            rows: list[asyncpg.Record] = await driver.fetch(statement, *parameters)
        except OF_THE_DRIVER as error:
            if driver.is_closed():
                await connection.invalidate()  # the pool, which did not see it break, would hand it out again
                raise unavailable(error) from error
            if (meant := translated(error)) is not None:
                raise meant from error
            raise
    return rows


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
    not allow `InvalidInput`, somebody who is no member (any more) `Forbidden`, and everything that may go well next
    time (no connection, a deadlock, a timeout, a server that shuts down) `Unavailable`.
    """
    if isinstance(error, asyncpg.PostgresError) and error.sqlstate == NOT_A_MEMBER:
        return Forbidden("You are not a member of this business.")
    if isinstance(error, asyncpg.PostgresError) and error.sqlstate == ROLES_MISSING:
        message = f"{error}. Somebody who administers the server runs this first: {ROLES_BY_HAND}"
        return Unavailable(message, dependency="database")
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
        asyncpg.InternalClientError,
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

"""What goes wrong with a database becomes Vaultra's own errors, in time."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from vaultra_adapters.postgres.engine import connected, make_engine, ping
from vaultra_adapters.postgres.unit_of_work import PostgresUnitOfWork
from vaultra_core.errors import InvalidInput, Unavailable
from vaultra_core.testing.contracts.samples import a_business


@pytest.fixture
async def narrow(database_url: str) -> AsyncIterator[AsyncEngine]:
    """One connection, and nothing to spare."""
    engine = make_engine(database_url, application="narrow", pool_size=1)
    yield engine
    await engine.dispose()


@pytest.fixture
async def hasty(database_url: str) -> AsyncIterator[AsyncEngine]:
    """Statements of at most 0.3 s: for one that shall take longer, and for nothing else."""
    engine = make_engine(database_url, application="hasty", statement_timeout=0.3)
    yield engine
    await engine.dispose()


async def test_a_connection_has_its_limits(narrow: AsyncEngine) -> None:
    async with connected(narrow) as connection:
        shown = [
            await connection.scalar(text(f"SHOW {name}"))
            for name in ("application_name", "statement_timeout", "idle_in_transaction_session_timeout")
        ]
    assert shown == ["narrow", "5s", "10s"]


async def test_a_full_pool_is_said_so_after_two_seconds(narrow: AsyncEngine) -> None:
    async with connected(narrow):
        begun = time.monotonic()
        with pytest.raises(Unavailable) as raised:
            async with PostgresUnitOfWork(narrow):
                pass
    assert time.monotonic() - begun > 1.5, "it has waited for a connection"
    assert raised.value.details["dependency"] == "database"
    assert raised.value.retry_after > 0
    await ping(narrow)


async def test_a_statement_that_takes_too_long_is_given_up(hasty: AsyncEngine) -> None:
    async with connected(hasty) as connection:
        with pytest.raises(Unavailable):
            await connection.execute(text("SELECT pg_sleep(5)"))


async def test_a_server_that_is_not_there_is_said_so() -> None:
    for url in ("postgresql://a@127.0.0.1:1/b", "postgresql://a@/b?host=/nowhere", "postgresql://a@no.invalid/b"):
        engine = make_engine(url, application="test")
        with pytest.raises(Unavailable) as raised:
            await ping(engine)
        assert raised.value.details["dependency"] == "database"


async def test_a_broken_connection_is_said_so_and_replaced(engine: AsyncEngine, narrow: AsyncEngine) -> None:
    business = a_business()
    with pytest.raises(Unavailable):
        async with PostgresUnitOfWork(narrow) as work:
            await work.businesses.add(business)
            async with engine.connect() as other:
                await other.execute(
                    text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'narrow'")
                )
            await work.commit()
    async with PostgresUnitOfWork(narrow) as work:
        assert await work.businesses.get(business.id) is None


async def test_a_deadlock_can_be_tried_again(engine: AsyncEngine) -> None:
    one, other = a_business(), a_business()
    async with PostgresUnitOfWork(engine) as work:
        await work.businesses.add(one)
        await work.businesses.add(other)
        await work.commit()
    async with PostgresUnitOfWork(engine) as first, PostgresUnitOfWork(engine) as second:
        await first.computations.lock(one.id)
        await second.computations.lock(other.id)
        crossing = [first.computations.lock(other.id), second.computations.lock(one.id)]
        outcomes = await asyncio.gather(*crossing, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if isinstance(outcome, BaseException)] == [Unavailable]


@pytest.mark.parametrize(
    "field", [{"name": "x" * 201}, {"revenue_estimate": 2**63}, {"name": "a\x00b"}, {"name": "\ud800"}]
)
async def test_a_value_that_does_not_fit_is_refused(engine: AsyncEngine, field: dict[str, object]) -> None:
    async with PostgresUnitOfWork(engine) as work:
        with pytest.raises(InvalidInput):
            await work.businesses.add(a_business(**field))


async def test_a_cancelled_unit_of_work_gives_its_connection_back(narrow: AsyncEngine) -> None:
    async def work_for_ever() -> None:
        async with PostgresUnitOfWork(narrow) as work:
            await work.users.by_email("nobody@example.com")
            await asyncio.sleep(60)

    task = asyncio.create_task(work_for_ever())
    await asyncio.sleep(0.1)
    task.cancel()
    await asyncio.wait([task])
    await ping(narrow)


async def test_a_task_that_is_told_to_stop_stops(engine: AsyncEngine) -> None:
    async def wait() -> None:
        async with connected(engine) as connection:
            await connection.exec_driver_sql("SELECT pg_sleep(30)")

    task = asyncio.create_task(wait())
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await ping(engine)

"""Fixtures for everyone. One database and one Redis per process of the test run, one clean state per test."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import uvloop
from hypothesis import HealthCheck, settings
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from support.database import CLEAN, a_database, a_server
from support.demo import Demo, a_demo
from support.protections import Protection, of_test
from support.redis import a_redis
from vaultra_adapters.postgres.engine import JOB_STATEMENT_TIMEOUT, make_engine
from vaultra_adapters.postgres.unit_of_work import PostgresUnitOfWork
from vaultra_core.ports.storage import UnitOfWorkFactory

# How long an example takes says something about the machine, and nothing about the property.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

# With this set, pytest writes out the whole difference of what is compared. For a year of scores that takes longer than
# the suite may, and a test that fails looks like one that hangs. Hypothesis has read it above.
os.environ.pop("CI", None)


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that the product runs on; the one of asyncio itself hangs when a Redis worker is told to stop."""
    return {"uvloop": uvloop.new_event_loop}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that holds a protection runs a second time without it, and has to fail."""
    held = of_test(str(metafunc.definition.path), metafunc.definition.originalname)
    if held:
        fails = pytest.mark.xfail(strict=True, raises=(AssertionError, pytest.fail.Exception), reason="shows the test")
        without = [pytest.param(each, id=f"without: {each.promise}", marks=fails) for each in held]
        metafunc.parametrize("protection", [pytest.param(None, id="held"), *without], indirect=True)


@pytest.fixture(autouse=True)
def protection(request: pytest.FixtureRequest) -> None:
    """Takes the protection away that the test is to miss, if any."""
    taken: Protection | None = getattr(request, "param", None)
    if taken is not None:
        taken.take_away(request.getfixturevalue("monkeypatch"))


@pytest.fixture(scope="session")
def database_server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server on which databases may be made and dropped: DATABASE_URL, or an embedded one."""
    with a_server(tmp_path_factory.mktemp("postgres")) as url:
        yield url


@pytest.fixture(scope="session")
def database_url(database_server_url: str) -> Iterator[str]:
    """A migrated database that only this process of the test run uses."""
    with a_database(database_server_url) as url:
        yield url


@pytest.fixture(scope="session")
async def shared_engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """As the login that owns the tables: what a test reads or changes by itself is not what it puts to the test."""
    engine = make_engine(database_url, application="vaultra-tests", statement_timeout=JOB_STATEMENT_TIMEOUT, role=None)
    yield engine
    await engine.dispose()


@pytest.fixture
async def engine(shared_engine: AsyncEngine) -> AsyncEngine:
    """An engine on the test database, whose tables are empty when the test begins."""
    async with shared_engine.begin() as connection:
        await connection.execute(text(CLEAN))
    return shared_engine


@pytest.fixture
def postgres_uow(engine: AsyncEngine) -> UnitOfWorkFactory:
    """Opens units of work on the empty test database."""
    return lambda: PostgresUnitOfWork(engine)


@pytest.fixture
def uow(postgres_uow: UnitOfWorkFactory) -> UnitOfWorkFactory:
    """Storage for tests that need a real one; the contract suites put others in its place."""
    return postgres_uow


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis server: REDIS_URL, or a valkey-server on a loopback port."""
    with a_redis(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The whole product, for everybody who signs up as somebody of their own."""
    with a_demo(tmp_path_factory.mktemp("demo") / "data") as running:
        yield running

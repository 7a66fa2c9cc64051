"""Each contract runs over the storage in memory and over PostgreSQL."""

from collections.abc import AsyncIterator

import pytest

from vaultra_adapters.postgres.event_acceptor import PostgresEventAcceptor
from vaultra_adapters.postgres.gate import PostgresGate
from vaultra_core.ports.sessions import Gate
from vaultra_core.ports.storage import EventAcceptor, UnitOfWorkFactory
from vaultra_core.testing.memory.gate import MemoryGate
from vaultra_core.testing.storage import MemoryStorage

pytest.register_assert_rewrite("vaultra_core.testing.contracts")


@pytest.fixture(params=["memory", "postgres"])
def storage(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def uow(storage: str, request: pytest.FixtureRequest) -> UnitOfWorkFactory:
    if storage == "memory":
        return MemoryStorage()
    factory: UnitOfWorkFactory = request.getfixturevalue("postgres_uow")
    return factory


@pytest.fixture
def gate(uow: UnitOfWorkFactory, request: pytest.FixtureRequest) -> Gate:
    return MemoryGate(uow) if isinstance(uow, MemoryStorage) else PostgresGate(request.getfixturevalue("engine"))


@pytest.fixture
async def acceptor(
    storage: str, uow: UnitOfWorkFactory, request: pytest.FixtureRequest
) -> AsyncIterator[EventAcceptor]:
    if isinstance(uow, MemoryStorage):
        yield uow
    else:
        async with PostgresEventAcceptor(request.getfixturevalue("database_url")) as acceptor:
            yield acceptor

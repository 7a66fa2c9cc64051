from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from support.product import Product, a_product, settings_for_tests
from support.sandbox import Sandbox, a_sandbox


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for the whole run: tests read its accounts, and connect each as a business of their own."""
    with a_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
async def product(engine: AsyncEngine, database_url: str, sandbox: Sandbox) -> AsyncIterator[Product]:
    """The product over an empty database, with Stripe played by the sandbox. Jobs run when a test says so."""
    del engine  # it is what empties the tables
    async with a_product(settings_for_tests(database_url, sandbox_url=sandbox.url)) as running:
        yield running

"""A PostgreSQL database of the tests' own: on the server that DATABASE_URL names, else on an embedded one."""

import asyncio
import os
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import asyncpg
from sqlalchemy import make_url

from vaultra_adapters.postgres import migrate
from vaultra_adapters.postgres.embedded import EmbeddedPostgres
from vaultra_adapters.postgres.tables import metadata

T = TypeVar("T")
CLEAN = "TRUNCATE " + ", ".join(table.name for table in metadata.sorted_tables)


@contextmanager
def a_server(directory: Path) -> Iterator[str]:
    """The address of a server to make databases on."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    # The tests outlive no power failure, so they need not wait for the disk; `kill -9` is survived all the same.
    with EmbeddedPostgres(directory, settings={"fsync": "off", "full_page_writes": "off"}) as server:
        yield server.url


@contextmanager
def a_database(server_url: str, *, migrated: bool = True) -> Iterator[str]:
    """The address of an empty database with a name of its own, dropped afterwards."""
    name = f"vaultra_test_{secrets.token_hex(6)}"
    outside_the_loop(lambda: asyncio.run(_execute(server_url, f"CREATE DATABASE {name}")))
    try:
        url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
        if migrated:
            outside_the_loop(lambda: migrate.upgrade(url))
        yield url
    finally:
        outside_the_loop(lambda: asyncio.run(_execute(server_url, f"DROP DATABASE {name} WITH (FORCE)")))


def outside_the_loop(work: Callable[[], T]) -> T:
    """Run something that runs a loop of its own, whether or not the tests' loop is running."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()

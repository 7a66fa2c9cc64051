"""Bring the schema up or down, with Alembic as advanced-alchemy sets it up.

Synchronous: for commands and for the time before a server starts.

A schema that is up to date costs one query and not Alembic's import, so that every start can afford the look.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.pool import NullPool

from vaultra_adapters.postgres.engine import connected, make_engine

MIGRATIONS: Final = Path(__file__).parent / "migrations"
# Any constant does, as long as everyone who migrates takes the same: two starts at once must not collide.
ADVISORY_LOCK: Final = 0x7661756C747261
STATEMENT_TIMEOUT: Final = 600.0

T = TypeVar("T")


def revisions() -> list[str]:
    """All revisions, oldest first: the numbers that begin the names of the version files."""
    return sorted(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def head() -> str:
    """The newest revision."""
    return revisions()[-1]


def current_revision(url: str) -> str | None:
    """What the schema of this database is at, None for an empty one. Raise `Unavailable` when it is out of reach."""
    return _in_transaction(url, _stored_revision)


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate up to `revision`; without effect when the schema is there already."""
    if revision == "head" and current_revision(url) == head():
        return
    _in_transaction(url, lambda connection: _alembic(connection, "upgrade", revision))


def downgrade(url: str, revision: str = "base") -> None:
    """Migrate down to `revision`, whose data is all that is left."""
    _in_transaction(url, lambda connection: _alembic(connection, "downgrade", revision))


def _in_transaction(url: str, work: Callable[[Connection], T]) -> T:
    async def run() -> T:
        engine = make_engine(
            url, application="vaultra-migrate", statement_timeout=STATEMENT_TIMEOUT, pool=NullPool, role=None
        )
        try:
            async with connected(engine) as connection, connection.begin():
                return await connection.run_sync(work)
        finally:
            await engine.dispose()

    return asyncio.run(run())


def _stored_revision(connection: Connection) -> str | None:
    if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _alembic(connection: Connection, command: str, revision: str) -> None:
    import alembic.command  # noqa: PLC0415 - a second that an up-to-date schema need not pay
    from advanced_alchemy.alembic.commands import AlembicCommandConfig  # noqa: PLC0415

    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
    config = AlembicCommandConfig(
        connection.engine, version_table_name="alembic_version", attributes={"connection": connection}
    )
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    run: Any = getattr(alembic.command, command)
    run(config, revision)

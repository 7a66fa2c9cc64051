"""The schema goes up, down and up again, and is what the tables say."""

import threading
from collections.abc import Iterator
from functools import partial

import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from support.database import a_database, outside_the_loop
from vaultra_adapters.postgres import migrate
from vaultra_adapters.postgres.tables import metadata
from vaultra_adapters.postgres.unit_of_work import PostgresUnitOfWork
from vaultra_adapters.postgres.vector_index import PostgresVectorIndex
from vaultra_core.domain.activity import DayActivity
from vaultra_core.errors import Unavailable
from vaultra_core.ports.storage import Computation
from vaultra_core.testing.contracts.inbox import claim
from vaultra_core.testing.contracts.knowledge import an_entry
from vaultra_core.testing.contracts.ledger import EVERY_KIND, SUBSCRIPTION
from vaultra_core.testing.contracts.results import an_assessment
from vaultra_core.testing.contracts.samples import NOW, TODAY, an_event, given_integration, seen

CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 ORDER BY 1, 2
"""
INDEXES = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2"
COLUMNS = """
    SELECT table_name, column_name, data_type, is_nullable, column_default
    FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2
"""
# What the migrations make beyond the tables: `metadata` does not know it.
SECURITY = {
    "tables": """
        SELECT relname, relrowsecurity, relforcerowsecurity, relacl::text FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1
    """,
    "policies": "SELECT tablename, policyname, roles::text, cmd, qual, with_check FROM pg_policies ORDER BY 1, 2",
    "functions": """
        SELECT proname, pg_get_functiondef(oid) FROM pg_proc
        WHERE proname LIKE 'vaultra%' AND pronamespace = 'public'::regnamespace ORDER BY 1
    """,
}


@pytest.fixture
def empty_url(database_server_url: str) -> Iterator[str]:
    with a_database(database_server_url, migrated=False) as url:
        yield url


def described(url: str, *, secured: bool = True) -> dict[str, list[tuple[object, ...]]]:
    def read(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
        queries = {"columns": COLUMNS, "constraints": CONSTRAINTS, "indexes": INDEXES} | (SECURITY if secured else {})
        rows = {name: connection.execute(text(query)).all() for name, query in queries.items()}
        return {name: [tuple(row) for row in found if row[0] != "alembic_version"] for name, found in rows.items()}

    return migrate._in_transaction(url, read)


def test_up_down_and_up_again(empty_url: str) -> None:
    assert migrate.current_revision(empty_url) is None
    migrate.upgrade(empty_url)
    assert migrate.current_revision(empty_url) == migrate.head()
    first = described(empty_url)
    assert {table for table, *_ in first["columns"]} == set(metadata.tables)
    migrate.downgrade(empty_url)
    assert not any(described(empty_url).values())
    assert migrate.current_revision(empty_url) is None
    migrate.upgrade(empty_url)
    assert described(empty_url) == first


async def test_events_ledger_and_knowledge_are_kept_on_the_way_up_and_down(
    database_url: str, engine: AsyncEngine
) -> None:
    """Where a migration rewrites or moves rows: the newest ones, there and back. Scores are due again."""
    uow = partial(PostgresUnitOfWork, engine)
    index = PostgresVectorIndex(engine, namespace="three")
    await index.upsert([an_entry("doc.one", 1, 0, 0), an_entry("doc.two", 0.6, 0.8, 0)])
    integration = await given_integration(uow)
    sold = DayActivity(day=TODAY, charge_count=2, gross_minor=500, customers={"cus_1": 300, "cus_2": 200})
    event = an_event(account=integration.external_id, payload=b'{"b":1.5,"a":{"api_version":"Zo\xc3\xab"}}')
    async with uow() as work:
        await work.inbox.accept([event])
        await work.ledger.merge(integration.business_id, seen(*EVERY_KIND))
        await work.activity.replace(integration.business_id, [TODAY], [sold])
        await work.scores.save({integration.business_id: [an_assessment()]}, NOW)
        await work.computations.save(Computation(business_id=integration.business_id, readiness_as_of=TODAY))
        await work.commit()
    await engine.dispose()  # what it has prepared is for the newest schema
    try:
        outside_the_loop(lambda: migrate.downgrade(database_url, "0013"))
    finally:
        outside_the_loop(lambda: migrate.upgrade(database_url))
    async with uow() as work:
        (kept,) = await claim(work, now=event.created_at)
        assert msgspec.json.decode(kept.payload) == msgspec.json.decode(event.payload)
        assert await work.ledger.merge(integration.business_id, seen(*EVERY_KIND)) == []
        assert await work.ledger.subscriptions(integration.business_id) == [SUBSCRIPTION]
        assert await work.activity.history(integration.business_id) == [sold]
        assert await work.scores.latest(integration.business_id, "lender-2") is None
        assert await work.computations.due_for_readiness(limit=9) == [integration.business_id]
    found = await index.query([1, 0, 0], 2)
    assert [(match.id, round(match.score, 3)) for match in found] == [("doc.one", 1), ("doc.two", 0.6)]


def test_the_migrations_build_what_the_tables_describe(database_server_url: str) -> None:
    """Column for column, with every check, key and index; Alembic's own comparison does not look at checks."""
    with a_database(database_server_url) as migrated, a_database(database_server_url, migrated=False) as described_:
        migrate._in_transaction(described_, metadata.create_all)
        assert described(migrated, secured=False) == described(described_, secured=False)


async def test_autogenerate_finds_no_difference(engine: AsyncEngine) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, metadata))

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []


def test_two_starts_at_once_migrate_once(empty_url: str) -> None:
    failures: list[BaseException] = []

    def start() -> None:
        try:
            migrate.upgrade(empty_url)
        except BaseException as error:
            failures.append(error)

    starts = [threading.Thread(target=start) for _ in range(3)]
    for thread in starts:
        thread.start()
    for thread in starts:
        thread.join()
    assert failures == []
    assert migrate.current_revision(empty_url) == migrate.head()


def test_the_newest_version_file_is_alembics_head() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [migrate.head()]


def test_an_up_to_date_schema_is_left_alone_without_alembic(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "_alembic", lambda *_: pytest.fail("Alembic ran"))
    outside_the_loop(lambda: migrate.upgrade(database_url))


def test_an_unreachable_database_is_said_so() -> None:
    with pytest.raises(Unavailable) as raised:
        migrate.upgrade("postgresql://nobody@127.0.0.1:1/none")
    assert raised.value.details["dependency"] == "database"

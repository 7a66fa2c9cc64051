"""The second line: whatever a query forgets to ask for, PostgreSQL shows nobody's rows but the caller's."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine

from support.database import a_database, outside_the_loop
from support.product import Product
from vaultra_adapters.postgres import migrate
from vaultra_adapters.postgres.engine import connected, make_engine, ping
from vaultra_adapters.postgres.row_security import AS_SYSTEM, SYSTEM_ROLE, TENANT_ROLE, scope_of
from vaultra_adapters.postgres.unit_of_work import PostgresUnitOfWork
from vaultra_core.errors import Forbidden, Unavailable
from vaultra_core.identity import Caller, Role, new_id
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.testing.contracts.samples import a_user, given_business

HOW_TO = "docs/how-to/add-a-table.md tells how a migration puts a table under row-level security."
ALEMBICS = {"alembic_version"}  # holds a revision, belongs to the migrations
TENANTLESS = {"used_connect_states", "rate_limits"}  # visible to everybody: numbers that belong to nobody

UNPROTECTED = f"""
    SELECT relname FROM pg_class c
    WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND NOT (
        relrowsecurity AND relforcerowsecurity
        AND pg_get_userbyid(relowner) NOT IN ('{TENANT_ROLE}', '{SYSTEM_ROLE}')
        AND 2 = (
            SELECT count(DISTINCT roles) FROM pg_policies
            WHERE tablename = relname AND roles IN ('{{{TENANT_ROLE}}}', '{{{SYSTEM_ROLE}}}')
        )
    )
"""
# Policies of tables with a business_id that do not ask for it.
BLIND = f"""
    SELECT DISTINCT tablename FROM pg_policies
    JOIN information_schema.columns ON table_name = tablename AND column_name = 'business_id'
    WHERE roles = '{{{TENANT_ROLE}}}' AND NOT concat(qual, with_check) ~ 'vaultra_(businesses|user)'
"""
TABLES = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"


@pytest.fixture
async def as_tenant(engine: AsyncEngine, database_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine as the product has it, for whom nobody has said yet who asks."""
    del engine  # it is what empties the tables
    own = make_engine(database_url, application="tenant")
    yield own
    await own.dispose()


async def count(engine: AsyncEngine, tables: set[str], scope: str = "") -> dict[str, int]:
    """How many rows of each table are visible; the empty ones left out."""
    async with connected(engine, scope=scope) as connection:
        counts = {table: await connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables}
    return {table: rows for table, rows in counts.items() if rows}


async def tables_of(engine: AsyncEngine) -> set[str]:
    async with engine.connect() as connection:
        return set(await connection.scalars(text(TABLES))) - ALEMBICS


async def test_every_table_is_under_row_level_security(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        assert set(await connection.scalars(text(UNPROTECTED))) - ALEMBICS == set(), HOW_TO
        assert set(await connection.scalars(text(BLIND))) == set(), HOW_TO


async def test_the_roles_own_nothing_and_cannot_pass_by(engine: AsyncEngine) -> None:
    query = "SELECT rolcanlogin OR rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = ANY (:roles)"
    async with engine.connect() as connection:
        found = await connection.scalars(text(query), {"roles": [TENANT_ROLE, SYSTEM_ROLE]})
        assert list(found) == [False, False]


@pytest.mark.usefixtures("product")
class TestWithImportedData:
    """A business whose import has filled the tables, and a stranger with a business of their own."""

    @pytest.fixture
    async def owner(self, product: Product) -> Product:
        owner = await product.signed_up("owner@example.com")
        await owner.imported("shop")
        return owner

    async def test_unset_means_no_rows(self, owner: Product, as_tenant: AsyncEngine, engine: AsyncEngine) -> None:
        del owner
        tables = await tables_of(engine)
        everything = await count(as_tenant, tables, AS_SYSTEM)
        assert everything == await count(engine, tables)
        assert len(everything) > 15
        assert set(await count(as_tenant, tables)) <= TENANTLESS

    async def test_a_query_without_a_condition_shows_what_is_the_callers(
        self, owner: Product, product: Product, as_tenant: AsyncEngine, engine: AsyncEngine
    ) -> None:
        tables = await tables_of(engine)
        before = await count(engine, tables)
        stranger = await product.signed_up("stranger@example.com")
        business = UUID(await stranger.business("Theirs"))
        theirs = {"users": 1, "businesses": 1, "user_business_memberships": 1}
        theirs |= {"sessions": 1, "mailed_links": 1, "audit_log": 2}
        for who in (await caller_of(stranger, business), (await caller_of(stranger, business)).user_id):
            seen = await count(as_tenant, tables - TENANTLESS, scope_of(who))
            assert seen == theirs
        mine = UUID((await owner.get("/auth/me")).json()["businesses"][0]["id"])
        seen = await count(as_tenant, tables - TENANTLESS, scope_of(await caller_of(owner, mine)))
        assert seen == {
            table: rows for table, rows in before.items() if table not in {*TENANTLESS, "job_runs", "mail_outbox"}
        }

    async def test_foreign_rows_are_not_changed(
        self, owner: Product, product: Product, as_tenant: AsyncEngine, engine: AsyncEngine
    ) -> None:
        """Neither removed nor given away nor added to, in any table that has a business."""
        del owner
        stranger = await product.signed_up("stranger@example.com")
        caller = await caller_of(stranger, UUID(await stranger.business("Theirs")))
        # The stranger has rows of their own there, and what is in the audit log cannot be changed at all.
        mine = {"user_business_memberships", "businesses", "users", "sessions", "mailed_links", "audit_log"}
        tables = set(await count(engine, await tables_of(engine))) - mine - TENANTLESS - {"job_runs"}
        before = await digests(engine, tables)
        for table in tables:
            async with connected(as_tenant, scope=scope_of(caller)) as connection:
                await connection.execute(text(f"DELETE FROM {table}"))
                await connection.commit()
        assert await digests(engine, tables) == before
        with_business = tables - {"stripe_events", "waiting_events", "mail_outbox"}
        for table in with_business:
            async with connected(as_tenant, scope=scope_of(caller)) as connection:
                await connection.execute(text(f"UPDATE {table} SET business_id = '{caller.business_id}'"))
                await connection.commit()
        assert await digests(engine, tables) == before
        foreign = f"SELECT business_id FROM user_business_memberships WHERE business_id <> '{caller.business_id}'"
        async with engine.connect() as connection:
            victim = await connection.scalar(text(foreign))
        for table, columns in {"dirty_days": "'2026-01-01'", "unreconciled_days": "'2026-01-01'"}.items():
            async with connected(as_tenant, scope=scope_of(caller)) as connection:
                with pytest.raises(Exception, match="row-level security"):
                    await connection.execute(text(f"INSERT INTO {table} VALUES ('{victim}', {columns})"))


async def caller_of(person: Product, business: UUID) -> Caller:
    return Caller(UUID((await person.get("/auth/me")).json()["id"]), business, Role.OWNER)


async def digests(engine: AsyncEngine, tables: set[str]) -> dict[str, str]:
    async with engine.connect() as connection:
        query = "SELECT md5(string_agg(t::text, ';' ORDER BY t::text)) FROM {} t"
        return {table: str(await connection.scalar(text(query.format(table)))) for table in tables}


class TestEntering:
    """The database itself asks who is a member: a caller is no longer one from the moment the membership is gone."""

    async def refusal(self, engine: AsyncEngine, caller: Caller) -> str | None:
        try:
            async with PostgresUnitOfWork(engine, caller) as work:
                assert await work.businesses.get(caller.business_id) is not None
        except Forbidden as error:
            return error.message
        return None

    async def test_only_with_the_role_that_is_claimed(self, uow: UnitOfWorkFactory, as_tenant: AsyncEngine) -> None:
        business, user = await given_business(uow), a_user()
        callers = {role: Caller(user.id, business.id, role) for role in Role}
        async with uow() as work:
            await work.users.add(user)
            await work.commit()
        assert all([await self.refusal(as_tenant, caller) for caller in callers.values()])
        async with uow() as work:
            await work.businesses.add_member(business.id, user.id, Role.ADMIN)
            await work.commit()
        refused = {role for role, caller in callers.items() if await self.refusal(as_tenant, caller)}
        assert refused == {Role.OWNER}
        assert await self.refusal(as_tenant, Caller(user.id, new_id(), Role.VIEWER))

    async def test_what_comes_after_the_commit_is_in_the_same_scope(
        self, uow: UnitOfWorkFactory, as_tenant: AsyncEngine
    ) -> None:
        business, user = await given_business(uow), a_user()
        async with uow() as work:
            await work.users.add(user)
            await work.businesses.add_member(business.id, user.id, Role.OWNER)
            await work.commit()
        async with PostgresUnitOfWork(as_tenant, user.id) as work:
            await work.commit()
            assert await work.businesses.get(business.id) == business
            await work.commit()
            assert await work.businesses.get(business.id) == business
        async with connected(as_tenant) as connection:  # and the connection has forgotten it
            assert await connection.scalar(text("SELECT count(*) FROM businesses")) == 0

    async def test_a_commit_of_a_failed_transaction_is_no_commit(self, as_tenant: AsyncEngine) -> None:
        """PostgreSQL would answer it with a rollback and without an error."""
        async with PostgresUnitOfWork(as_tenant, new_id()) as work:
            with pytest.raises(Exception, match="does not exist"):
                assert work._connection is not None
                await work._connection.execute(text("SELECT * FROM nothing"))
            with pytest.raises(Exception, match="had failed"):
                await work.commit()


@contextmanager
def a_login(server_url: str, options: str) -> Iterator[str]:
    """An empty database that belongs to a login without privileges beyond these."""
    name = f"vaultra_login_{secrets.token_hex(4)}"
    with a_database(server_url, migrated=False) as url:
        administer(
            url, f"CREATE ROLE {name} LOGIN {options}", f"ALTER DATABASE {make_url(url).database} OWNER TO {name}"
        )
        administer(url, f"GRANT ALL ON SCHEMA public TO {name}")
        try:
            yield make_url(url).set(username=name).render_as_string(hide_password=False)
        finally:
            administer(url, f"REASSIGN OWNED BY {name} TO CURRENT_USER", f"DROP OWNED BY {name}", f"DROP ROLE {name}")


def administer(url: str, *statements: str) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    outside_the_loop(lambda: asyncio.run(run()))


@pytest.mark.usefixtures("database_url")  # once anybody has migrated, the server has the roles
class TestALoginOfItsOwn:
    """One that owns the tables, and is no superuser as the embedded one is."""

    def test_it_migrates_once_it_may_act_as_the_roles(self, database_server_url: str) -> None:
        with a_login(database_server_url, "NOCREATEROLE") as url:
            with pytest.raises(Unavailable) as raised:
                outside_the_loop(lambda: migrate.upgrade(url))
            assert f"GRANT {TENANT_ROLE}, {SYSTEM_ROLE} TO" in raised.value.message
            login = make_url(url).username
            grant = f"GRANT {TENANT_ROLE}, {SYSTEM_ROLE} TO {login} WITH INHERIT FALSE, SET TRUE"
            administer(database_server_url, grant)
            outside_the_loop(lambda: migrate.upgrade(url))
            outside_the_loop(lambda: asyncio.run(self.works(url)))

    async def works(self, url: str) -> None:
        engine = make_engine(url, application="own")
        try:
            business = await given_business(lambda: PostgresUnitOfWork(engine))
            async with PostgresUnitOfWork(engine) as work:
                assert await work.businesses.get(business.id) == business
            async with connected(engine) as connection:
                assert await connection.scalar(text("SELECT count(*) FROM businesses")) == 0
        finally:
            await engine.dispose()
        bare = await asyncpg.connect(url)
        try:  # owning the tables is not enough to look into them
            assert await bare.fetchval("SELECT count(*) FROM businesses") == 0
        finally:
            await bare.close()

    def test_before_the_schema_is_there_it_is_said_so(self, database_server_url: str) -> None:
        with a_login(database_server_url, "NOCREATEROLE") as url:

            async def ask() -> None:
                engine = make_engine(url, application="early")
                try:
                    await ping(engine)
                finally:
                    await engine.dispose()

            with pytest.raises(Unavailable) as raised:
                outside_the_loop(lambda: asyncio.run(ask()))
            assert raised.value.details["dependency"] == "schema", raised.value.message

"""Webhooks are committed together, and a failure reaches exactly those whom it concerns."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from vaultra_adapters.postgres.event_acceptor import PostgresEventAcceptor
from vaultra_adapters.postgres.row_security import ScopedConnection
from vaultra_core.errors import InvalidInput, Unavailable
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.testing.contracts.samples import an_event, given_integration

COMMITS = "SELECT count(DISTINCT xmin::text) FROM stripe_events"
TERMINATE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'vaultra-webhooks'"


@pytest.fixture
async def acceptor(engine: AsyncEngine, database_url: str) -> AsyncIterator[PostgresEventAcceptor]:
    async with PostgresEventAcceptor(database_url) as acceptor:
        yield acceptor


async def scalar(engine: AsyncEngine, query: str) -> object:
    async with engine.begin() as connection:
        return await connection.scalar(text(query))


async def test_what_arrives_together_is_committed_together(
    engine: AsyncEngine, acceptor: PostgresEventAcceptor
) -> None:
    await acceptor.accept(an_event(0))  # the connection is there from now on
    await asyncio.gather(*(acceptor.accept(an_event(number)) for number in range(1, 301)))
    assert await scalar(engine, "SELECT count(*) FROM stripe_events") == 301
    commits = await scalar(engine, COMMITS)
    assert isinstance(commits, int)
    assert commits <= 4


async def test_an_accepted_event_knows_its_integration(
    engine: AsyncEngine, acceptor: PostgresEventAcceptor, uow: UnitOfWorkFactory
) -> None:
    integration = await given_integration(uow, external_id="acct_known")
    await acceptor.accept(an_event(1, account="acct_known"))
    await acceptor.accept(an_event(2, account="acct_unknown"))
    await acceptor.accept(an_event(3, account=None))
    known = await scalar(engine, "SELECT array_agg(integration_id ORDER BY stripe_event_id) FROM stripe_events")
    assert known == [integration.id, None, None]


async def test_one_event_that_cannot_be_stored_does_not_take_the_others_down(
    engine: AsyncEngine, acceptor: PostgresEventAcceptor
) -> None:
    poison = an_event(99, payload=b'{"name": "\\u0000"}')
    accepting = [acceptor.accept(event) for event in (an_event(1), poison, an_event(2))]
    outcomes = await asyncio.gather(*accepting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None), InvalidInput, type(None)]
    assert await scalar(engine, "SELECT array_agg(stripe_event_id ORDER BY 1) FROM stripe_events") == ["evt_1", "evt_2"]


async def test_a_connection_that_broke_in_between_is_replaced(
    engine: AsyncEngine, acceptor: PostgresEventAcceptor
) -> None:
    await acceptor.accept(an_event(1))
    await scalar(engine, TERMINATE)
    await acceptor.accept(an_event(2))
    assert await scalar(engine, "SELECT count(*) FROM stripe_events") == 2


@pytest.mark.parametrize(
    "said",
    [
        asyncpg.AdminShutdownError("terminating connection due to administrator command"),
        asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"),
        asyncpg.InterfaceError("connection is closed"),
        ConnectionResetError("Connection reset by peer"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_connection_is_replaced_however_the_driver_says_that_it_is_gone(
    engine: AsyncEngine, acceptor: PostgresEventAcceptor, monkeypatch: pytest.MonkeyPatch, said: Exception
) -> None:
    """The server's good-bye and the end of the socket are two events; which one the driver has seen is chance."""
    await acceptor.accept(an_event(1))
    execute, left = ScopedConnection.execute, [said]

    async def once_gone(connection: ScopedConnection, *arguments: Any, **options: Any) -> str:
        if left:
            raise left.pop()
        return await execute(connection, *arguments, **options)

    monkeypatch.setattr(ScopedConnection, "execute", once_gone)
    await acceptor.accept(an_event(2))
    assert await scalar(engine, "SELECT count(*) FROM stripe_events") == 2


async def test_everyone_hears_of_a_database_that_is_down() -> None:
    async with PostgresEventAcceptor("postgresql://a@127.0.0.1:1/b") as acceptor:
        accepting = [acceptor.accept(an_event(number)) for number in range(20)]
        outcomes = await asyncio.gather(*accepting, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {Unavailable}


async def test_too_many_waiting_events_are_refused(engine: AsyncEngine, database_url: str) -> None:
    async with PostgresEventAcceptor(database_url, waiting_limit=5) as acceptor:
        accepting = [acceptor.accept(an_event(number)) for number in range(8)]
        outcomes = await asyncio.gather(*accepting, return_exceptions=True)
    refused = [outcome for outcome in outcomes if outcome is not None]
    assert [type(outcome) for outcome in refused] == [Unavailable] * 3
    assert await scalar(engine, "SELECT count(*) FROM stripe_events") == 5


async def test_stopping_stores_what_is_waiting_and_refuses_the_rest(engine: AsyncEngine, database_url: str) -> None:
    acceptor = PostgresEventAcceptor(database_url)
    await acceptor.start()
    accepting = [acceptor.accept(an_event(number)) for number in range(1_200)]
    await asyncio.sleep(0)
    await acceptor.stop()
    await asyncio.gather(*accepting)
    with pytest.raises(Unavailable):
        await acceptor.accept(an_event(9_999))
    assert await scalar(engine, "SELECT count(*) FROM stripe_events") == 1_200


async def test_an_event_is_stored_even_if_its_request_was_cancelled(
    engine: AsyncEngine, acceptor: PostgresEventAcceptor
) -> None:
    impatient = acceptor.accept(an_event(1))
    await asyncio.sleep(0)
    impatient.cancel()
    await acceptor.accept(an_event(2))
    assert await scalar(engine, "SELECT count(*) FROM stripe_events") == 2

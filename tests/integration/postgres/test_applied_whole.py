"""Applying events is not waited for the disk (decision 23): what a crash takes away it takes as a whole."""

import os
import signal
from functools import partial
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from support.database import outside_the_loop
from support.runtime import RecordingQueue, StillClock
from vaultra_adapters.postgres import migrate
from vaultra_adapters.postgres.embedded import EmbeddedPostgres
from vaultra_adapters.postgres.engine import make_engine
from vaultra_adapters.postgres.row_security import SYSTEM_ROLE
from vaultra_adapters.postgres.unit_of_work import PostgresUnitOfWork
from vaultra_core.testing.contracts.samples import an_event, given_integration
from vaultra_core.use_cases.apply_events import ApplyEvents

# What is not waited for comes to the disk when this server's writer gets to it: not during this test.
LAZY = {"fsync": "off", "wal_writer_delay": "10s", "wal_writer_flush_after": "1GB"}
COUNTS = """
    SELECT (SELECT count(*) FROM waiting_events), (SELECT count(*) FROM stripe_events WHERE processed_at IS NULL),
           (SELECT count(*) FROM stripe_charges), (SELECT count(*) FROM dirty_days)
"""
CHARGE = (
    b'{"object":"event","id":"evt","type":"charge.succeeded","created":1790000000,"livemode":false,"data":{"object":'
    b'{"object":"charge","id":"ch_%d","created":1790000000,"currency":"usd","livemode":false,"amount":1000,'
    b'"captured":true,"status":"succeeded"}}}'
)


async def counts(engine: AsyncEngine) -> tuple[int, ...]:
    async with engine.connect() as connection:
        return tuple((await connection.execute(text(COUNTS))).one())


async def test_a_database_that_is_killed_has_events_applied_or_waiting_and_nothing_between(tmp_path: Path) -> None:
    def engine_for(server: EmbeddedPostgres) -> AsyncEngine:
        return make_engine(server.url, application="vaultra-tests", role=SYSTEM_ROLE)

    with EmbeddedPostgres(tmp_path / "data", settings=LAZY) as server:
        outside_the_loop(lambda: migrate.upgrade(server.url))
        engine = engine_for(server)
        work = partial(PostgresUnitOfWork, engine)
        integration = await given_integration(work)
        async with work() as storing:
            events = [an_event(n, account=integration.external_id, payload=CHARGE % n) for n in range(1, 6)]
            await storing.inbox.accept(events)
            await storing.commit()
        later = StillClock(events[-1].created_at)
        assert await ApplyEvents(work, RecordingQueue(), later).execute() == 5
        assert await counts(engine) == (0, 0, 5, 1)
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        await engine.dispose()
    with EmbeddedPostgres(tmp_path / "data", settings=LAZY) as server:
        engine = engine_for(server)
        assert await counts(engine) in {(5, 5, 0, 0), (0, 0, 5, 1)}
        await ApplyEvents(partial(PostgresUnitOfWork, engine), RecordingQueue(), later).execute()
        assert await counts(engine) == (0, 0, 5, 1)
        await engine.dispose()

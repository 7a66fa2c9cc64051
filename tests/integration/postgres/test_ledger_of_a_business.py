"""The ledger has no foreign keys: that it belongs to a business that is there is held by `merge` and by a trigger."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from vaultra_adapters.postgres.tables import LEDGER
from vaultra_core.errors import Conflict
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.testing.contracts.ledger import EVERY_KIND
from vaultra_core.testing.contracts.samples import given_business, seen

DELETES = "DELETE FROM businesses"
WAITS = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


async def count(engine: AsyncEngine) -> dict[str, int]:
    async with engine.connect() as connection:
        found = {t.name: await connection.scalar(text(f"SELECT count(*) FROM {t.name}")) for t in LEDGER.values()}
    return {name: rows for name, rows in found.items() if rows}


async def delete_businesses(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text(DELETES))


async def until_it_waits(engine: AsyncEngine, task: asyncio.Task[None]) -> None:
    """For a lock; or until it is over, if it does not."""
    while not task.done():
        async with engine.connect() as connection:
            if await connection.scalar(text(WAITS)):
                return


async def test_a_business_that_is_deleted_while_its_objects_come_in_takes_them_along(
    engine: AsyncEngine, uow: UnitOfWorkFactory
) -> None:
    """Without the business's lock: the rule that `merge` is called under it is not what this stands on."""
    business = await given_business(uow)
    async with uow() as work:
        await work.ledger.merge(business.id, seen(*EVERY_KIND))
        deleting = asyncio.create_task(delete_businesses(engine))
        await until_it_waits(engine, deleting)
        await work.commit()
    await deleting
    assert await count(engine) == {}


async def test_objects_that_come_in_while_their_business_is_deleted_are_refused(
    engine: AsyncEngine, uow: UnitOfWorkFactory
) -> None:
    business = await given_business(uow)

    async def merge() -> None:
        async with uow() as work:
            await work.ledger.merge(business.id, seen(*EVERY_KIND))
            await work.commit()

    async with engine.begin() as connection:
        await connection.execute(text(DELETES))
        merging = asyncio.create_task(merge())
        await until_it_waits(engine, merging)
    with pytest.raises(Conflict):
        await merging
    assert await count(engine) == {}

"""What was backed up is there again in an empty cluster, row for row, and under the same protection."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import NullPool

from support.database import a_database, a_server, outside_the_loop
from support.product import Product
from vaultra_adapters.postgres.backup import backup, restore
from vaultra_adapters.postgres.engine import make_engine
from vaultra_adapters.postgres.migrate import current_revision, head
from vaultra_adapters.postgres.tables import metadata
from vaultra_core.errors import Conflict, InvalidInput, Unavailable


async def contents(engine: AsyncEngine) -> dict[str, tuple[int, str]]:
    """Each table's number of rows and a digest of them."""
    query = "SELECT count(*), md5(coalesce(string_agg(t::text, ';' ORDER BY t::text), '')) FROM {} t"
    async with engine.connect() as connection:
        await connection.execute(text("SET timezone = 'UTC'"))
        found = {}
        for table in metadata.tables:
            count, digest = (await connection.execute(text(query.format(table)))).one()
            found[table] = (count, digest)
        return found


async def policies(engine: AsyncEngine) -> list[str]:
    query = (
        "SELECT p::text FROM pg_policies p UNION ALL SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"
    )
    async with engine.connect() as connection:
        return list(await connection.scalars(text(query)))


async def test_everything_is_there_again_in_another_cluster(
    product: Product, engine: AsyncEngine, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    owner = await product.signed_up()
    await owner.imported("cafe")
    folder = tmp_path_factory.mktemp("backup")
    file = folder / "vaultra.backup"
    outside_the_loop(lambda: backup(database_url, file))
    assert file.stat().st_mode & 0o077 == 0
    assert [path.name for path in folder.iterdir()] == [file.name]
    before, protected = await contents(engine), await policies(engine)
    assert sum(count for count, _ in before.values()) > 500
    with a_server(folder / "other") as server, a_database(server, migrated=False) as url:
        outside_the_loop(lambda: restore(url, file))
        assert outside_the_loop(lambda: current_revision(url)) == head()
        restored = make_engine(url, application="vaultra-tests", pool=NullPool, role=None)
        assert await contents(restored) == before
        assert await policies(restored) == protected and len(protected) > 40
        await restored.dispose()
        with pytest.raises(Conflict):
            outside_the_loop(lambda: restore(url, file))


def test_what_cannot_be_done_is_said(database_url: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        outside_the_loop(lambda: restore(database_url, tmp_path / "nothing"))
    with pytest.raises(Unavailable, match="pg_dump"):
        outside_the_loop(lambda: backup("postgresql://nobody@127.0.0.1:1/none", tmp_path / "file"))
    assert list(tmp_path.iterdir()) == []

"""An import through 429s, 500s, slow answers and bodies that break off ends as an undisturbed one does."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from support.product import Product, a_product, settings_for_tests
from support.sandbox import Sandbox, a_sandbox
from vaultra_adapters.stripe import pages
from vaultra_core.ports.runtime import Job

CHARGES = 4_000


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with a_sandbox(tmp_path_factory.mktemp("busy")) as running:
        made = running.run("load-test", "--account", "bulk", "--charges", str(CHARGES), "--days", "120")
        assert made.returncode == 0, made.stderr
        yield running


@pytest.fixture
async def shop(engine: AsyncEngine, database_url: str, busy: Sandbox) -> AsyncIterator[Product]:
    del engine
    async with a_product(settings_for_tests(database_url, sandbox_url=busy.url)) as running:
        yield running


async def make_trouble(busy: Sandbox, **faults: float) -> None:
    """These faults from now on; none without any."""
    async with httpx.AsyncClient() as client:
        (await client.post(f"{busy.url}/_sandbox/faults", json=faults)).raise_for_status()


async def ledger(database_url: str) -> dict[str, Any]:
    connection = await asyncpg.connect(database_url)
    try:
        tables = ("charges", "refunds", "disputes", "payouts", "balance_transactions")
        digest = "SELECT md5(string_agg((to_jsonb(t) - 'business_id' - 'observed_at')::text, '' ORDER BY id)) FROM {} t"
        digests = {table: await connection.fetchval(digest.format(f"stripe_{table}")) for table in tables}
        count = await connection.fetchval("SELECT count(*) FROM stripe_charges")
        read = await connection.fetchval("SELECT sum(objects) FROM import_windows WHERE kind = 'charge' AND closed")
        return {**digests, "count": count, "read": read}
    finally:
        await connection.close()


async def test_trouble_changes_nothing_but_the_time(
    shop: Product, database_url: str, busy: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "FIRST_PAUSE", 0.02)
    owner = await shop.signed_up()
    business = await owner.business()
    faults = {"rate_limit": 40, "error_rate": 0.1, "truncate_rate": 0.1, "latency_ms": 10, "seed": 7}
    answer = await owner.connect(business, "bulk")
    assert answer.status_code == 302 and "error" not in answer.headers["Location"]
    await make_trouble(busy, **faults)
    try:
        await owner.run(Job.STRIPE_SYNC)
    finally:
        await make_trouble(busy)
    status = (await owner.get("/integrations/stripe/status")).json()
    assert status["status"] == "active", status
    troubled = await ledger(database_url)
    assert troubled["count"] == troubled["read"] == CHARGES

    await owner.request("DELETE", "/integrations/stripe", params={"purge": "true"})
    await owner.connect(business, "bulk")
    await owner.run(Job.STRIPE_SYNC)
    assert await ledger(database_url) == troubled


async def test_an_import_that_was_cut_short_goes_on_where_it_was(
    shop: Product, database_url: str, busy: Sandbox
) -> None:
    """Cancelled in the middle, as a worker that is told to stop: what is stored and what is checkpointed agree."""
    owner = await shop.signed_up()
    await owner.connect(await owner.business(), "bulk")
    await make_trouble(busy, latency_ms=30)
    try:
        for seconds in (0.4, 0.3):
            syncing = asyncio.create_task(owner.run(Job.STRIPE_SYNC))
            await asyncio.sleep(seconds)
            syncing.cancel()
            await asyncio.gather(syncing, return_exceptions=True)
            connection = await asyncpg.connect(database_url)
            try:
                read = await connection.fetchval("SELECT sum(objects) FROM import_windows WHERE kind = 'charge'")
                assert read == await connection.fetchval("SELECT count(*) FROM stripe_charges")
                await connection.execute("UPDATE integration_accounts SET leased_until = NULL, next_sync_at = now()")
            finally:
                await connection.close()
    finally:
        await make_trouble(busy)
    await owner.run(Job.STRIPE_SYNC)
    done = await ledger(database_url)
    assert done["count"] == done["read"] == CHARGES

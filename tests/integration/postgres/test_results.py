"""What a different score or snapshot replaces stays visible; the database holds what the specification says."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from vaultra_adapters.postgres.tables import LEDGER
from vaultra_core.errors import InvalidInput
from vaultra_core.ports.storage import UnitOfWork, UnitOfWorkFactory
from vaultra_core.testing.contracts.ledger import EVERY_KIND
from vaultra_core.testing.contracts.results import a_recommendation, a_snapshot, an_assessment
from vaultra_core.testing.contracts.samples import NOW, SECOND, TODAY, changed, given_business, seen, waits

RESULTS = (
    "financial_metric_snapshots",
    "superseded_snapshots",
    "readiness_scores",
    "superseded_scores",
    "recommendations",
)


async def rows(engine: AsyncEngine, query: str) -> list[tuple[object, ...]]:
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(query))]


async def test_the_score_that_another_replaces_is_kept(engine: AsyncEngine, uow: UnitOfWorkFactory) -> None:
    business = await given_business(uow)
    async with uow() as work:
        await work.scores.save(
            {business.id: [an_assessment(score=50), an_assessment(TODAY, rulebook="baseline-1")]}, NOW
        )
        await work.scores.save({business.id: [an_assessment(score=60)]}, NOW + SECOND)
        await work.scores.save({business.id: [an_assessment(score=60)]}, NOW + 2 * SECOND)
        await work.scores.save({business.id: [an_assessment(score=70)]}, NOW + 3 * SECOND)
        await work.commit()
    kept = "SELECT score, rulebook, created_at, superseded_at FROM superseded_scores ORDER BY score"
    assert await rows(engine, kept) == [
        (50, "lender-2", NOW, NOW + SECOND),
        (60, "lender-2", NOW + SECOND, NOW + 3 * SECOND),
    ]
    current = "SELECT score, created_at FROM readiness_scores WHERE rulebook = 'lender-2'"
    assert await rows(engine, current) == [(70, NOW + 3 * SECOND)]
    ids = "SELECT count(DISTINCT id) FROM (SELECT id FROM readiness_scores UNION ALL SELECT id FROM superseded_scores)"
    assert await rows(engine, ids) == [(4,)]


async def test_the_snapshot_that_another_replaces_is_kept(engine: AsyncEngine, uow: UnitOfWorkFactory) -> None:
    business = await given_business(uow)
    async with uow() as work:
        await work.snapshots.save({business.id: [a_snapshot(refund_count=1)]}, NOW)
        await work.snapshots.save({business.id: [a_snapshot(refund_count=2)]}, NOW + SECOND)
        await work.commit()
    assert await rows(engine, "SELECT refund_count, superseded_at FROM superseded_snapshots") == [(1, NOW + SECOND)]
    columns = "SELECT revenue_total, average_transaction_size, currency, metrics_json->>'net_revenue_minor'"
    assert await rows(engine, f"{columns} FROM financial_metric_snapshots") == [(123_456, 2_939, "usd", "120000")]


@pytest.mark.parametrize("score", [-1, 101])
async def test_a_score_is_between_0_and_100(uow: UnitOfWorkFactory, score: int) -> None:
    business = await given_business(uow)
    async with uow() as work:
        with pytest.raises(InvalidInput):
            await work.scores.save({business.id: [an_assessment(score=score)]}, NOW)


async def test_a_deleted_business_leaves_nothing_behind(engine: AsyncEngine, uow: UnitOfWorkFactory) -> None:
    business = await given_business(uow)
    async with uow() as work:
        await work.computations.lock(business.id)
        await work.ledger.merge(business.id, seen(*EVERY_KIND))
        await work.activity.mark_dirty(business.id, [TODAY])
        await work.commit()
    async with uow() as work:
        await work.computations.lock(business.id)
        await _write_results(work, business.id, 1)
        deleting = asyncio.create_task(_delete_businesses(engine))
        assert await waits(deleting)
        await _write_results(work, business.id, 2)
        await work.commit()
    await deleting
    ledger = [table.name for table in LEDGER.values()]
    for table in (*ledger, "computations", "dirty_days", *RESULTS):
        assert await rows(engine, f"SELECT count(*) FROM {table}") == [(0,)], table


async def _write_results(work: UnitOfWork, business_id: UUID, number: int) -> None:
    """Those that the second number replaces are kept as well."""
    await work.scores.save({business_id: [changed(an_assessment(), score=number)]}, NOW)
    await work.snapshots.save({business_id: [a_snapshot(refund_count=number)]}, NOW)
    await work.recommendations.put([a_recommendation(business_id, key=f"rule_{number}")])


async def _delete_businesses(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM businesses"))

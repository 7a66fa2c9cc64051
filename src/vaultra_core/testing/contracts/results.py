import asyncio
import datetime as dt
from typing import Any
from uuid import UUID

from vaultra_core.domain.accounts import ImportPhase, IntegrationStatus
from vaultra_core.domain.metrics import ExtraMetrics, MetricsSnapshot
from vaultra_core.domain.readiness.assessment import Assessment, Tier
from vaultra_core.domain.readiness.contribution import Line
from vaultra_core.domain.readiness.rules import Reading
from vaultra_core.domain.recommendations.base import Advice, Category, Priority, Recommendation, Status
from vaultra_core.errors import Conflict
from vaultra_core.identity import new_id
from vaultra_core.ports.storage import Computation, StoredScore, Subject, UnitOfWorkFactory
from vaultra_core.testing.contracts.samples import (
    DAY,
    NOW,
    SECOND,
    TODAY,
    changed,
    given_business,
    given_integration,
    refused,
    waits,
)

YESTERDAY = TODAY - DAY


def a_snapshot(period_end: dt.date = TODAY, **fields: Any) -> MetricsSnapshot:
    known = {
        "period_start": period_end - 29 * DAY,
        "period_end": period_end,
        "currency": "usd",
        "revenue_total_minor": 123_456,
        "transaction_count": 42,
        "average_transaction_size_minor": 2_939,
        "revenue_volatility": 0.1 + 0.2,
        "chargeback_count": 1,
        "chargeback_ratio": 1 / 42,
        "refund_count": 0,
        "refund_ratio": 0.0,
        "payout_reliability": None,
        "mrr_minor": None,
        "extra": ExtraMetrics(
            net_revenue_minor=120_000, estimated_revenue_minor=0, chargeback_ratio_interval=(0.004, 0.12)
        ),
    }
    return MetricsSnapshot(**{**known, **fields})


def an_assessment(as_of: dt.date = TODAY, **fields: Any) -> Assessment:
    reading = Reading(value=0.02, weight=0.75, confidence=0.75, figures={"weeks": 10})
    line = Line(factor="trend", points=10.75, reading=reading)
    known = {
        "as_of": as_of,
        "rulebook": "lender-2",
        "score": 62,
        "raw_score": 61.5,
        "tier": Tier.IMPROVING,
        "confidence": 0.8,
        "components": {"growth": 0.75, "risk_signals": 1.0},
        "lines": (Line(factor="base", points=50.0), line),
    }
    return Assessment(**{**known, **fields})


def a_recommendation(business_id: UUID, key: str = "reduce_chargebacks", **fields: Any) -> Recommendation:
    advice = Advice(
        key=key,
        title="Reduce chargebacks",
        description="Two chargebacks fewer.",
        priority=fields.pop("priority", Priority.MEDIUM),
        category=Category.RISK,
        impact_points=fields.pop("impact_points", 7.0),
        estimated_impact="+5-10 points",
        metric_refs={"chargeback_ratio": 0.021, "chargeback_count": 2, "payout_reliability": None, "band": "worst"},
        severity=2,
    )
    known = {"id": new_id(), "advice": advice, "status": Status.PENDING, "created_at": NOW, "updated_at": NOW}
    return Recommendation(business_id=business_id, **{**known, **fields})


class ComputationsContract:
    async def test_the_row_is_made_on_first_use(self, uow: UnitOfWorkFactory) -> None:
        business = await given_business(uow)
        async with uow() as work:
            assert await work.computations.get(business.id) is None
            assert await work.computations.lock(business.id) == Computation(business_id=business.id)
            await work.computations.save(Computation(business_id=business.id, readiness_from=TODAY))
            await work.commit()
        async with uow() as work:
            stored = Computation(business_id=business.id, readiness_from=TODAY)
            assert await work.computations.lock(business.id) == stored
            assert await work.computations.get(business.id) == stored
            await refused(Conflict, work.computations.lock(new_id()))

    async def test_one_writer_per_business_at_a_time(self, uow: UnitOfWorkFactory) -> None:
        business, other = await given_business(uow), await given_business(uow)
        async with uow() as work:
            await work.computations.lock(business.id)
            await work.commit()
        async with uow() as first, uow() as second:
            computation = await first.computations.lock(business.id)
            await second.computations.lock(other.id)
            locking = asyncio.create_task(second.computations.lock(business.id))
            assert await waits(locking)
            written = changed(computation, metrics_as_of=TODAY)
            await first.computations.save(written)
            await first.commit()
            assert await locking == written

    async def test_one_writer_per_business_from_the_first_use_on(self, uow: UnitOfWorkFactory) -> None:
        business = await given_business(uow)
        async with uow() as first, uow() as second:
            await first.computations.lock(business.id)
            locking = asyncio.create_task(second.computations.lock(business.id))
            assert await waits(locking)
            await first.commit()
            assert await locking == Computation(business_id=business.id)

    async def test_several_are_held_at_once_and_saved_at_once(self, uow: UnitOfWorkFactory) -> None:
        first, second = await given_business(uow), await given_business(uow)
        ids = [first.id, second.id, new_id()]
        async with uow() as work:
            held = await work.computations.lock_several(ids, wait=True)
            assert {each.business_id: each for each in held} == {id_: Computation(business_id=id_) for id_ in ids[:2]}
            written = [
                Computation(business_id=first.id, metrics_as_of=TODAY, recommendations_due=True),
                Computation(business_id=second.id, readiness_from=YESTERDAY, readiness_as_of=TODAY),
            ]
            await work.computations.save_several(written)
            await work.computations.save_several([])
            await work.commit()
        async with uow() as work:
            held = await work.computations.lock_several(ids, wait=False)
            assert sorted(held, key=lambda each: each.business_id) == sorted(written, key=lambda each: each.business_id)

    async def test_of_several_those_that_are_held_are_waited_for_or_left_out(self, uow: UnitOfWorkFactory) -> None:
        busy, free = await given_business(uow), await given_business(uow)
        async with uow() as work:
            await work.computations.lock_several([busy.id, free.id], wait=True)
            await work.commit()
        async with uow() as other, uow() as work:
            computation = await other.computations.lock(busy.id)
            held = await work.computations.lock_several([busy.id, free.id], wait=False)
            assert [each.business_id for each in held] == [free.id]
            locking = asyncio.create_task(work.computations.lock_several([busy.id, free.id], wait=True))
            assert await waits(locking)
            written = changed(computation, metrics_from=TODAY)
            await other.computations.save(written)
            await other.commit()
            assert {each.business_id: each for each in await locking}[busy.id] == written

    async def test_a_subject_is_what_computing_has_to_know(self, uow: UnitOfWorkFactory) -> None:
        alone = await given_business(uow, timezone="Pacific/Auckland")
        connected, revoked = await given_business(uow), await given_business(uow)
        await given_integration(uow, connected, phase=ImportPhase.EXTENDING)
        await given_integration(uow, revoked, phase=ImportPhase.COMPLETE, status=IntegrationStatus.REVOKED)
        async with uow() as work:
            assert await work.computations.subjects([alone.id, connected.id, revoked.id, new_id()]) == {
                alone.id: Subject(timezone="Pacific/Auckland", phase=None, revoked=False),
                connected.id: Subject(timezone=connected.timezone, phase=ImportPhase.EXTENDING, revoked=False),
                revoked.id: Subject(timezone=revoked.timezone, phase=ImportPhase.COMPLETE, revoked=True),
            }

    async def test_metrics_are_due_when_something_changed_or_a_day_ended(self, uow: UnitOfWorkFactory) -> None:
        async def given(*, dirty: bool = False, metrics_from: dt.date | None = None, **fields: Any) -> UUID:
            metrics_as_of = fields.pop("metrics_as_of", YESTERDAY)
            state = {"metrics_from": metrics_from, "metrics_as_of": metrics_as_of}
            business = await given_business(uow)
            await given_integration(uow, business, **fields)
            async with uow() as work:
                await work.computations.lock(business.id)
                await work.computations.save(Computation(business_id=business.id, **state))
                if dirty:
                    await work.activity.mark_dirty(business.id, [TODAY])
                await work.commit()
            return business.id

        due = {
            await given(metrics_as_of=None),
            await given(dirty=True),
            await given(metrics_from=TODAY),
            await given(metrics_as_of=YESTERDAY - DAY),
            await given(status=IntegrationStatus.ERROR, dirty=True),
        }
        await given()
        await given(phase=ImportPhase.STARTING, dirty=True)
        await given(status=IntegrationStatus.REVOKED, dirty=True)
        async with uow() as work:
            assert set(await work.computations.due_for_metrics(NOW, limit=100)) == due
            assert len(await work.computations.due_for_metrics(NOW, limit=2)) == 2

    async def test_a_day_ends_at_midnight_in_the_businesss_own_time_zone(self, uow: UnitOfWorkFactory) -> None:
        ahead = await given_business(uow, timezone="Pacific/Auckland")  # tomorrow there already
        behind = await given_business(uow, timezone="America/Los_Angeles")
        evening = dt.datetime(2026, 11, 2, 20, tzinfo=dt.UTC)
        for business in (ahead, behind):
            await given_integration(uow, business)
            async with uow() as work:
                await work.computations.save(Computation(business_id=business.id, metrics_as_of=YESTERDAY))
                await work.commit()
        async with uow() as work:
            assert await work.computations.due_for_metrics(evening, limit=9) == [ahead.id]
            assert set(await work.computations.due_for_metrics(evening + DAY, limit=9)) == {ahead.id, behind.id}

    async def test_scores_and_recommendations_are_due_when_marked(self, uow: UnitOfWorkFactory) -> None:
        scored, advised, idle = [(await given_business(uow)).id for _ in range(3)]
        async with uow() as work:
            await work.computations.save(Computation(business_id=scored, readiness_from=TODAY))
            await work.computations.save(Computation(business_id=advised, recommendations_due=True))
            await work.computations.save(Computation(business_id=idle, readiness_as_of=TODAY))
            assert await work.computations.due_for_readiness(limit=9) == [scored]
            assert await work.computations.due_for_recommendations(limit=9) == [advised]
            assert await work.computations.due_for_readiness(limit=0) == []


class SnapshotsContract:
    async def test_an_equal_snapshot_is_left_alone_and_a_different_one_replaces(self, uow: UnitOfWorkFactory) -> None:
        business, other = await given_business(uow), await given_business(uow)
        days = [a_snapshot(TODAY), a_snapshot(YESTERDAY, mrr_minor=5, payout_reliability=0.95)]
        async with uow() as work:
            assert await work.snapshots.save({business.id: days}, NOW) == 2
            assert await work.snapshots.save({business.id: days}, NOW + SECOND) == 0
            corrected = changed(days[1], refund_count=3)
            assert await work.snapshots.save({business.id: [days[0], corrected]}, NOW + SECOND) == 1
            assert await work.snapshots.save({business.id: []}, NOW) == 0
            assert await work.snapshots.save({}, NOW) == 0
            await work.commit()
        async with uow() as work:
            assert await work.snapshots.latest(business.id) == days[0]
            assert await work.snapshots.between(business.id, YESTERDAY, TODAY) == [corrected, days[0]]
            assert await work.snapshots.between(business.id, TODAY, TODAY + DAY) == [days[0]]
            assert await work.snapshots.latest(other.id) is None

    async def test_later_periods_of_one_business_can_be_dropped(self, uow: UnitOfWorkFactory) -> None:
        business, other = await given_business(uow), await given_business(uow)
        async with uow() as work:
            for each in (business, other):
                await work.snapshots.save({each.id: [a_snapshot(TODAY), a_snapshot(YESTERDAY)]}, NOW)
            await work.snapshots.drop_after(business.id, YESTERDAY)
            assert await work.snapshots.latest(business.id) == a_snapshot(YESTERDAY)
            assert await work.snapshots.latest(other.id) == a_snapshot(TODAY)


class ScoresContract:
    async def test_an_equal_score_is_left_alone_and_a_different_one_replaces(self, uow: UnitOfWorkFactory) -> None:
        business, other = await given_business(uow), await given_business(uow)
        today, yesterday = an_assessment(TODAY), an_assessment(YESTERDAY)
        baseline = an_assessment(TODAY, rulebook="baseline-1", score=100, tier=Tier.HIGHLY_ATTRACTIVE)
        async with uow() as work:
            assert await work.scores.save({business.id: [yesterday, today, baseline]}, NOW) == 3
            assert await work.scores.save({business.id: [today, yesterday]}, NOW + SECOND) == 0
            corrected = changed(today, components={"growth": 0.7499999})
            assert await work.scores.save({business.id: [yesterday, corrected]}, NOW + SECOND) == 1
            await work.commit()
        async with uow() as work:
            newest = StoredScore(corrected, NOW + SECOND)
            assert await work.scores.latest(business.id, "lender-2") == newest
            assert await work.scores.latest(business.id, "baseline-1") == StoredScore(baseline, NOW)
            assert await work.scores.on(business.id, "lender-2", newest.assessment.as_of) == newest
            assert await work.scores.on(other.id, "lender-2", newest.assessment.as_of) is None
            assert await work.scores.on(business.id, "lender-2", dt.date(2020, 1, 1)) is None
            history = await work.scores.history(business.id, "lender-2", limit=9)
            assert history == [newest, StoredScore(yesterday, NOW)]
            assert await work.scores.history(business.id, "lender-2", limit=1) == [newest]
            assert await work.scores.latest(other.id, "lender-2") is None

    async def test_later_days_of_one_business_can_be_dropped(self, uow: UnitOfWorkFactory) -> None:
        business, other = await given_business(uow), await given_business(uow)
        today, yesterday = an_assessment(TODAY), an_assessment(YESTERDAY)
        async with uow() as work:
            for each in (business, other):
                await work.scores.save({each.id: [today, yesterday]}, NOW)
            await work.scores.drop_after(business.id, YESTERDAY)
            assert await work.scores.latest(business.id, "lender-2") == StoredScore(yesterday, NOW)
            assert await work.scores.latest(other.id, "lender-2") == StoredScore(today, NOW)


class RecommendationsContract:
    async def test_highest_priority_then_impact_then_newest(self, uow: UnitOfWorkFactory) -> None:
        business, other = await given_business(uow), await given_business(uow)
        ranked = [
            a_recommendation(business.id, "a", priority=Priority.HIGH, impact_points=11.0),
            a_recommendation(business.id, "b", impact_points=9.0),
            a_recommendation(business.id, "c", created_at=NOW + SECOND, status=Status.ACCEPTED),
            a_recommendation(business.id, "d", created_at=NOW),
            a_recommendation(business.id, "da", created_at=NOW),
            a_recommendation(business.id, "e", priority=Priority.LOW, impact_points=50.0),
        ]
        async with uow() as work:
            for entry in (*reversed(ranked), a_recommendation(other.id, "a")):
                await work.recommendations.put([entry])
            await work.commit()
        async with uow() as work:
            assert await work.recommendations.list(business.id) == ranked
            assert await work.recommendations.list(business.id, status=Status.ACCEPTED) == [ranked[2]]
            assert await work.recommendations.list(business.id, priority=Priority.LOW) == [ranked[-1]]
            assert await work.recommendations.get(ranked[0].id) == ranked[0]
            assert await work.recommendations.get(new_id()) is None

    async def test_one_open_recommendation_per_key(self, uow: UnitOfWorkFactory) -> None:
        """Open is what still asks something of the owner: pending, or accepted and not reached yet."""
        business = await given_business(uow)
        for status in (Status.PENDING, Status.ACCEPTED):
            async with uow() as work:
                await work.recommendations.put([a_recommendation(business.id, status=status)])
                await refused(Conflict, work.recommendations.put([a_recommendation(business.id)]))
        async with uow() as work:
            for status in (Status.DISMISSED, Status.RESOLVED, Status.DISMISSED, Status.PENDING):
                await work.recommendations.put([a_recommendation(business.id, status=status)])
            await work.recommendations.put([a_recommendation(business.id, "another")])
            done = changed(a_recommendation(business.id, "another", status=Status.ACCEPTED), resolved_at=NOW)
            await work.recommendations.put([done])
            await work.commit()

    async def test_those_that_bear_on_what_comes_next_are_held(self, uow: UnitOfWorkFactory) -> None:
        """Nobody decides about them until the transaction ends; what it puts in their place is seen then."""
        business, other = await given_business(uow), await given_business(uow)
        bearing = [
            a_recommendation(business.id, "a"),
            a_recommendation(business.id, "b", status=Status.ACCEPTED),
            a_recommendation(business.id, "c", status=Status.DISMISSED),
        ]
        done = a_recommendation(business.id, "d", status=Status.ACCEPTED, resolved_at=NOW)
        past = a_recommendation(business.id, "e", status=Status.RESOLVED)
        foreign = a_recommendation(other.id, "a")
        async with uow() as work:
            await work.recommendations.put([*bearing, done, past, foreign])
            await work.recommendations.put([])
            await work.commit()
        async with uow() as work, uow() as person:
            held = await work.recommendations.hold([business.id, other.id, new_id()])
            assert sorted(held[business.id], key=lambda each: each.advice.key) == bearing
            assert list(held[other.id]) == [foreign]
            dismissed = changed(bearing[0], status=Status.DISMISSED)
            deciding = asyncio.create_task(person.recommendations.save(dismissed, expected=Status.PENDING))
            assert await waits(deciding)
            resolved = changed(bearing[0], status=Status.RESOLVED, resolved_at=NOW)
            new = a_recommendation(business.id, "f")
            await work.recommendations.put([resolved, new])
            await work.commit()
            await refused(Conflict, deciding)
        async with uow() as work:
            assert await work.recommendations.get(resolved.id) == resolved
            assert await work.recommendations.get(new.id) == new

    async def test_only_the_expected_status_is_replaced(self, uow: UnitOfWorkFactory) -> None:
        business = await given_business(uow)
        pending = a_recommendation(business.id)
        dismissed = changed(pending, status=Status.DISMISSED, dismissed_until=NOW + 30 * DAY, updated_at=NOW + SECOND)
        async with uow() as work:
            await work.recommendations.put([pending])
            await work.recommendations.save(dismissed, expected=Status.PENDING)
            await work.commit()
        async with uow() as work:
            accepted = changed(pending, status=Status.ACCEPTED)
            await refused(Conflict, work.recommendations.save(accepted, expected=Status.PENDING))
        async with uow() as work:
            assert await work.recommendations.get(pending.id) == dismissed

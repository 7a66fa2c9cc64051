"""Many businesses brought up to date at once: beside each other, beside whoever else is at work, and whatever fails."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Iterable
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from dishka import AsyncContainer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from support.product import settings_for_tests
from support.runtime import zone_at_noon
from vaultra_adapters.wiring import make_container
from vaultra_cli.sweep import Sweep, Swept
from vaultra_core import RULEBOOKS, History, assess, metrics, recommend
from vaultra_core.domain.accounts import ImportPhase
from vaultra_core.domain.activity import DayActivity
from vaultra_core.errors import Unavailable
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import Computation, UnitOfWorkFactory
from vaultra_core.testing.contracts.samples import given_business, given_integration
from vaultra_core.use_cases.bring_up_to_date import BringUpToDate
from vaultra_core.use_cases.compute_metrics import ComputeMetrics

DAY = dt.timedelta(days=1)
TIMEZONE = zone_at_noon()
YESTERDAY = dt.datetime.now(ZoneInfo(TIMEZONE)).date() - DAY


@pytest.fixture
async def container(engine: AsyncEngine, database_url: str) -> AsyncIterator[AsyncContainer]:
    del engine  # leaves the tables empty
    container = make_container(settings_for_tests(database_url), application="vaultra-test")
    yield container
    await container.close()


@pytest.fixture
async def uow(container: AsyncContainer) -> UnitOfWorkFactory:
    factory: UnitOfWorkFactory = await container.get(UnitOfWorkFactory)
    return factory


def a_history(number: int, days: int) -> History:
    return History(
        currency="usd",
        timezone=TIMEZONE,
        days=tuple(
            DayActivity(
                day=YESTERDAY - back * DAY,
                charge_count=2 + number,
                gross_minor=10_000 * (number + 1) + 100 * (back % 7),
                identified_minor=10_000,
                refund_count=back % 5 == 0,
                refunded_minor=900 * (back % 5 == 0),
                customers={f"cus_{back % 9}": 6_000, "cus_0": 4_000 + back},
            )
            for back in range(days - 1, -1, -1)
            if back % 6
        ),
    )


async def given_histories(uow: UnitOfWorkFactory, *days: int) -> dict[UUID, History]:
    """Businesses with imported histories of so many days."""
    made = {}
    for number, length in enumerate(days):
        business = await given_business(uow, timezone=TIMEZONE)
        await given_integration(uow, business, phase=ImportPhase.COMPLETE)
        made[business.id] = history = a_history(number, length)
        async with uow() as work:
            await work.activity.replace(business.id, [day.day for day in history.days], history.days)
            await work.commit()
    return made


async def are_computed(uow: UnitOfWorkFactory, businesses: Iterable[UUID]) -> bool:
    async with uow() as work:
        states = [await work.computations.get(business) for business in businesses]
    return all(state and state.recommendations_as_of for state in states)


async def assert_up_to_date(uow: UnitOfWorkFactory, histories: dict[UUID, History]) -> None:
    """Everything that is stored is what the core says of each day by itself, and all of it is there."""
    for business_id, history in histories.items():
        assert history.first_day is not None
        days = [history.first_day + n * DAY for n in range((YESTERDAY - history.first_day).days + 1)]
        async with uow() as work:
            snapshots = await work.snapshots.between(business_id, days[0], YESTERDAY)
            assert snapshots == [metrics(history, day) for day in days]
            for rulebook in RULEBOOKS:
                scores = await work.scores.history(business_id, rulebook, limit=1000)
                assert [each.assessment for each in scores] == [assess(history, day, rulebook) for day in days[::-1]]
            advice = [each.advice for each in await work.recommendations.list(business_id)]
            assert sorted(advice, key=lambda each: each.key) == sorted(
                recommend(history, YESTERDAY), key=lambda each: each.key
            )
            assert await work.computations.get(business_id) == Computation(
                business_id=business_id,
                metrics_as_of=YESTERDAY,
                readiness_as_of=YESTERDAY,
                recommendations_as_of=YESTERDAY,
            )


async def test_a_batch_of_young_and_old_businesses_ends_where_each_alone_would(
    uow: UnitOfWorkFactory, container: AsyncContainer
) -> None:
    histories = await given_histories(uow, 300, 3, 100, 1, 200, 250)
    job = await container.get(ComputeMetrics)
    assert await job.execute() == len(histories)
    await assert_up_to_date(uow, {business: history for business, history in histories.items() if history.first_day})
    assert await job.execute() == 0


async def test_a_changed_day_is_computed_anew_from_there_on(uow: UnitOfWorkFactory, container: AsyncContainer) -> None:
    histories = await given_histories(uow, 120, 120)
    job = await container.get(ComputeMetrics)
    await job.execute()
    business, history = next(iter(histories.items()))
    changed = history.days[:50] + tuple(
        DayActivity(day=day.day, charge_count=1, gross_minor=1 + day.day.day) for day in history.days[50:]
    )
    async with uow() as work:
        await work.activity.replace(business, [day.day for day in changed], changed)
        computation = await work.computations.lock(business)
        await work.computations.save(
            Computation(business_id=business, metrics_from=changed[50].day, metrics_as_of=computation.metrics_as_of)
        )
        await work.commit()
    assert await job.execute() == 1
    async with uow() as work:
        newest = await work.scores.latest(business, "lender-2")
        oldest = (await work.scores.history(business, "lender-2", limit=1000))[-1]
    assert newest and newest.assessment == assess(History(currency="usd", timezone=TIMEZONE, days=changed), YESTERDAY)
    assert oldest.assessment == assess(history, history.days[0].day)


async def test_who_is_held_by_another_is_waited_for_and_the_others_are_not_kept(
    uow: UnitOfWorkFactory, container: AsyncContainer
) -> None:
    histories = await given_histories(uow, 20, 20, 20)
    busy, *others = histories
    async with uow() as work:
        await work.computations.lock(busy)
        await work.commit()
    bring = await container.get(BringUpToDate)
    async with uow() as holder:
        await holder.computations.lock(busy)
        computing = asyncio.create_task(bring.execute(list(histories)))
        async with asyncio.timeout(60):
            while not await are_computed(uow, others):  # noqa: ASYNC110 - what is waited for happens in the database
                await asyncio.sleep(0.02)
        assert not computing.done()
        await assert_up_to_date(uow, {business: histories[business] for business in others})
        await holder.commit()
        await computing
    await assert_up_to_date(uow, histories)


async def test_one_that_fails_does_not_stop_the_others_and_stays_due(
    uow: UnitOfWorkFactory, container: AsyncContainer, engine: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    histories = await given_histories(uow, 20, 20, 20)
    bad, *good = histories
    async with engine.begin() as connection:
        await connection.execute(
            text('UPDATE daily_activity SET customers = \'{"cus_1": "much"}\' WHERE business_id = :bad'), {"bad": bad}
        )
    job = await container.get(ComputeMetrics)
    assert await job.execute() == 2
    assert [record.args for record in caplog.records if "failed" in record.message] == [(bad,)]
    await assert_up_to_date(uow, {business: histories[business] for business in good})
    async with uow() as work:
        assert await work.computations.due_for_metrics((await container.get(Clock)).now(), limit=9) == [bad]


async def test_several_processes_share_the_sweep(uow: UnitOfWorkFactory, database_url: str) -> None:
    histories = await given_histories(uow, *[40] * 6)
    seen: list[tuple[int, int]] = []

    def sweep_twice() -> list[Swept]:
        with Sweep(settings_for_tests(database_url), 2) as sweep:
            return [sweep.run(lambda done, total: seen.append((done, total)), 2) for _ in range(2)]

    swept, again = await asyncio.to_thread(sweep_twice)
    assert (swept.businesses, swept.failed) == (6, 0)
    assert seen[-1] == (6, 6)
    assert (again.businesses, again.failed) == (0, 0)
    await assert_up_to_date(uow, histories)


def test_a_sweep_whose_processes_cannot_start_says_so() -> None:
    nowhere = settings_for_tests("postgresql://somebody@127.0.0.1:1/nothing")
    with pytest.raises(Unavailable, match="Not all of 2 processes could start"), Sweep(nowhere, 2):
        pass

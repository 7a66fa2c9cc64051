"""The worker on a real Redis: wake-ups arrive, and losing every one of them loses no work."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from dishka import Provider, Scope
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from support.product import Product, a_product, settings_for_tests
from support.runtime import ScriptedProvider
from support.sandbox import Sandbox
from vaultra_core.domain.accounts import Integration
from vaultra_core.domain.imports import plan_import
from vaultra_core.ports.payments import Page, PaymentsProvider
from vaultra_core.ports.runtime import Job, JobQueue
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.testing.contracts.samples import given_business, given_integration
from vaultra_worker.app import running_scheduler, running_worker
from vaultra_worker.runner import JobRunner, slot_of

NEVER = 3600.0


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as client:
        await client.flushall()
        yield client


@pytest.fixture
async def distributed(
    engine: AsyncEngine, database_url: str, sandbox: Sandbox, redis: Redis, redis_url: str
) -> AsyncIterator[Product]:
    """The product with its queue on Redis; the test decides which workers run."""
    del engine, redis
    settings = settings_for_tests(database_url, sandbox_url=sandbox.url, redis_url=redis_url)
    async with a_product(settings) as running:
        yield running


async def eventually(is_so: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not await is_so():  # noqa: ASYNC110 - what is waited for happens in the database
            await asyncio.sleep(0.1)


def scored(owner: Product) -> Callable[[], Awaitable[bool]]:
    async def is_so() -> bool:
        return (await owner.get("/readiness")).status_code == 200

    return is_so


async def test_wake_ups_alone_bring_a_score(distributed: Product) -> None:
    async with running_worker(distributed.container, sweep_seconds=NEVER):
        await asyncio.sleep(1.5)  # the first sweep has gone by: from here on there are only wake-ups
        owner = await distributed.signed_up()
        await owner.connect(await owner.business(), "fresh")
        await eventually(scored(owner))


async def test_the_sweep_finds_what_a_flushed_queue_has_lost(distributed: Product, redis: Redis) -> None:
    owner = await distributed.signed_up()
    await owner.connect(await owner.business(), "fresh")
    await asyncio.sleep(0.2)
    await redis.flushall()
    async with running_worker(distributed.container, sweep_seconds=0.5):
        await redis.flushall()
        await eventually(scored(owner))


async def test_ten_thousand_wake_ups_do_no_harm(distributed: Product, redis: Redis) -> None:
    owner = await distributed.signed_up()
    await owner.imported("fresh")
    history = (await owner.get("/readiness/history", limit=400)).json()
    async with running_worker(distributed.container, sweep_seconds=NEVER):
        for _ in range(100):
            await asyncio.gather(*(distributed_wake(distributed, job) for job in Job for _ in range(20)))
        await redis.flushall()
        await asyncio.sleep(1)
    assert (await owner.get("/readiness/history", limit=400)).json() == history


async def distributed_wake(product: Product, job: Job) -> None:
    (await product.container.get(JobQueue)).wake(job)


async def test_two_schedulers_start_a_slot_once(distributed: Product, uow: UnitOfWorkFactory) -> None:
    now = slot_of(dt.datetime.now(dt.UTC))
    async with uow() as first:
        claimed = [await first.job_runs.claim_slot(Job.STRIPE_SYNC, now)]
        await first.commit()
    async with uow() as second:
        claimed.append(await second.job_runs.claim_slot(Job.STRIPE_SYNC, now))
        await second.commit()
    assert claimed == [True, False]
    async with running_scheduler(distributed.container), running_worker(distributed.container, sweep_seconds=NEVER):
        await asyncio.sleep(0.1)


async def test_whoever_asks_while_a_job_runs_gets_another_run() -> None:
    started, go_on, runs = asyncio.Event(), asyncio.Event(), []

    async def job() -> int:
        runs.append(1)
        started.set()
        await go_on.wait()
        return 0

    runner = JobRunner({Job.COMPUTE_METRICS: job})
    first = asyncio.create_task(runner.run(Job.COMPUTE_METRICS))
    await started.wait()
    for _ in range(5):
        await runner.run(Job.COMPUTE_METRICS)
    go_on.set()
    await first
    assert len(runs) == 2


async def test_a_job_that_fails_is_run_again_when_asked() -> None:
    runs = []

    async def job() -> int:
        runs.append(1)
        raise RuntimeError("broken")

    runner = JobRunner({Job.COMPUTE_METRICS: job})
    await runner.run(Job.COMPUTE_METRICS)
    await runner.run(Job.COMPUTE_METRICS)
    assert len(runs) == 2


class SilentStripe(ScriptedProvider):
    """Is asked for a page, and never answers."""

    def __init__(self) -> None:
        super().__init__()
        self.was_asked = asyncio.Event()

    async def list_page(self, *_: Any, **__: Any) -> Page:
        self.was_asked.set()
        await asyncio.Event().wait()
        raise AssertionError("nobody was to wait for this")


async def test_a_worker_that_is_told_to_stop_leaves_no_lease_behind(
    engine: AsyncEngine, database_url: str, uow: UnitOfWorkFactory
) -> None:
    """Another one goes on at once, instead of waiting until the lease has run out."""
    del engine
    business = await given_business(uow)
    now = dt.datetime.now(dt.UTC)
    integration = await given_integration(uow, business, next_sync_at=now, events_through=int(now.timestamp()))
    async with uow() as work:
        await work.windows.add(plan_import(integration.id, now=now, account_created=None))
        await work.commit()
    stripe, provider = SilentStripe(), Provider(scope=Scope.APP)
    provider.provide(lambda: stripe, provides=PaymentsProvider)
    async with a_product(settings_for_tests(database_url), provider) as product:
        async with running_worker(product.container, sweep_seconds=0.1):
            await stripe.was_asked.wait()
            assert await leased(uow) is None
        again = await leased(uow)
        assert again is not None and again.business_id == business.id


async def leased(uow: UnitOfWorkFactory) -> Integration | None:
    async with uow() as work:
        found = await work.integrations.lease_due(dt.datetime.now(dt.UTC), seconds=60)
    return found[0] if found else None

"""The worker: takes wake-ups from the queue, ticks the schedule, sweeps. Runs on its own or inside another process."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine, Sequence
from typing import Any

from dishka import AsyncContainer
from taskiq import AsyncBroker, InMemoryBroker, TaskiqScheduler
from taskiq.api import run_receiver_task, run_scheduler_task
from taskiq.schedule_sources import LabelScheduleSource

from vaultra_core.errors import Unavailable
from vaultra_core.ports.runtime import Clock, Job
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.use_cases.apply_events import ApplyEvents
from vaultra_core.use_cases.certify import Certify
from vaultra_core.use_cases.compute_metrics import ComputeMetrics
from vaultra_core.use_cases.compute_readiness import ComputeReadiness
from vaultra_core.use_cases.forget_expired import ForgetExpired
from vaultra_core.use_cases.generate_recommendations import GenerateRecommendations
from vaultra_core.use_cases.return_access import ReturnAccess
from vaultra_core.use_cases.send_mail import SendMail
from vaultra_core.use_cases.settle_doubts import SettleDoubts
from vaultra_core.use_cases.sync_stripe import SyncStripe
from vaultra_worker.runner import SWEEP_SECONDS, JobRunner, end, slot_of
from vaultra_worker.schedule import SCHEDULE

ACCOUNTS_AT_ONCE = 4


@contextlib.asynccontextmanager
async def running_worker(container: AsyncContainer, *, sweep_seconds: float = SWEEP_SECONDS) -> AsyncIterator[None]:
    """Work in the background for as long as the block lasts: wake-ups, schedule ticks, sweep."""
    broker = await _broker_with_jobs(container)
    runner: JobRunner = broker.state.runner
    tasks = [run_scheduler_task(_scheduler(broker)), runner.sweep_forever(sweep_seconds)]
    if isinstance(broker, InMemoryBroker):  # a task runs where it is sent: this process is the only worker
        await _take_over(container)
    else:
        tasks.append(run_receiver_task(broker))
    async with _running(broker, tasks):
        try:
            yield
        finally:
            await runner.stop()


async def _take_over(container: AsyncContainer) -> None:
    """Go on at once with what an earlier start left half done, instead of waiting until its leases run out.

    Should somebody hold one all the same, the fencing tokens keep that safe: it only has to give up.
    """
    async with (await container.get(UnitOfWorkFactory))() as work:
        await work.integrations.break_leases()
        await work.commit()


@contextlib.asynccontextmanager
async def running_scheduler(container: AsyncContainer) -> AsyncIterator[None]:
    """Tick the schedule for as long as the block lasts. Any number of these is safe: a slot is claimed once."""
    broker = await _broker_with_jobs(container)
    async with _running(broker, [run_scheduler_task(_scheduler(broker))]):
        yield


@contextlib.asynccontextmanager
async def _running(broker: AsyncBroker, coroutines: Sequence[Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    try:
        await broker.startup()
    except Exception as error:
        for coroutine in coroutines:
            coroutine.close()
        raise Unavailable(f"The queue cannot be reached: {error}", dependency="queue") from error
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        yield
    finally:
        await end(tasks)
        await broker.shutdown()


def _scheduler(broker: AsyncBroker) -> TaskiqScheduler:
    return TaskiqScheduler(broker, [LabelScheduleSource(broker)])


async def _broker_with_jobs(container: AsyncContainer) -> AsyncBroker:
    broker: AsyncBroker = await container.get(AsyncBroker)
    broker.state.runner = await make_runner(container)
    register_jobs(broker, broker.state.runner, await container.get(Clock), await container.get(UnitOfWorkFactory))
    return broker


async def make_runner(container: AsyncContainer) -> JobRunner:
    jobs = {
        Job.STRIPE_SYNC: (await container.get(SyncStripe)).execute,
        Job.APPLY_EVENTS: (await container.get(ApplyEvents)).execute,
        Job.SETTLE_DOUBTS: (await container.get(SettleDoubts)).execute,
        Job.CERTIFY: (await container.get(Certify)).execute,
        Job.COMPUTE_METRICS: (await container.get(ComputeMetrics)).execute,
        Job.COMPUTE_READINESS: (await container.get(ComputeReadiness)).execute,
        Job.GENERATE_RECOMMENDATIONS: (await container.get(GenerateRecommendations)).execute,
        Job.RETURN_ACCESS: (await container.get(ReturnAccess)).execute,
        Job.SEND_MAIL: (await container.get(SendMail)).execute,
        Job.FORGET_EXPIRED: (await container.get(ForgetExpired)).execute,
    }
    return JobRunner(jobs, at_once={Job.STRIPE_SYNC: ACCOUNTS_AT_ONCE})


def register_jobs(broker: AsyncBroker, runner: JobRunner, clock: Clock, unit_of_work: UnitOfWorkFactory) -> None:
    """Give every job its task. A scheduled tick runs once for its minute, however many schedulers there are."""

    def make_task(job: Job):  # type: ignore[no-untyped-def] # the task's type is Taskiq's business
        async def task(scheduled: bool = False) -> None:
            if scheduled:
                async with unit_of_work() as work:
                    first = await work.job_runs.claim_slot(job, slot_of(clock.now()))
                    await work.commit()
                if not first:
                    return
            await runner.run(job)

        return task

    for job in Job:
        schedule = [{"cron": SCHEDULE[job], "kwargs": {"scheduled": True}}] if job in SCHEDULE else []
        broker.register_task(make_task(job), task_name=job.value, schedule=schedule)

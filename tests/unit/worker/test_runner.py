"""The sweep, and how it ends."""

import asyncio
import contextlib

import pytest

from vaultra_core.ports.runtime import Job
from vaultra_worker.runner import JobRunner


@pytest.mark.parametrize("steps", range(6))
async def test_a_sweep_that_is_told_to_stop_as_a_job_ends_stops(steps: int) -> None:
    """At whichever step of the event loop the cancellation falls between a job's end and the sweep's taking note."""
    loop = asyncio.get_running_loop()

    def stop_after(left: int) -> None:
        if left:
            loop.call_soon(stop_after, left - 1)
        else:
            sweeping.cancel()

    async def job() -> int:
        stop_after(steps)
        return 0

    sweeping = asyncio.create_task(JobRunner(dict.fromkeys(Job, job)).sweep_forever(seconds=60))
    await asyncio.wait({sweeping}, timeout=30)
    assert sweeping.cancelled()


async def test_who_is_told_to_stop_waits_until_jobs_have_let_go_and_begins_none() -> None:
    began, said = asyncio.Event(), []

    async def job() -> int:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)
            said.append("let go")
        return 0

    runner = JobRunner({Job.STRIPE_SYNC: job})
    running = asyncio.create_task(runner.run(Job.STRIPE_SYNC))
    await began.wait()
    await runner.run(Job.STRIPE_SYNC)  # would be run once more afterwards
    await runner.stop()
    assert said == ["let go"]
    await asyncio.wait({running})
    await runner.run(Job.STRIPE_SYNC)
    assert said == ["let go"]


async def test_a_cancellation_that_is_lost_on_the_way_is_said_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vaultra_worker.runner.STOPPING_SECONDS", 0.01)
    began = asyncio.Event()

    async def job() -> int:
        began.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()
        return 0

    runner = JobRunner({Job.STRIPE_SYNC: job})
    running = asyncio.create_task(runner.run(Job.STRIPE_SYNC))
    await began.wait()
    await runner.stop()
    await asyncio.wait({running}, timeout=60)
    assert running.done()

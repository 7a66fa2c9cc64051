"""Reads of the API, the start of its process, and its memory."""

import statistics
import time
from pathlib import Path

import msgspec

from bench.load import get, run_load
from bench.report import Goal, Row
from bench.stage import a_container, a_queue, a_stage, an_api, an_owner, connect, resident_mib, run
from support.sandbox import a_sandbox
from vaultra_adapters.settings import Settings
from vaultra_core.ports.runtime import Job
from vaultra_worker.app import make_runner

PATHS = ("/readiness", "/metrics", "/recommendations", "/auth/me")
STARTS = 3


def reads(folder: Path, scale: float) -> list[Row]:
    """Signed in, one process; the baseline is the same server with the same authentication and one raw query."""
    count = int(2_000 * scale)
    with a_stage(folder) as stage, a_sandbox(folder) as sandbox, a_queue(folder) as redis_url:
        settings = msgspec.structs.replace(
            stage, stripe_api_base=sandbox.url, stripe_connect_base=sandbox.url, redis_url=redis_url
        )
        token = run(lambda: _with_a_score(settings))
        headers = {"Authorization": f"Bearer {token}"}
        with an_api(settings, folder, ("bench.one_query",)) as (port, _):
            request = get("/api/v1/one-query", **headers)
            run_load(port, [request], repeat=200)
            baseline = statistics.median(run_load(port, [request], repeat=count).rate for _ in range(3))
        rows = []
        with an_api(settings, folder) as (port, process):
            idle = resident_mib(process)
            for path in PATHS:
                request = get(f"/api/v1{path}", **headers)
                run_load(port, [request], repeat=200)
                loads = [run_load(port, [request], repeat=count) for _ in range(3)]
                rows.append(
                    Row(
                        name=f"API read {path}",
                        value=statistics.median(load.rate for load in loads),
                        unit="requests/s",
                        baseline=baseline,
                        goal=Goal("ratio", ">=", 0.6),
                        note=f"p99 {statistics.median(load.p99 for load in loads):.0f} ms",
                    )
                )
            loaded = resident_mib(process)
    answers = len(PATHS) * (3 * count + 200)
    bound = Goal("value", "<=", 150)
    return [
        *rows,
        Row(name="memory of the API, idle", value=idle, unit="MiB", goal=bound),
        Row(name="memory of the API, after load", value=loaded, unit="MiB", goal=bound, note=f"{answers:,} answers"),
    ]


async def _with_a_score(settings: Settings) -> str:
    """The token of somebody whose business has a whole history."""
    async with a_container(settings) as container:
        token, caller, _ = await an_owner(container)
        await connect(container, caller, "thrive")
        runner = await make_runner(container)
        for job in Job:
            await runner.run(job)
        return token


def starting(folder: Path, scale: float) -> list[Row]:
    """From the start of the process to its first answer, on a database that is there."""
    del scale
    with a_stage(folder) as settings:
        seconds = []
        for _ in range(STARTS):
            began = time.perf_counter()
            with an_api(settings, folder):
                seconds.append(time.perf_counter() - began)
    return [Row(name="start of the API", value=statistics.median(seconds), unit="s", goal=Goal("value", "<=", 2))]

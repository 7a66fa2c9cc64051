"""Import one connected account in a process of its own, whose memory then is the import's alone.

`python -m bench.import_once`, with the product's settings in the environment; prints what it took as JSON.
"""

import asyncio
import datetime as dt
import json
import resource
import time
from pathlib import Path

from bench.stage import a_container, run
from vaultra_cli.environment import settings_for
from vaultra_cli.memory import give_memory_back, settle_collector
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.use_cases.sync_stripe import LEASE_SECONDS, SyncStripe


async def _main() -> dict[str, object]:
    async with a_container(settings_for()) as container:
        sync = await container.get(SyncStripe)
        async with (await container.get(UnitOfWorkFactory))() as work:
            leased = await work.integrations.lease_due(dt.datetime.now(dt.UTC), seconds=LEASE_SECONDS)
            await work.commit()
        if leased is None:
            raise SystemExit("no account waits for its import")
        settle_collector()  # as a worker does
        memory: list[float] = []
        watching = asyncio.create_task(_watch(memory))
        began, burnt = time.perf_counter(), time.process_time()
        await sync.sync(*leased)
        seconds, cpu = time.perf_counter() - began, time.process_time() - burnt
        watching.cancel()
    return {
        "seconds": seconds,
        "cpu": cpu,
        "peak_mib": _peak_mib(),
        "memory_mib": memory,
    }


async def _watch(memory: list[float]) -> None:
    while True:
        await asyncio.sleep(1)
        pages = int(Path("/proc/self/statm").read_text().split()[1])  # noqa: ASYNC240 - no disk is behind it
        memory.append(pages * resource.getpagesize() / 2**20)


def _peak_mib() -> float:
    """Of this program. What `getrusage` says began before it, with the memory of whoever started it."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    give_memory_back()  # as a worker does
    print(json.dumps(run(_main)))

"""A worker's process that applies what waits in the inbox, each time it is told to: `a_worker` starts one.

It reads a line for each time, and answers with the CPU seconds that it took. The first time is for warming up.
"""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator

import uvloop

from bench.stage import a_container, environment_of
from vaultra_adapters.settings import Settings
from vaultra_cli.environment import settings_for
from vaultra_cli.memory import settle_collector
from vaultra_core.use_cases.apply_events import ApplyEvents


@contextlib.contextmanager
def a_worker(settings: Settings) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "bench.apply_once"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment_of(settings)) as process:
        yield process
        process.communicate()  # its input ends, and so does it


def begin(worker: "subprocess.Popen[str]") -> None:
    assert worker.stdin is not None
    worker.stdin.write("apply\n")
    worker.stdin.flush()


def finished(worker: "subprocess.Popen[str]") -> float:
    """Wait until it is; the CPU seconds that it took."""
    assert worker.stdout is not None
    answer = worker.stdout.readline()
    if not answer:
        raise RuntimeError("the worker ended")
    return float(answer)


async def _main() -> None:
    async with a_container(settings_for()) as container:
        apply = await container.get(ApplyEvents)
        settle_collector()  # as a worker does
        for _ in sys.stdin:
            burnt = time.process_time()
            await apply.execute()
            print(time.process_time() - burnt, flush=True)


if __name__ == "__main__":
    uvloop.run(_main())

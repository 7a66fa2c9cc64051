"""`vaultra sweep`: what the worker's jobs compute, for every business where it is due, over several processes."""

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Final
from uuid import UUID

import msgspec
import uvloop
from dishka import AsyncContainer

from vaultra_adapters.postgres.engine import JOB_STATEMENT_TIMEOUT
from vaultra_adapters.settings import Settings
from vaultra_adapters.wiring import make_container
from vaultra_cli.environment import database, settings_for
from vaultra_cli.logs import set_up_logging
from vaultra_cli.memory import settle_collector
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.use_cases.compute_metrics import ComputeMetrics
from vaultra_core.use_cases.drain import BATCH, batches, failures, fair_size

EVERY: Final = 2.0  # seconds between two log lines


class Swept(msgspec.Struct, frozen=True):
    """How many businesses were due, and how many of them failed (the log says why). The time counts from the first
    batch on: before, the processes start."""

    businesses: int
    failed: int
    seconds: float


def sweep(options: argparse.Namespace) -> int:
    settings = settings_for()
    set_up_logging(settings)
    with database(settings) as ready, _progress() as show:
        swept = run_sweep(ready, options.processes, show)
    rate = swept.businesses / max(swept.seconds, 0.001)
    text = f"{swept.businesses:,} businesses in {swept.seconds:.1f} s, {rate:,.0f} a second; {swept.failed:,} failed"
    print(json.dumps(msgspec.to_builtins(swept)) if options.json else text)
    return 1 if swept.failed else 0


def run_sweep(settings: Settings, processes: int, show: Callable[[int, int], None], at_once: int = BATCH) -> Swept:
    """Bring every business that is due up to date; `show` is told how many of them are done.

    Processes share the work by batches. Workers that are at it meanwhile do no harm: whoever holds a business computes
    it, and the other finds nothing due.
    """
    due = uvloop.run(_due(settings))
    done = failed = 0
    first = time.monotonic()
    # A fork of this process would share the database's connections. A server that has nothing but the modules loads
    # them once for all, and its forks begin together.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with ProcessPoolExecutor(processes, context, initializer=_start, initargs=(settings,)) as pool:
        parts = batches(due, fair_size(len(due), processes, at_once))
        for part, (began, count) in zip(parts, pool.map(_compute, parts), strict=True):
            first = began if done == 0 else min(first, began)
            done, failed = done + len(part), failed + count
            show(done, len(due))
        ended = time.monotonic()
    return Swept(len(due), failed, ended - first)


async def _due(settings: Settings) -> list[UUID]:
    container = _container(settings)
    try:
        clock = await container.get(Clock)
        unit_of_work: UnitOfWorkFactory = await container.get(UnitOfWorkFactory)
        async with unit_of_work() as work:
            return await work.computations.due_for_metrics(clock.now(), limit=2**31)
    finally:
        await container.close()


class _Process:
    """What a process of the pool keeps from one batch to the next."""

    runner: asyncio.Runner
    compute_metrics: ComputeMetrics


def _start(settings: Settings) -> None:
    set_up_logging(settings)
    _Process.runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    _Process.compute_metrics = _Process.runner.run(_container(settings).get(ComputeMetrics))
    # No business at all opens a connection and gets all statements ready, while other processes still start.
    _Process.runner.run(_Process.compute_metrics.compute([]))
    settle_collector()


def _compute(batch: Sequence[UUID]) -> tuple[float, int]:
    """When it began (a clock that all processes share), and how many failed."""
    return time.monotonic(), len(_Process.runner.run(failures(batch, _Process.compute_metrics.compute)))


def _container(settings: Settings) -> AsyncContainer:
    return make_container(settings, application="vaultra-sweep", statement_timeout=JOB_STATEMENT_TIMEOUT, pool_size=2)


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, log lines elsewhere."""
    if sys.stderr.isatty():
        from rich.console import Console  # noqa: PLC0415 - an extra, and only terminals need it
        from rich.progress import Progress  # noqa: PLC0415

        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("businesses", total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)
        return
    last = time.monotonic()

    def log(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= EVERY:
            last = time.monotonic()
            print(f"{done:,} of {total:,} businesses", file=sys.stderr, flush=True)

    yield log

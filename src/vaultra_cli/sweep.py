"""`vaultra sweep`: what the worker's jobs compute, for every business where it is due, over several processes."""

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.synchronize import Barrier
from types import TracebackType
from typing import Final, Self
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
from vaultra_core.errors import Unavailable
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.use_cases.compute_metrics import ComputeMetrics
from vaultra_core.use_cases.drain import BATCH, batches, failures, fair_size

PROGRESS_EVERY: Final = 2.0  # seconds between two log lines
START_TIMEOUT: Final = 60.0  # seconds until all processes are ready

Show = Callable[[int, int], None]  # how many are done, of how many


class Swept(msgspec.Struct, frozen=True):
    """How many businesses were due, and how many of them failed (the log says why). The time counts from the look for
    what is due; the processes were ready by then."""

    businesses: int
    failed: int
    seconds: float


def sweep(options: argparse.Namespace) -> int:
    settings = settings_for()
    set_up_logging(settings)
    with database(settings) as ready, Sweep(ready, options.processes) as sweeping, _progress() as show:
        swept = sweeping.run(show)
    rate = swept.businesses / max(swept.seconds, 0.001)
    text = f"{swept.businesses:,} businesses in {swept.seconds:.1f} s, {rate:,.0f} a second; {swept.failed:,} failed"
    print(json.dumps(msgspec.to_builtins(swept)) if options.json else text)
    return 1 if swept.failed else 0


class Sweep:
    """Processes that bring businesses up to date: `with Sweep(settings, 2) as sweep: sweep.run(show)`, as often as
    there is something to do.

    They share the work by batches. Workers that are at it meanwhile do no harm: whoever holds a business computes it,
    and the other finds nothing due.
    """

    def __init__(self, settings: Settings, processes: int | None = None) -> None:
        """One process more than there are cores, if none are given: each waits for its database a third of its time."""
        self._settings = settings
        self._processes = processes or (os.cpu_count() or 1) + 1

    def __enter__(self) -> Self:
        # A fork of this process would share the database's connections. A server that has nothing but the modules loads
        # them once for all.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        all_ready = context.Barrier(self._processes, timeout=START_TIMEOUT)
        with contextlib.ExitStack() as stack:
            self._runner = stack.enter_context(asyncio.Runner(loop_factory=uvloop.new_event_loop))
            self._container = _container(self._settings)
            stack.callback(lambda: self._runner.run(self._container.close()))
            pool = ProcessPoolExecutor(
                self._processes, context, initializer=_start, initargs=(self._settings, all_ready)
            )
            self._pool = stack.enter_context(pool)
            # Each batch of none asks for a process, and none of these is free before all are ready.
            try:
                for _ in pool.map(_compute, [[]] * self._processes):
                    pass
            except BrokenProcessPool:
                message = (
                    f"Not all of {self._processes} processes could start (the log says why); each needs a connection."
                )
                raise Unavailable(message, dependency="database") from None
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def run(self, show: Show, at_once: int = BATCH) -> Swept:
        """Bring every business that is due up to date; `show` is told how many of them are done."""
        began = time.monotonic()
        due = self._runner.run(self._due())
        parts = batches(due, fair_size(len(due), self._processes, at_once))
        done = failed = 0
        for part, count in zip(parts, self._pool.map(_compute, parts), strict=True):
            done, failed = done + len(part), failed + count
            show(done, len(due))
        return Swept(len(due), failed, time.monotonic() - began)

    async def _due(self) -> list[UUID]:
        clock = await self._container.get(Clock)
        unit_of_work: UnitOfWorkFactory = await self._container.get(UnitOfWorkFactory)
        async with unit_of_work() as work:
            return await work.computations.due_for_metrics(clock.now(), limit=2**31)


class _Process:
    """What a process of the pool keeps from one batch to the next."""

    runner: asyncio.Runner
    compute_metrics: ComputeMetrics


def _start(settings: Settings, all_ready: Barrier) -> None:
    set_up_logging(settings)
    _Process.runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    _Process.compute_metrics = _Process.runner.run(_container(settings).get(ComputeMetrics))
    # No business at all opens a connection and gets all statements ready.
    _Process.runner.run(_Process.compute_metrics.compute([]))
    settle_collector()
    all_ready.wait()


def _compute(batch: Sequence[UUID]) -> int:
    """How many failed."""
    return len(_Process.runner.run(failures(batch, _Process.compute_metrics.compute)))


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
        if time.monotonic() - last >= PROGRESS_EVERY:
            last = time.monotonic()
            print(f"{done:,} of {total:,} businesses", file=sys.stderr, flush=True)

    yield log

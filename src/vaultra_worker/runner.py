"""Runs jobs: woken by the queue, and by a sweep that asks the database what was missed."""

import asyncio
import datetime as dt
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping

from vaultra_core.errors import Unavailable
from vaultra_core.ports.runtime import Job

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 10.0
STOPPING_SECONDS, STOPPING_TIMES = 2.0, 5  # how long a job may take to let go, and how often it is told to


class JobRunner:
    """Runs each job when asked, so many at a time; who asks while all places are taken gets one more run afterwards.

    Jobs find their own work in the database and are safe to run twice and in parallel, so a wake-up that is lost,
    doubled or late does no harm.
    """

    def __init__(
        self, jobs: Mapping[Job, Callable[[], Awaitable[int]]], *, at_once: Mapping[Job, int] | None = None
    ) -> None:
        self._jobs = jobs
        self._at_once = at_once or {}
        self._running: Counter[Job] = Counter()
        self._again: set[Job] = set()
        self._swept: set[asyncio.Task[None]] = set()
        self._under_way: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def run(self, job: Job) -> None:
        if self._stopping:
            return
        if self._running[job] >= self._at_once.get(job, 1):
            self._again.add(job)
            return
        self._running[job] += 1
        try:
            while True:
                self._again.discard(job)
                task = asyncio.create_task(self._run_once(job))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)
                await asyncio.gather(task, return_exceptions=True)  # one that `stop` has cancelled is no error here
                if self._stopping or job not in self._again:
                    return
        finally:
            self._running[job] -= 1

    async def _run_once(self, job: Job) -> None:
        started = asyncio.get_running_loop().time()
        try:
            count = await self._jobs[job]()
        except Unavailable as error:
            logger.warning("%s: %s", job, error.message)
        except Exception:
            logger.exception("%s failed; the sweep will try again", job)
        else:
            if count:
                took = asyncio.get_running_loop().time() - started
                logger.info("%s: %d in %.2f s", job, count, took)

    async def stop(self) -> None:
        """Cancel what is under way, and return when it has let go of what it held; nothing begins afterwards.

        Jobs are safe to break off anywhere, and what was left undone is still due.
        """
        self._stopping = True
        await end(self._under_way)

    async def sweep_forever(self, seconds: float = SWEEP_SECONDS) -> None:
        """Run every job in turn, again and again: the net under every wake-up that got lost."""
        while True:
            for job in Job:
                # Not waited for: an import of an hour must not keep the others from being swept.
                task = asyncio.create_task(self.run(job))
                self._swept.add(task)  # the loop itself keeps no task alive
                task.add_done_callback(self._swept.discard)
                # Not `wait_for`: cancelled in the moment in which the job ends, it forgets that it was (Python 3.11).
                await asyncio.wait({task}, timeout=1)
            await asyncio.sleep(seconds)


async def end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel tasks until they have ended. A library may lose a cancellation (`wait_for` of Python 3.11 does, and a
    receiver whose queue fails at that moment), so who is still there is told again, and not waited for for ever."""
    left = set(tasks)
    for _ in range(STOPPING_TIMES):
        if not left:
            return
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=STOPPING_SECONDS)
    if left:
        logger.warning("%d tasks did not stop in time", len(left))


def slot_of(now: dt.datetime) -> dt.datetime:
    """The schedule slot that a tick belongs to: its minute."""
    return now.replace(second=0, microsecond=0)

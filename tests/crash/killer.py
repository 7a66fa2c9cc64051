"""Kills: at random moments from outside, at named boundaries from inside, and what Redis holds all at once."""

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Final

from redis.exceptions import RedisError

from crash.boundaries import API, EDGES, WORKER
from crash.system import POSTGRES, REDIS, ROLES, System

TARGETS: Final = {
    "api": 5,
    "worker 1": 5,
    "worker 2": 5,
    "scheduler": 1,
    POSTGRES: 2,
    REDIS: 1,
}  # how often, relatively
HITS: Final = {"api": (1, 10, 40, 100, 250), "worker": (1, 1, 2, 3, 5, 8, 13)}  # when an armed boundary kills
ARMED: Final = 0.75  # share of starts with a boundary ahead
PATIENCE: Final = 4.0  # seconds in which an armed process is left to reach its boundary
FLUSHED: Final = 0.1  # share of rounds with a FLUSHALL
QUIET: Final = 0.05  # share of rounds with a quiet time, in which something is killed or flushed all the same
RANDOM: Final = "at random"


class Killer:
    """`await kill()` that many times, while `keep_up` restarts what has ended."""

    def __init__(
        self, system: System, *, kills: int, seed: int, deadline: float, may_go: Callable[[], Awaitable[None]]
    ) -> None:
        self.kills: Counter[tuple[str, str]] = Counter()  # by process, and boundary or RANDOM
        self.flushed = 0  # messages that a FLUSHALL took, waiting or acknowledged
        self.flushes = 0
        self.exits: Counter[str] = Counter()  # processes that ended by themselves, e.g. for want of a database
        self.quiet = False
        self.over = False
        self.last_start = time.monotonic()
        self._system = system
        self._wanted = kills
        self._deadline = deadline
        self._may_go = may_go
        self._chance = random.Random(f"kills {seed}")
        self._due: dict[str, float] = {}  # when what has ended is started again
        self._spared_until = 0.0

    @property
    def done(self) -> int:
        return self.kills.total()

    @property
    def fraction(self) -> float:
        return 1.0 if self.over or not self._wanted else min(1.0, self.done / self._wanted)

    async def kill(self) -> None:
        """Until there were enough kills or the time is over. Afterwards everything runs, and nothing is armed."""
        while self.done < self._wanted and time.monotonic() < self._deadline:
            await self._may_go()
            await asyncio.sleep(self._chance.uniform(0.05, 0.8))
            if self._chance.random() < FLUSHED:
                await self._flush()
            if self._chance.random() < QUIET:
                await self._kill_in_the_quiet()
            else:
                await self._kill_one()
        self.over = True
        await self._disarm()

    async def _kill_in_the_quiet(self) -> None:
        """No traffic that would wake anybody: what is left over is found by a sweep or not at all."""
        self.quiet = True
        await asyncio.sleep(self._chance.uniform(0, 0.3))
        await self._flush()
        await self._kill_one()
        await asyncio.sleep(self._chance.uniform(1, 3))
        self.quiet = False

    async def _flush(self) -> None:
        with contextlib.suppress(RedisError):
            self.flushed += await asyncio.to_thread(self._system.flush_redis)
            self.flushes += 1

    async def _kill_one(self) -> None:
        (target,) = self._chance.choices(list(TARGETS), weights=list(TARGETS.values()))
        if target in ROLES:
            member = self._system.members[target]
            if not member.alive or (member.armed and time.monotonic() - member.since < PATIENCE):
                return
            member.armed = None
        self._system.kill(target)
        self.kills[target, RANDOM] += 1
        if target == REDIS:
            await asyncio.sleep(self._chance.uniform(0, 1.5))
            await asyncio.to_thread(self._system.start_redis)
            self.last_start = time.monotonic()
        elif target == POSTGRES:
            self.last_start = time.monotonic()

    async def keep_up(self) -> None:
        """Count what has ended, and start it again after a random short pause. Runs until it is cancelled."""
        while True:
            await asyncio.sleep(0.02)
            for name, member in self._system.members.items():
                if member.alive:
                    continue
                if name not in self._due:
                    self._count(name, member.process.exitcode, member.armed)
                    self._due[name] = time.monotonic() + self._chance.uniform(0, 0.8)
                elif time.monotonic() >= self._due[name]:
                    del self._due[name]
                    self._system.start(name, None if self.over else self._boundary(name))
                    self.last_start = time.monotonic()

    def _count(self, name: str, code: int | None, armed: str | None) -> None:
        if code != -9:
            self.exits[name] += 1
        elif armed is not None:
            self.kills[name, armed.rpartition(":")[0]] += 1

    def _boundary(self, name: str) -> str | None:
        points = {"api": API, "worker": WORKER}.get(ROLES[name])
        if points is None or self._chance.random() > ARMED:
            return None
        point, edge, hits = map(self._chance.choice, (list(points), EDGES, HITS[ROLES[name]]))
        return f"{point}:{edge}:{hits}"

    async def _disarm(self) -> None:
        for name, member in self._system.members.items():
            if member.alive and member.armed:
                member.armed = None
                self._system.kill(name)
                self.kills[name, RANDOM] += 1
        await until(lambda: not self._due and all(member.alive for member in self._system.members.values()))


async def until(check: Callable[[], bool]) -> None:
    """Look again and again: what is waited for happens in other processes, which set no event here."""
    while not check():  # noqa: ASYNC110 - for that reason
        await asyncio.sleep(0.02)

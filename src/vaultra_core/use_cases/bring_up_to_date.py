import asyncio
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

import msgspec

from vaultra_core.domain.activity import History
from vaultra_core.domain.recommendations.base import Recommendation
from vaultra_core.domain.recommendations.lifecycle import reconcile
from vaultra_core.domain.results import Results, compute
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import Computation, UnitOfWork, UnitOfWorkFactory
from vaultra_core.use_cases.plan_computation import Plan, Task, find_task, plan

MOST_DAYS: Final = 400  # of all businesses of one transaction: so many results are in memory at a time


class BringUpToDate:
    """Bring the snapshots, scores and recommendations of some businesses up to date, many in one transaction.

    Their days are read in one statement and everything that follows from them is written in one statement a table. What
    is due stands in each business's computation; a business where nothing is due is left alone. A batch of none goes
    through the same statements: that is how a process gets ready for the first real one.
    """

    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock, *, rulebook: str) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._rulebook = rulebook

    async def execute(self, businesses: Sequence[UUID]) -> None:
        """Until nothing is due for them. Those that somebody else works on come last, and are waited for."""
        left = await self._some(businesses, wait=False)
        held = left.held
        while left.unfinished:
            left = await self._some(left.unfinished, wait=False)
            held = held + left.held
        for business_id in held:
            while (await self._some([business_id], wait=True)).unfinished:
                pass

    async def _some(self, businesses: Sequence[UUID], *, wait: bool) -> "_Left":
        now = self._clock.now()
        async with self._unit_of_work() as work:
            computations = await work.computations.lock_several(businesses, wait=wait)
            subjects = await work.computations.subjects([each.business_id for each in computations])
            tasks = list[Task]()
            postponed, days = [], 0
            for computation in sorted(computations, key=lambda each: businesses.index(each.business_id)):
                task = find_task(computation, subjects[computation.business_id], now)
                if task is None:
                    continue
                if days >= MOST_DAYS:
                    postponed.append(computation.business_id)
                    continue
                await _forget_later_days(work, task)
                tasks.append(task)
                days += task.most_days
            finished = await self._compute(work, tasks, now)
            # Results and what is due of them are one: should a crash take them away, they are due as before.
            await work.commit(durable=False)
        unfinished = [each.business_id for each in finished if each.metrics_from or each.readiness_from]
        held = set(businesses) - {each.business_id for each in computations}
        # Each gets its turn: whoever has not had one comes before whoever needs another.
        return _Left(postponed + unfinished, sorted(held))

    async def _compute(self, work: UnitOfWork, tasks: Sequence[Task], now: dt.datetime) -> list[Computation]:
        histories = await work.histories.read({task.business_id: task.since for task in tasks})
        plans = [plan(task, histories[task.business_id].first_day) for task in tasks]
        results = await asyncio.to_thread(_results, plans, histories, self._rulebook)
        await work.snapshots.save({business: each.snapshots for business, each in results.items()}, now)
        await work.scores.save({business: each.assessments for business, each in results.items()}, now)
        standing = await work.recommendations.hold(list(results))
        await work.recommendations.put(list(_reconciled(results, standing, now)))
        computations = [each.computation for each in plans]
        await work.computations.save_several(computations)
        return computations


class _Left(msgspec.Struct, frozen=True):
    """Businesses where more is due, and those that somebody else holds."""

    unfinished: list[UUID]
    held: list[UUID]


def _results(plans: Sequence[Plan], histories: dict[UUID, History], rulebook: str) -> dict[UUID, Results]:
    """The histories are let go one by one: what was summed up of one takes seven times its memory, and the next finds
    that memory still in the processor's cache."""
    return {
        each.computation.business_id: compute(
            histories.pop(each.computation.business_id),
            measured=each.measured,
            scored=each.scored,
            advised=each.as_of,
            rulebook=rulebook,
        )
        for each in plans
    }


def _reconciled(
    results: Mapping[UUID, Results], standing: Mapping[UUID, Sequence[Recommendation]], now: dt.datetime
) -> Iterator[Recommendation]:
    for business_id, each in results.items():
        new, changed = reconcile(business_id, standing[business_id], each.advice, now)
        yield from new
        yield from (after for _, after in changed)


async def _forget_later_days(work: UnitOfWork, task: Task) -> None:
    """The time zone was changed: what was over there is not over here."""
    before = task.computation.metrics_as_of
    if before is not None and before > task.as_of:
        await work.snapshots.drop_after(task.business_id, task.as_of)
        await work.scores.drop_after(task.business_id, task.as_of)

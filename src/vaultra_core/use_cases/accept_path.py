import asyncio

import msgspec

from vaultra_core.domain.readiness.path import Path, Step, path
from vaultra_core.domain.recommendations.base import Recommendation, Status
from vaultra_core.domain.recommendations.catalogue import FACTORS_OF
from vaultra_core.identity import Caller
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import TenantUnitOfWorkFactory
from vaultra_core.use_cases.standing import load_standing


class Plan(msgspec.Struct, frozen=True):
    """A path, the open recommendations that lead along it, all of them accepted now, and the steps without one."""

    path: Path
    recommendations: list[Recommendation]
    without: list[Step]


class AcceptPath:
    """Take the cheapest path to a score as the plan: accept the recommendations that its steps are about."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, clock: Clock, *, rulebook: str) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._rulebook = rulebook

    async def execute(self, caller: Caller, target: int | None) -> Plan:
        """To the next tier when no target is named. What was accepted before stays so: asking twice changes nothing.

        A step is without a recommendation when the owner has dismissed it, or when it is not written yet. Raise
        `NotFound` with `details["reason"]` without a score, `Conflict` when somebody decides one at the same time.
        """
        async with self._unit_of_work(caller) as work:
            standing = await load_standing(work, caller)
        found = await asyncio.to_thread(path, standing.history, standing.as_of, target, self._rulebook)
        assert found is not None  # a standing has a first charge
        steps = {step.factor: step for step in found.steps}
        now = self._clock.now()
        async with self._unit_of_work(caller) as work:
            chosen = []
            for each in await work.recommendations.list(caller.business_id):
                factors = FACTORS_OF.get(each.advice.key, frozenset()) & steps.keys()
                if not factors or not each.is_open:
                    continue
                if each.status is Status.PENDING:
                    accepted = msgspec.structs.replace(each, status=Status.ACCEPTED, updated_at=now)
                    await work.recommendations.save(accepted, expected=Status.PENDING)
                    chosen.append(accepted)
                else:
                    chosen.append(each)
            await work.commit()
        led = frozenset[str]().union(*(FACTORS_OF[each.advice.key] for each in chosen))
        return Plan(found, chosen, [step for step in found.steps if step.factor not in led])

from collections.abc import Mapping

import msgspec

from vaultra_core.domain.readiness.assessment import Assessment
from vaultra_core.domain.readiness.scoring import assess
from vaultra_core.domain.readiness.what_if import simulate
from vaultra_core.identity import Caller
from vaultra_core.ports.storage import TenantUnitOfWorkFactory
from vaultra_core.use_cases.standing import load_standing


class WhatIf(msgspec.Struct, frozen=True):
    """A score as it is and as it would be."""

    now: Assessment
    then: Assessment


class SimulateReadiness:
    """The score of a business if some of its metrics were different."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, *, rulebook: str) -> None:
        self._unit_of_work = unit_of_work
        self._rulebook = rulebook

    async def execute(self, caller: Caller, changes: Mapping[str, float]) -> WhatIf:
        """Raise as `simulate` does, and `NotFound` with `details["reason"]` when there is no score yet."""
        async with self._unit_of_work(caller) as work:
            standing = await load_standing(work, caller)
        now = assess(standing.history, standing.as_of, self._rulebook)
        then = simulate(standing.history, standing.as_of, changes, self._rulebook)
        assert now is not None and then is not None  # a standing has a first charge
        return WhatIf(now, then)

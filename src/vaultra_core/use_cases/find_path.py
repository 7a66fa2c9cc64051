import asyncio

from vaultra_core.domain.readiness.path import Path, path
from vaultra_core.identity import Caller
from vaultra_core.ports.storage import TenantUnitOfWorkFactory
from vaultra_core.use_cases.standing import load_standing


class FindPath:
    """The least effort that brings a business to a score."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, *, rulebook: str) -> None:
        self._unit_of_work = unit_of_work
        self._rulebook = rulebook

    async def execute(self, caller: Caller, target: int | None) -> Path:
        """To the next tier when no target is named. Raise `NotFound` with `details["reason"]` without a score."""
        async with self._unit_of_work(caller) as work:
            standing = await load_standing(work, caller)
        found = await asyncio.to_thread(path, standing.history, standing.as_of, target, self._rulebook)
        assert found is not None  # a standing has a first charge
        return found

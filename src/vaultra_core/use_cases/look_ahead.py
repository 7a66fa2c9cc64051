import asyncio

import msgspec

from vaultra_core.domain.readiness.outlook import Outlook, outlook
from vaultra_core.identity import Caller
from vaultra_core.ports.storage import TenantUnitOfWorkFactory
from vaultra_core.use_cases.standing import load_standing


class Ahead(msgspec.Struct, frozen=True):
    """An outlook, and the currency of its amounts."""

    outlook: Outlook
    currency: str


class LookAhead:
    """What becomes of a business's score if nothing changes."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, *, rulebook: str) -> None:
        self._unit_of_work = unit_of_work
        self._rulebook = rulebook

    async def execute(self, caller: Caller, days: int) -> Ahead:
        """Raise as `outlook` does, and `NotFound` with `details["reason"]` when there is no score yet."""
        async with self._unit_of_work(caller) as work:
            standing = await load_standing(work, caller)
        found = await asyncio.to_thread(outlook, standing.history, standing.as_of, days, self._rulebook)
        assert found is not None  # a standing has a first charge
        return Ahead(found, standing.business.currency)

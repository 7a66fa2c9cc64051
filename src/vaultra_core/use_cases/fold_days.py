from uuid import UUID

import msgspec

from vaultra_core.ports.storage import UnitOfWorkFactory

DAYS = 90  # folded in one transaction: enough to be quick, few enough to stay short and small


class FoldDays:
    """Fold a business's dirty days anew from its ledger."""

    def __init__(self, unit_of_work: UnitOfWorkFactory) -> None:
        self._unit_of_work = unit_of_work

    async def execute(self, business_id: UUID) -> None:
        while await self._fold_some(business_id):
            pass

    async def _fold_some(self, business_id: UUID) -> bool:
        """Fold up to DAYS dirty days; whether there may be more."""
        async with self._unit_of_work() as work:
            computation = await work.computations.lock(business_id)
            business = await work.businesses.get(business_id)
            dirty = await work.activity.take_dirty(business_id, limit=DAYS)
            if business is None or not dirty:
                return False
            await work.activity.fold(business, dirty)
            changed = min(dirty)
            changed = min(changed, computation.metrics_from) if computation.metrics_from else changed
            await work.computations.save(msgspec.structs.replace(computation, metrics_from=changed))
            # The marks go with what was folded: should a crash take both back, the days are folded again.
            await work.commit(durable=False)
        return len(dirty) == DAYS

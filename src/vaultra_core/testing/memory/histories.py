import datetime as dt
from collections.abc import Mapping
from uuid import UUID

from vaultra_core.domain.activity import History
from vaultra_core.testing.memory.ledger import MemoryActivity, MemoryLedger
from vaultra_core.testing.memory.transaction import MemoryCollection


class MemoryHistories(MemoryCollection):
    async def read(self, since: Mapping[UUID, dt.date | None]) -> dict[UUID, History]:
        known = self._rows("businesses")
        return {business: await self._read(business, first) for business, first in since.items() if business in known}

    async def _read(self, business_id: UUID, first: dt.date | None) -> History:
        business = self._rows("businesses")[business_id]
        days = await MemoryActivity(self._transaction).history(business_id)
        subscriptions = await MemoryLedger(self._transaction).subscriptions(business_id)
        return History(
            currency=business.currency,
            timezone=business.timezone,
            days=tuple(day for day in days if first is None or day.day >= first),
            subscriptions=tuple(subscriptions),
            first_sale=next((day.day for day in days if day.charge_count), None),
        )

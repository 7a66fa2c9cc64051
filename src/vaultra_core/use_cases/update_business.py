import datetime as dt
from typing import Any

import msgspec

from vaultra_core.domain.accounts import Business
from vaultra_core.errors import NotFound
from vaultra_core.identity import Caller, Role
from vaultra_core.periods import local_day
from vaultra_core.ports.runtime import Clock, Job, JobQueue
from vaultra_core.ports.storage import TenantUnitOfWorkFactory, UnitOfWork


class UpdateBusiness:
    """Change a business's profile. A new currency or time zone means new days: all of them are folded again."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, clock: Clock, queue: JobQueue) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._queue = queue

    async def execute(self, caller: Caller, **changes: Any) -> Business:
        caller.require(Role.ADMIN)
        async with self._unit_of_work(caller) as work:
            before = await work.businesses.get(caller.business_id)
            if before is None:
                raise NotFound("No such business.")
            moved = before.in_currency(changes.pop("currency", before.currency))
            business = msgspec.structs.replace(moved, updated_at=self._clock.now(), **changes)
            await work.businesses.save(business)
            refold = (before.currency, before.timezone) != (business.currency, business.timezone)
            if refold:
                await mark_all_days(work, business)
            await work.commit()
        if refold:
            self._queue.wake(Job.COMPUTE_METRICS)
        return business


async def mark_all_days(work: UnitOfWork, business: Business) -> None:
    """Mark every day that holds activity, and its neighbours: another time zone moves a moment by a day at most."""
    await work.computations.lock(business.id)
    span = await work.ledger.span(business.id)
    if span is None:
        return
    first, last = (local_day(moment, business.timezone) for moment in span)
    days = (last - first).days + 3
    await work.activity.mark_dirty(business.id, [first + dt.timedelta(n - 1) for n in range(days)])

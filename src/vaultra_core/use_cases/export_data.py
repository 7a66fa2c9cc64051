from collections.abc import AsyncIterator
from uuid import UUID

from vaultra_core.domain.audit import AuditAction, audited
from vaultra_core.identity import Caller, Role
from vaultra_core.ports.holdings import Rows
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import TenantUnitOfWorkFactory


class ExportData:
    """Hand out all that is stored, table by table, in batches. That it was handed out is written down first."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def of_business(self, caller: Caller) -> AsyncIterator[tuple[str, Rows]]:
        """Take the batches quickly: they come from one open transaction."""
        caller.require(Role.OWNER)
        entry = audited(
            AuditAction.BUSINESS_EXPORTED, self._clock.now(), actor_id=caller.user_id, business_id=caller.business_id
        )
        async with self._unit_of_work(caller) as work:
            await work.audit.add(entry)
            await work.commit()
        async with self._unit_of_work(caller) as work:
            async for batch in work.holdings.of_business(caller.business_id):
                yield batch

    async def of_user(self, user_id: UUID) -> AsyncIterator[tuple[str, Rows]]:
        """What is stored about the person. Take the batches quickly, as above."""
        async with self._unit_of_work(user_id) as work:
            await work.audit.add(audited(AuditAction.USER_EXPORTED, self._clock.now(), actor_id=user_id))
            await work.commit()
        async with self._unit_of_work(user_id) as work:
            async for batch in work.holdings.of_user(user_id):
                yield batch

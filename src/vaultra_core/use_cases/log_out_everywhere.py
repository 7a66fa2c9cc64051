from uuid import UUID

from vaultra_core.domain.audit import AuditAction, audited
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import TenantUnitOfWorkFactory


class LogOutEverywhere:
    """End all of a person's sessions, the one that asks included."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def execute(self, user_id: UUID) -> None:
        async with self._unit_of_work(user_id) as work:
            await work.sessions.remove_all(user_id)
            await work.audit.add(audited(AuditAction.SIGNED_OUT_EVERYWHERE, self._clock.now(), actor_id=user_id))
            await work.commit()

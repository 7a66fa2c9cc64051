from uuid import UUID

from vaultra_core.domain.audit import AuditAction, audited
from vaultra_core.errors import NotFound
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import TenantUnitOfWorkFactory


class EndSession:
    """Sign one of a person's browsers out, from another one."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def execute(self, user_id: UUID, session_id: UUID) -> None:
        """Raise `NotFound` when they have no such session."""
        async with self._unit_of_work(user_id) as work:
            if not await work.sessions.remove(user_id, session_id):
                raise NotFound("There is no such session.")
            await work.audit.add(audited(AuditAction.SIGNED_OUT, self._clock.now(), actor_id=user_id))
            await work.commit()

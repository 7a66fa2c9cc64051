from uuid import UUID

from vaultra_core.domain.audit import AuditAction, audited
from vaultra_core.errors import NotFound
from vaultra_core.identity import Caller, Role
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import TenantUnitOfWorkFactory


class RevokeInvitation:
    """Take an invitation back. Its link is dead from then on."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def execute(self, caller: Caller, invitation_id: UUID) -> None:
        caller.require(Role.OWNER)
        async with self._unit_of_work(caller) as work:
            if not await work.invitations.remove(caller.business_id, invitation_id):
                raise NotFound("No such invitation.")
            await work.audit.add(
                audited(
                    AuditAction.INVITATION_REVOKED,
                    self._clock.now(),
                    actor_id=caller.user_id,
                    business_id=caller.business_id,
                    target=str(invitation_id),
                )
            )
            await work.commit()

from uuid import UUID

import msgspec

from vaultra_core.domain.audit import AuditAction, audited
from vaultra_core.errors import Conflict
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import UnitOfWorkFactory


class EraseUser:
    """Delete an account and all that is held of the person. Nothing stays but their entries of the audit log, which
    name them by a number that then leads nowhere."""

    # The system's own unit of work: mails that wait for the person are out of everybody's sight.
    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def execute(self, user_id: UUID) -> None:
        """Raise `Conflict` when a business would be left without an owner."""
        entry = msgspec.structs.replace(
            audited(AuditAction.USER_DELETED, self._clock.now(), actor_id=user_id), address=None
        )
        async with self._unit_of_work() as work:
            alone = await work.holdings.only_owner_of(user_id)
            if alone:
                raise Conflict(
                    "You are the only owner of a business: delete it, or make somebody else an owner, first.",
                    business_ids=[str(business) for business in alone],
                )
            await work.holdings.erase_user(user_id)
            await work.audit.add(entry)
            await work.commit()

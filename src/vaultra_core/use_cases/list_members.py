from vaultra_core.domain.members import Member, PendingInvitation
from vaultra_core.identity import Caller, Role
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import TenantUnitOfWorkFactory


class ListMembers:
    """Who belongs to the caller's business, and who has been asked to."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def execute(self, caller: Caller) -> list[Member]:
        """By role, owners first, then by name."""
        async with self._unit_of_work(caller) as work:
            return await work.members.of_business(caller.business_id)

    async def invitations(self, caller: Caller) -> list[PendingInvitation]:
        """Those that wait for an answer, newest first; for owners."""
        caller.require(Role.OWNER)
        async with self._unit_of_work(caller) as work:
            return await work.invitations.of_business(caller.business_id, self._clock.now())

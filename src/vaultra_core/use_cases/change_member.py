from uuid import UUID

from vaultra_core.domain.audit import AuditAction, audited
from vaultra_core.domain.members import Member
from vaultra_core.errors import Conflict, NotFound
from vaultra_core.identity import Caller, Role
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import TenantUnitOfWorkFactory, UnitOfWork


class ChangeMember:
    """Give a member another role, or take them out. A business always has an owner."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def execute(self, caller: Caller, user_id: UUID, role: Role) -> Member:
        """Raise `NotFound` for somebody who is no member, `Conflict` when no owner would be left."""
        caller.require(Role.OWNER)
        async with self._unit_of_work(caller) as work:
            before = await _held(work, caller, user_id, left_as=role)
            await work.members.change(caller.business_id, user_id, role)
            if before is not role:
                changed = {"before": before.value, "after": role.value}
                await self._note(work, AuditAction.ROLE_CHANGED, caller, user_id, changed)
            members = await work.members.of_business(caller.business_id)
            await work.commit()
        return next(member for member in members if member.user_id == user_id)

    async def remove(self, caller: Caller, user_id: UUID) -> None:
        """Anybody may leave by themselves. Raise as `execute` does."""
        if user_id != caller.user_id:
            caller.require(Role.OWNER)
        async with self._unit_of_work(caller) as work:
            before = await _held(work, caller, user_id, left_as=None)
            await work.members.remove(caller.business_id, user_id)
            await self._note(work, AuditAction.MEMBER_REMOVED, caller, user_id, {"before": before.value})
            await work.commit()

    async def _note(
        self, work: UnitOfWork, action: AuditAction, caller: Caller, user_id: UUID, details: dict[str, str]
    ) -> None:
        entry = audited(
            action,
            self._clock.now(),
            actor_id=caller.user_id,
            business_id=caller.business_id,
            target=str(user_id),
            **details,
        )
        await work.audit.add(entry)


async def _held(work: UnitOfWork, caller: Caller, user_id: UUID, *, left_as: Role | None) -> Role:
    """The member's role, while nobody else changes anybody's: two owners who leave at once are one after the other."""
    roles = await work.members.hold(caller.business_id)
    if user_id not in roles:
        raise NotFound("No such member.")
    after = {**roles, user_id: left_as}
    if Role.OWNER not in after.values():
        raise Conflict("A business needs an owner: make somebody else one first.", reason="last_owner")
    return roles[user_id]

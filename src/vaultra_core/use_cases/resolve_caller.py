from uuid import UUID

from vaultra_core.domain.audit import denied
from vaultra_core.errors import Forbidden, InvalidInput
from vaultra_core.identity import Caller, Person, Role
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import TenantUnitOfWorkFactory


class ResolveCaller:
    """The one way to act for a business: membership and role are checked before anything else is read. Who is refused
    is written down."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def execute(self, person: Person, business_id: UUID | None, minimum: Role) -> Caller:
        """The caller, for the business named or for the only one they have.

        Raise `Forbidden` for a business they are no member of (whether or not it exists) or when the role is too low,
        `InvalidInput` when they have several businesses, or none, and named none.
        """
        if business_id is None:
            if len(person.roles) != 1:
                reason = "several businesses" if person.roles else "no business yet"
                raise InvalidInput(f"You have {reason}: name the business_id.", field="business_id", reason=reason)
            (business_id,) = person.roles
        role = person.roles.get(business_id)
        try:
            if role is None:
                raise Forbidden("You are not a member of this business.")
            caller = Caller(user_id=person.user_id, business_id=business_id, role=role)
            caller.require(minimum)
        except Forbidden:
            await self._write_down(person.user_id, business_id, minimum)
            raise
        return caller

    async def _write_down(self, user_id: UUID, business_id: UUID, minimum: Role) -> None:
        async with self._unit_of_work(user_id) as work:
            entry = denied(self._clock.now(), actor_id=user_id, business_id=business_id, required=minimum.value)
            await work.audit.add(entry)
            await work.commit()

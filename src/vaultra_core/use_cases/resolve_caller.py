from uuid import UUID

from vaultra_core.domain.audit import denied
from vaultra_core.errors import Forbidden, InvalidInput, Unauthorized
from vaultra_core.identity import Caller, Role
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import TenantUnitOfWorkFactory, UnitOfWork
from vaultra_core.use_cases.check_session import ENDED


class ResolveCaller:
    """The one way to act for a business: membership and role are checked before anything else is read. Who is refused
    is written down."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def execute(
        self, user_id: UUID, business_id: UUID | None, minimum: Role, *, session_id: UUID | None = None
    ) -> Caller:
        """The caller, for the business named or for the only one they have. With a session, that it is still open is
        looked up in the same breath; without one, whoever asks has checked by what right.

        Raise `Unauthorized` when the session has ended, `Forbidden` for a business they are no member of (whether or
        not it exists) or when the role is too low, `InvalidInput` when they have several businesses, or none, and named
        none.
        """
        async with self._unit_of_work(user_id) as work:
            roles = await self._roles(work, user_id, business_id, session_id)
        if business_id is None:
            if len(roles) != 1:
                reason = "several businesses" if roles else "no business yet"
                raise InvalidInput(f"You have {reason}: name the business_id.", field="business_id", reason=reason)
            (business_id,) = roles
        role = roles.get(business_id)
        try:
            if role is None:
                raise Forbidden("You are not a member of this business.")
            caller = Caller(user_id=user_id, business_id=business_id, role=role)
            caller.require(minimum)
        except Forbidden:
            await self._write_down(user_id, business_id, minimum)
            raise
        return caller

    async def _write_down(self, user_id: UUID, business_id: UUID, minimum: Role) -> None:
        async with self._unit_of_work(user_id) as work:
            entry = denied(self._clock.now(), actor_id=user_id, business_id=business_id, required=minimum.value)
            await work.audit.add(entry)
            await work.commit()

    async def _roles(
        self, work: UnitOfWork, user_id: UUID, business_id: UUID | None, session_id: UUID | None
    ) -> dict[UUID, Role]:
        """In the business named, if there is a role there, or in all."""
        if session_id is not None:
            roles = await work.sessions.memberships(user_id, session_id, business_id, self._clock.now())
            if roles is None:
                raise Unauthorized(ENDED, reason="ended")
            return roles
        if business_id is None:
            return {business.id: business.role for business in await work.businesses.of_user(user_id)}
        role = await work.businesses.role_of(user_id, business_id)
        return {business_id: role} if role else {}

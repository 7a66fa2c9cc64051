from uuid import UUID

from vaultra_core.domain.accounts import MemberOf
from vaultra_core.domain.audit import AuditAction, audited
from vaultra_core.domain.members import hash_of
from vaultra_core.errors import NotFound, Unauthorized
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import UnitOfWorkFactory


class AcceptInvitation:
    """Join a business with the token of an invitation, which is used up by it.

    Works as the system: who accepts is no member yet, and the token is what lets them in.
    """

    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def execute(self, user_id: UUID, token: str) -> MemberOf:
        """The business as its new member sees it; who belongs to it already keeps their role.

        Raise `NotFound`, without telling which, for a token that is wrong, used, revoked or too old, and for one that
        was sent to another address than the person's own.
        """
        now = self._clock.now()
        async with self._unit_of_work() as work:
            user = await work.users.get(user_id)
            if user is None:
                raise Unauthorized("This account does not exist any more.")
            invitation = await work.invitations.take(hash_of(token), user.email, now)
            if invitation is None:
                raise NotFound(
                    "This invitation cannot be used: it was accepted or taken back, is older than seven days, or was "
                    "sent to another address than yours."
                )
            business = await work.businesses.get(invitation.business_id)
            assert business is not None  # an invitation goes with its business
            role = (await work.members.hold(business.id)).get(user_id)
            if role is None:
                role = invitation.role
                await work.businesses.add_member(business.id, user_id, role)
                await work.audit.add(
                    audited(
                        AuditAction.MEMBER_JOINED,
                        now,
                        actor_id=user_id,
                        business_id=business.id,
                        target=str(user_id),
                        role=role.value,
                    )
                )
            await work.commit()
        return MemberOf(business.id, business.name, role)

from vaultra_core.domain.audit import AuditAction, audited
from vaultra_core.domain.mail import Invitation, Mail
from vaultra_core.domain.members import (
    INVITATION_LIFE,
    MOST_INVITATIONS,
    PendingInvitation,
    hash_of,
    new_invitation_token,
)
from vaultra_core.errors import Conflict, NotFound
from vaultra_core.identity import Caller, Role, new_id
from vaultra_core.ports.runtime import Clock, Job, JobQueue
from vaultra_core.ports.storage import TenantUnitOfWorkFactory


class InviteMember:
    """Ask somebody by mail to join the caller's business. The link in it is good once, for seven days, and only for
    the address that it was sent to."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, clock: Clock, queue: JobQueue) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._queue = queue

    async def execute(self, caller: Caller, *, email: str, role: Role) -> PendingInvitation:
        """In place of an earlier one to the same address. Raise `Conflict` for somebody who is a member already, and
        when too many wait for an answer."""
        caller.require(Role.OWNER)
        now, token = self._clock.now(), new_invitation_token()
        invitation = PendingInvitation(
            id=new_id(),
            business_id=caller.business_id,
            email=email,
            role=role,
            token_hash=hash_of(token),
            created_at=now,
            expires_at=now + INVITATION_LIFE,
        )
        async with self._unit_of_work(caller) as work:
            business, inviter = await work.businesses.get(caller.business_id), await work.users.get(caller.user_id)
            if business is None or inviter is None:
                raise NotFound("No such business.")
            if email.lower() in {member.email.lower() for member in await work.members.of_business(business.id)}:
                raise Conflict("This person is a member already.", field="email")
            waiting = await work.invitations.of_business(business.id, now)
            if len([one for one in waiting if one.email.lower() != email.lower()]) >= MOST_INVITATIONS:
                raise Conflict(f"{MOST_INVITATIONS} invitations wait for an answer: revoke one first.")
            await work.invitations.add(invitation)
            content = Invitation(inviter=inviter.name, business=business.name, role=role, link=f"/invite#token={token}")
            await work.outbox.add(
                Mail(id=new_id(), to=email, content=content, created_at=now, useful_until=invitation.expires_at)
            )
            await work.audit.add(
                audited(
                    AuditAction.MEMBER_INVITED,
                    now,
                    actor_id=caller.user_id,
                    business_id=business.id,
                    target=str(invitation.id),
                    role=role.value,
                )
            )
            await work.commit()
        self._queue.wake(Job.SEND_MAIL)
        return invitation

import datetime as dt
from uuid import UUID

from vaultra_core.domain.members import Member, PendingInvitation
from vaultra_core.errors import Conflict
from vaultra_core.identity import Role
from vaultra_core.testing.memory.transaction import MemoryCollection


class MemoryMembers(MemoryCollection):
    async def of_business(self, business_id: UUID) -> list[Member]:
        users = self._rows("users")
        found = [
            Member(
                user_id=user,
                name=users[user].name,
                email=users[user].email,
                avatar_url=users[user].avatar_url,
                role=role,
            )
            for (user, business), role in self._rows("memberships").items()
            if business == business_id
        ]
        return sorted(found, key=lambda member: (-member.role.rank, member.name, member.user_id))

    async def hold(self, business_id: UUID) -> dict[UUID, Role]:
        await self._transaction.hold("members", business_id)
        return {user: role for (user, business), role in self._rows("memberships").items() if business == business_id}

    async def change(self, business_id: UUID, user_id: UUID, role: Role) -> None:
        if (user_id, business_id) in self._rows("memberships"):
            self._rows("memberships")[user_id, business_id] = role

    async def remove(self, business_id: UUID, user_id: UUID) -> None:
        self._rows("memberships").pop((user_id, business_id), None)


class MemoryInvitations(MemoryCollection):
    async def add(self, invitation: PendingInvitation) -> None:
        if invitation.business_id not in self._rows("businesses"):
            raise Conflict("No such business.")
        self._rows("invitations")[invitation.business_id, invitation.email.lower()] = invitation

    async def of_business(self, business_id: UUID, now: dt.datetime) -> list[PendingInvitation]:
        waiting = [
            one for one in self._rows("invitations").values() if one.business_id == business_id and one.expires_at > now
        ]
        return sorted(waiting, key=lambda one: (one.created_at, one.id), reverse=True)

    async def remove(self, business_id: UUID, invitation_id: UUID) -> bool:
        for key, one in list(self._rows("invitations").items()):
            if (one.business_id, one.id) == (business_id, invitation_id):
                del self._rows("invitations")[key]
                return True
        return False

    async def take(self, token_hash: bytes, email: str, now: dt.datetime) -> PendingInvitation | None:
        for key, one in list(self._rows("invitations").items()):
            if one.token_hash == token_hash and key[1] == email.lower() and one.expires_at > now:
                del self._rows("invitations")[key]
                invitation: PendingInvitation = one
                return invitation
        return None

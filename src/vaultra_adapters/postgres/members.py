import datetime as dt
from typing import Final
from uuid import UUID

from sqlalchemy import case, delete, func, insert, select, update

from vaultra_adapters.postgres.member_tables import invitations
from vaultra_adapters.postgres.rows import Collection, columns_for, to_row, to_struct
from vaultra_adapters.postgres.tables import user_business_memberships, users
from vaultra_core.domain.members import Member, PendingInvitation
from vaultra_core.identity import Role

M: Final = user_business_memberships.c
I: Final = invitations.c  # noqa: E741 - as short as the other tables' names here
COLUMNS: Final = columns_for(invitations, PendingInvitation)
RANK: Final = case({role.value: role.rank for role in Role}, value=M.role)


class PostgresMembers(Collection):
    async def of_business(self, business_id: UUID) -> list[Member]:
        found = await self._connection.execute(
            select(M.user_id, users.c.name, users.c.email, users.c.avatar_url, M.role)
            .join(users, users.c.id == M.user_id)
            .where(M.business_id == business_id)
            .order_by(RANK.desc(), users.c.name, M.user_id)
        )
        return [to_struct(Member, row) for row in found]

    async def hold(self, business_id: UUID) -> dict[UUID, Role]:
        held = select(M.user_id, M.role).where(M.business_id == business_id).order_by(M.user_id).with_for_update()
        return {row[0]: Role(row[1]) for row in await self._connection.execute(held)}

    async def change(self, business_id: UUID, user_id: UUID, role: Role) -> None:
        mine = update(user_business_memberships).where(M.business_id == business_id, M.user_id == user_id)
        await self._connection.execute(mine.values(role=role))

    async def remove(self, business_id: UUID, user_id: UUID) -> None:
        await self._connection.execute(
            delete(user_business_memberships).where(M.business_id == business_id, M.user_id == user_id)
        )


class PostgresInvitations(Collection):
    async def add(self, invitation: PendingInvitation) -> None:
        earlier = delete(invitations).where(
            I.business_id == invitation.business_id, func.lower(I.email) == func.lower(invitation.email)
        )
        await self._connection.execute(earlier)
        await self._connection.execute(insert(invitations).values(to_row(invitation)))

    async def of_business(self, business_id: UUID, now: dt.datetime) -> list[PendingInvitation]:
        waiting = select(*COLUMNS).where(I.business_id == business_id, I.expires_at > now)
        found = await self._connection.execute(waiting.order_by(I.created_at.desc(), I.id.desc()))
        return [to_struct(PendingInvitation, row) for row in found]

    async def remove(self, business_id: UUID, invitation_id: UUID) -> bool:
        gone = await self._connection.execute(
            delete(invitations).where(I.business_id == business_id, I.id == invitation_id)
        )
        return gone.rowcount == 1

    async def take(self, token_hash: bytes, email: str, now: dt.datetime) -> PendingInvitation | None:
        taken = await self._connection.execute(
            delete(invitations)
            .where(I.token_hash == token_hash, func.lower(I.email) == func.lower(email), I.expires_at > now)
            .returning(*COLUMNS)
        )
        row = taken.one_or_none()
        return to_struct(PendingInvitation, row) if row else None

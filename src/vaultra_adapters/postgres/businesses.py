from uuid import UUID

from sqlalchemy import bindparam, insert, select, update

from vaultra_adapters.postgres.rows import Collection, columns_for, to_row, to_struct
from vaultra_adapters.postgres.tables import businesses, user_business_memberships
from vaultra_core.domain.accounts import Business, MemberOf
from vaultra_core.identity import Role

COLUMNS = columns_for(businesses, Business)
MEMBERS = user_business_memberships.c
GET = select(*COLUMNS).where(businesses.c.id == bindparam("business"))  # built once: almost every use case asks


class PostgresBusinesses(Collection):
    async def add(self, business: Business) -> None:
        await self._connection.execute(insert(businesses).values(to_row(business)))

    async def get(self, business_id: UUID) -> Business | None:
        row = (await self._connection.execute(GET, {"business": business_id})).one_or_none()
        return to_struct(Business, row) if row else None

    async def save(self, business: Business) -> None:
        await self._connection.execute(
            update(businesses).where(businesses.c.id == business.id).values(to_row(business))
        )

    async def add_member(self, business_id: UUID, user_id: UUID, role: Role) -> None:
        await self._connection.execute(
            insert(user_business_memberships).values(business_id=business_id, user_id=user_id, role=role)
        )

    async def role_of(self, user_id: UUID, business_id: UUID) -> Role | None:
        role = await self._connection.scalar(
            select(MEMBERS.role).where(MEMBERS.user_id == user_id, MEMBERS.business_id == business_id)
        )
        return Role(role) if role else None

    async def of_user(self, user_id: UUID) -> list[MemberOf]:
        found = await self._connection.execute(
            select(businesses.c.id, businesses.c.name, MEMBERS.role)
            .join(businesses, businesses.c.id == MEMBERS.business_id)
            .where(MEMBERS.user_id == user_id)
            .order_by(MEMBERS.created_at, businesses.c.id)
        )
        return [to_struct(MemberOf, row) for row in found]

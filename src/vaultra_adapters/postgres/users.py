from uuid import UUID

from sqlalchemy import func, insert, select, update

from vaultra_adapters.postgres.rows import Collection, columns_for, to_row, to_struct
from vaultra_adapters.postgres.tables import users
from vaultra_core.domain.accounts import User

COLUMNS = columns_for(users, User)


class PostgresUsers(Collection):
    async def add(self, user: User) -> None:
        await self._connection.execute(insert(users).values(to_row(user)))

    async def get(self, user_id: UUID) -> User | None:
        found = await self._connection.execute(select(*COLUMNS).where(users.c.id == user_id))
        row = found.one_or_none()
        return to_struct(User, row) if row else None

    async def by_email(self, email: str) -> User | None:
        # The same expression as the unique index, so that both agree on what "without case" is.
        found = await self._connection.execute(select(*COLUMNS).where(func.lower(users.c.email) == func.lower(email)))
        row = found.one_or_none()
        return to_struct(User, row) if row else None

    async def by_google(self, issuer: str, subject: str) -> User | None:
        known = (users.c.google_issuer == issuer, users.c.google_subject == subject)
        row = (await self._connection.execute(select(*COLUMNS).where(*known))).one_or_none()
        return to_struct(User, row) if row else None

    async def save(self, user: User) -> None:
        await self._connection.execute(update(users).where(users.c.id == user.id).values(to_row(user)))

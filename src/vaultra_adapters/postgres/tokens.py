import datetime as dt
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from vaultra_adapters.postgres.rows import Collection, columns_for, to_row, to_struct
from vaultra_adapters.postgres.token_tables import personal_tokens
from vaultra_core.domain.tokens import PersonalToken

TOKEN = personal_tokens.c
COLUMNS = columns_for(personal_tokens, PersonalToken)


class PostgresPersonalTokens(Collection):
    async def add(self, token: PersonalToken) -> None:
        await self._connection.execute(insert(personal_tokens).values(to_row(token)))

    async def of_user(self, user_id: UUID) -> list[PersonalToken]:
        wanted = select(*COLUMNS).where(TOKEN.user_id == user_id).order_by(TOKEN.created_at.desc(), TOKEN.id.desc())
        return [to_struct(PersonalToken, row) for row in await self._connection.execute(wanted)]

    async def by_digest(self, digest: bytes) -> PersonalToken | None:
        found = await self._connection.execute(select(*COLUMNS).where(TOKEN.digest == digest))
        row = found.one_or_none()
        return to_struct(PersonalToken, row) if row else None

    async def used(self, token_id: UUID, now: dt.datetime) -> None:
        await self._connection.execute(update(personal_tokens).where(TOKEN.id == token_id).values(last_used_at=now))

    async def remove(self, user_id: UUID, token_id: UUID) -> PersonalToken | None:
        gone = delete(personal_tokens).where(TOKEN.user_id == user_id, TOKEN.id == token_id).returning(*COLUMNS)
        row = (await self._connection.execute(gone)).one_or_none()
        return to_struct(PersonalToken, row) if row else None

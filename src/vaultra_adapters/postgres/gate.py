import datetime as dt
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from vaultra_adapters.postgres.engine import fetch_alone
from vaultra_core.identity import Role

# It says for whom it looks by itself, and for no longer than this one statement.
ROLES: Final = "SELECT business_id, role FROM vaultra_roles($1, $2, $3)"


class PostgresGate:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def roles(self, user_id: UUID, session_id: UUID, now: dt.datetime) -> dict[UUID, Role] | None:
        rows = await fetch_alone(self._engine, ROLES, user_id, session_id, now)
        # An open session is one row at least, with nulls for whoever has no business.
        return {business: Role(role) for business, role in rows if business is not None} if rows else None

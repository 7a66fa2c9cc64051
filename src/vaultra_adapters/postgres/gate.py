import datetime as dt
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from vaultra_adapters.postgres.engine import OF_THE_DRIVER, connected, translated, unavailable
from vaultra_adapters.postgres.row_security import ScopedConnection
from vaultra_core.identity import Role

# It says for whom it looks by itself, and for no longer than this one statement.
ROLES: Final = "SELECT business_id, role FROM vaultra_roles($1, $2, $3)"


class PostgresGate:
    """One statement in a transaction of its own, past SQLAlchemy: BEGIN, SELECT and ROLLBACK are three round trips."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def roles(self, user_id: UUID, session_id: UUID, now: dt.datetime) -> dict[UUID, Role] | None:
        async with connected(self._engine) as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert isinstance(driver, ScopedConnection)
            try:
                rows = await driver.fetch(ROLES, user_id, session_id, now)
            except OF_THE_DRIVER as error:
                if driver.is_closed():
                    await connection.invalidate()  # the pool, which did not see it break, would hand it out again
                    raise unavailable(error) from error
                if (meant := translated(error)) is not None:
                    raise meant from error
                raise
        # An open session is one row at least, with nulls for whoever has no business.
        return {business: Role(role) for business, role in rows if business is not None} if rows else None

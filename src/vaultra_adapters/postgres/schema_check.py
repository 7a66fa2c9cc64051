from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from vaultra_adapters.postgres.engine import connected
from vaultra_adapters.postgres.migrate import head
from vaultra_core.errors import Unavailable


class PostgresSchemaCheck:
    """Whether the database answers and its schema is the one that this code was written for."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._head = head()

    async def revision(self) -> str:
        async with connected(self._engine) as connection:
            exists = await connection.scalar(text("SELECT to_regclass('alembic_version') IS NOT NULL"))
            found = await connection.scalar(text("SELECT version_num FROM alembic_version")) if exists else None
        if found != self._head:
            message = f"The schema is at {found or 'nothing'}, the code needs {self._head}: run `vaultra migrate`."
            raise Unavailable(message, dependency="schema", retry_after=30)
        return self._head

"""One transaction, and the collections that work in it."""

from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Self

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from vaultra_adapters.postgres.activity import PostgresActivity
from vaultra_adapters.postgres.businesses import PostgresBusinesses
from vaultra_adapters.postgres.computations import PostgresComputations
from vaultra_adapters.postgres.engine import connected
from vaultra_adapters.postgres.inbox import PostgresInbox
from vaultra_adapters.postgres.integrations import PostgresImportWindows, PostgresIntegrations
from vaultra_adapters.postgres.job_runs import PostgresJobRuns
from vaultra_adapters.postgres.ledger import PostgresLedger
from vaultra_adapters.postgres.recommendations import PostgresRecommendations
from vaultra_adapters.postgres.scores import PostgresScores
from vaultra_adapters.postgres.snapshots import PostgresSnapshots
from vaultra_adapters.postgres.users import PostgresUsers


class PostgresUnitOfWork:
    """`async with PostgresUnitOfWork(engine) as work: …; await work.commit()`. What is not committed is rolled back.

    Holds one connection from its start to its end: keep calls to the outside out of it.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._connection: AsyncConnection | None = None
        self._connected: AbstractAsyncContextManager[AsyncConnection] | None = None

    async def __aenter__(self) -> Self:
        self._connected = connected(self._engine)
        self._connection = connection = await self._connected.__aenter__()
        self.users = PostgresUsers(connection)
        self.businesses = PostgresBusinesses(connection)
        self.integrations = PostgresIntegrations(connection)
        self.windows = PostgresImportWindows(connection)
        self.inbox = PostgresInbox(connection)
        self.ledger = PostgresLedger(connection)
        self.activity = PostgresActivity(connection)
        self.computations = PostgresComputations(connection)
        self.snapshots = PostgresSnapshots(connection)
        self.scores = PostgresScores(connection)
        self.recommendations = PostgresRecommendations(connection)
        self.job_runs = PostgresJobRuns(connection)
        return self

    async def commit(self) -> None:
        if self._connection is None:
            raise RuntimeError("a unit of work can only be committed inside its block")
        await self._connection.commit()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        connected_, self._connected, self._connection = self._connected, None, None
        if connected_ is not None:
            # Giving the connection back rolls back what was not committed.
            await connected_.__aexit__(kind, error, trace)

"""One transaction, and the collections that work in it."""

from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Self
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from vaultra_adapters.postgres.activity import PostgresActivity
from vaultra_adapters.postgres.audit import PostgresAuditLog
from vaultra_adapters.postgres.businesses import PostgresBusinesses
from vaultra_adapters.postgres.certificates import PostgresCertificates
from vaultra_adapters.postgres.computations import PostgresComputations
from vaultra_adapters.postgres.conversations import PostgresConversations
from vaultra_adapters.postgres.doubts import PostgresDoubts
from vaultra_adapters.postgres.engine import connected
from vaultra_adapters.postgres.histories import PostgresHistories
from vaultra_adapters.postgres.holdings import PostgresHoldings
from vaultra_adapters.postgres.inbox import PostgresInbox
from vaultra_adapters.postgres.integrations import PostgresImportWindows, PostgresIntegrations
from vaultra_adapters.postgres.job_runs import PostgresJobRuns
from vaultra_adapters.postgres.ledger import PostgresLedger
from vaultra_adapters.postgres.mail import PostgresOutbox
from vaultra_adapters.postgres.members import PostgresInvitations, PostgresMembers
from vaultra_adapters.postgres.recommendations import PostgresRecommendations
from vaultra_adapters.postgres.returns import PostgresAccessReturns
from vaultra_adapters.postgres.row_security import AS_SYSTEM, NOT_WAITED_FOR, ScopedConnection, scope_of
from vaultra_adapters.postgres.scores import PostgresScores
from vaultra_adapters.postgres.sessions import PostgresLinks, PostgresRateLimits, PostgresSessions
from vaultra_adapters.postgres.snapshots import PostgresSnapshots
from vaultra_adapters.postgres.tokens import PostgresPersonalTokens
from vaultra_adapters.postgres.users import PostgresUsers
from vaultra_core.identity import Caller
from vaultra_core.ports import audit, completeness, conversations, holdings, mail, members, returns, sessions, tokens
from vaultra_core.ports import storage as ports


class PostgresUnitOfWork:
    """`async with PostgresUnitOfWork(engine) as work: …; await work.commit()`. What is not committed is rolled back.

    Acts for a person, or for the system when there is none: then it sees every tenant. Holds one connection from its
    start to its end: keep calls to the outside out of it.
    """

    def __init__(self, engine: AsyncEngine, who: Caller | UUID | None = None) -> None:
        self._engine = engine
        self._scope = AS_SYSTEM if who is None else scope_of(who)
        self._connection: AsyncConnection | None = None
        self._connected: AbstractAsyncContextManager[AsyncConnection] | None = None

    async def __aenter__(self) -> Self:
        self._connected = connected(self._engine, scope=self._scope)
        self._connection = connection = await self._connected.__aenter__()
        self.users: ports.Users = PostgresUsers(connection)
        self.sessions: sessions.Sessions = PostgresSessions(connection)
        self.links: sessions.Links = PostgresLinks(connection)
        self.rate_limits: sessions.RateLimits = PostgresRateLimits(connection)
        self.businesses: ports.Businesses = PostgresBusinesses(connection)
        self.integrations: ports.Integrations = PostgresIntegrations(connection)
        self.windows: ports.ImportWindows = PostgresImportWindows(connection)
        self.inbox: ports.Inbox = PostgresInbox(connection)
        self.ledger: ports.Ledger = PostgresLedger(connection)
        self.activity: ports.Activity = PostgresActivity(connection)
        self.histories: ports.Histories = PostgresHistories(connection)
        self.certificates: completeness.Certificates = PostgresCertificates(connection)
        self.doubts: completeness.Doubts = PostgresDoubts(connection)
        self.computations: ports.Computations = PostgresComputations(connection)
        self.snapshots: ports.Snapshots = PostgresSnapshots(connection)
        self.scores: ports.Scores = PostgresScores(connection)
        self.recommendations: ports.Recommendations = PostgresRecommendations(connection)
        self.job_runs: ports.JobRuns = PostgresJobRuns(connection)
        self.audit: audit.AuditLog = PostgresAuditLog(connection)
        self.holdings: holdings.Holdings = PostgresHoldings(connection)
        self.outbox: mail.Outbox = PostgresOutbox(connection)
        self.returns: returns.AccessReturns = PostgresAccessReturns(connection)
        self.members: members.Members = PostgresMembers(connection)
        self.invitations: members.Invitations = PostgresInvitations(connection)
        self.tokens: tokens.PersonalTokens = PostgresPersonalTokens(connection)
        self.conversations: conversations.Conversations = PostgresConversations(connection)
        return self

    async def commit(self, *, durable: bool = True) -> None:
        if self._connection is None:
            raise RuntimeError("a unit of work can only be committed inside its block")
        if not durable:
            driver = (await self._connection.get_raw_connection()).driver_connection
            assert isinstance(driver, ScopedConnection)
            driver.ending = NOT_WAITED_FOR
        await self._connection.commit()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        connected_, self._connected, self._connection = self._connected, None, None
        if connected_ is not None:
            # Giving the connection back rolls back what was not committed.
            await connected_.__aexit__(kind, error, trace)

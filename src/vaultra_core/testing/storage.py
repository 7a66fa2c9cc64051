"""Storage in memory, with real transactions: what a test of a use case runs on, and the shortest specification of
what an adapter has to do. Held to the same contract suites as PostgreSQL.
"""

import asyncio
from types import TracebackType
from typing import Self
from uuid import UUID

from vaultra_core.identity import Caller
from vaultra_core.ports import audit, completeness, conversations, holdings, mail, members, returns, sessions, tokens
from vaultra_core.ports import storage as ports
from vaultra_core.ports.storage import StripeEvent
from vaultra_core.testing.memory.accounts import (
    MemoryBusinesses,
    MemoryImportWindows,
    MemoryIntegrations,
    MemoryJobRuns,
    MemoryUsers,
)
from vaultra_core.testing.memory.audit import MemoryAuditLog
from vaultra_core.testing.memory.completeness import MemoryCertificates, MemoryDoubts
from vaultra_core.testing.memory.conversations import MemoryConversations
from vaultra_core.testing.memory.histories import MemoryHistories
from vaultra_core.testing.memory.holdings import MemoryHoldings
from vaultra_core.testing.memory.inbox import MemoryInbox
from vaultra_core.testing.memory.ledger import MemoryActivity, MemoryLedger
from vaultra_core.testing.memory.mail import MemoryOutbox
from vaultra_core.testing.memory.members import MemoryInvitations, MemoryMembers
from vaultra_core.testing.memory.results import (
    MemoryComputations,
    MemoryRecommendations,
    MemoryScores,
    MemorySnapshots,
)
from vaultra_core.testing.memory.returns import MemoryAccessReturns
from vaultra_core.testing.memory.sessions import MemoryLinks, MemoryRateLimits, MemorySessions
from vaultra_core.testing.memory.tokens import MemoryPersonalTokens
from vaultra_core.testing.memory.transaction import Committed, Transaction


class MemoryUnitOfWork:
    """Nothing is visible to others before `commit`, and nothing is left of what was not committed."""

    def __init__(self, committed: Committed) -> None:
        self._transaction = Transaction(committed)
        self.users: ports.Users = MemoryUsers(self._transaction)
        self.sessions: sessions.Sessions = MemorySessions(self._transaction)
        self.links: sessions.Links = MemoryLinks(self._transaction)
        self.rate_limits: sessions.RateLimits = MemoryRateLimits(self._transaction)
        self.businesses: ports.Businesses = MemoryBusinesses(self._transaction)
        self.integrations: ports.Integrations = MemoryIntegrations(self._transaction)
        self.windows: ports.ImportWindows = MemoryImportWindows(self._transaction)
        self.inbox: ports.Inbox = MemoryInbox(self._transaction)
        self.ledger: ports.Ledger = MemoryLedger(self._transaction)
        self.activity: ports.Activity = MemoryActivity(self._transaction)
        self.histories: ports.Histories = MemoryHistories(self._transaction)
        self.certificates: completeness.Certificates = MemoryCertificates(self._transaction)
        self.doubts: completeness.Doubts = MemoryDoubts(self._transaction)
        self.computations: ports.Computations = MemoryComputations(self._transaction)
        self.snapshots: ports.Snapshots = MemorySnapshots(self._transaction)
        self.scores: ports.Scores = MemoryScores(self._transaction)
        self.recommendations: ports.Recommendations = MemoryRecommendations(self._transaction)
        self.job_runs: ports.JobRuns = MemoryJobRuns(self._transaction)
        self.audit: audit.AuditLog = MemoryAuditLog(self._transaction)
        self.holdings: holdings.Holdings = MemoryHoldings(self._transaction)
        self.outbox: mail.Outbox = MemoryOutbox(self._transaction)
        self.returns: returns.AccessReturns = MemoryAccessReturns(self._transaction)
        self.conversations: conversations.Conversations = MemoryConversations(self._transaction)

        self.members: members.Members = MemoryMembers(self._transaction)
        self.invitations: members.Invitations = MemoryInvitations(self._transaction)
        self.tokens: tokens.PersonalTokens = MemoryPersonalTokens(self._transaction)

    async def commit(self, *, durable: bool = True) -> None:
        del durable  # memory is not
        await self._transaction.commit()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        await self._transaction.end()


class MemoryStorage:
    """Both unit of work factories and an `EventAcceptor` over the same rows.

    It keeps nothing out of sight: it stands in tests of use cases, whose own queries are to name the business.
    """

    def __init__(self) -> None:
        self._committed = Committed()

    def __call__(self, who: Caller | UUID | None = None) -> MemoryUnitOfWork:
        del who
        return MemoryUnitOfWork(self._committed)

    def accept(self, event: StripeEvent) -> asyncio.Future[None]:
        return asyncio.ensure_future(self._accept(event))

    async def _accept(self, event: StripeEvent) -> None:
        async with self() as work:
            await work.inbox.accept([event])
            await work.commit()

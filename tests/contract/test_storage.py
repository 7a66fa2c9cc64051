"""The storage ports, over every implementation."""

from vaultra_core.testing.contracts import (
    accounts,
    activity,
    audit,
    completeness,
    conversations,
    histories,
    holdings,
    inbox,
    ledger,
    mail,
    members,
    results,
    returns,
    sessions,
    tokens,
    transactions,
)


class TestUnitOfWork(transactions.UnitOfWorkContract):
    pass


class TestUsers(accounts.UsersContract):
    pass


class TestBusinesses(accounts.BusinessesContract):
    pass


class TestIntegrations(accounts.IntegrationsContract):
    pass


class TestImportWindows(accounts.ImportWindowsContract):
    pass


class TestInbox(inbox.InboxContract):
    pass


class TestEventAcceptor(inbox.EventAcceptorContract):
    pass


class TestLedger(ledger.LedgerContract):
    pass


class TestActivity(activity.ActivityContract):
    pass


class TestHistories(histories.HistoriesContract):
    pass


class TestCertificates(completeness.CertificatesContract):
    pass


class TestDoubts(completeness.DoubtsContract):
    pass


class TestComputations(results.ComputationsContract):
    pass


class TestSnapshots(results.SnapshotsContract):
    pass


class TestScores(results.ScoresContract):
    pass


class TestRecommendations(results.RecommendationsContract):
    pass


class TestJobRuns(accounts.JobRunsContract):
    pass


class TestHoldings(holdings.HoldingsContract):
    pass


class TestConversations(conversations.ConversationsContract):
    pass


class TestAuditLog(audit.AuditLogContract):
    pass


class TestOutbox(mail.OutboxContract):
    pass


class TestMembers(members.MembersContract):
    pass


class TestInvitations(members.InvitationsContract):
    pass


class TestPersonalTokens(tokens.PersonalTokensContract):
    pass


class TestGate(sessions.GateContract):
    pass


class TestSessions(sessions.SessionsContract):
    pass


class TestLinks(sessions.LinksContract):
    pass


class TestRateLimits(sessions.RateLimitsContract):
    pass


class TestAccessReturns(returns.AccessReturnsContract):
    pass

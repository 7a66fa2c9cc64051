"""The unit of work and the collections it opens. Every business-scoped call names its business.

All collections of one unit of work share one transaction: nothing is visible to others before `commit`, and leaving
the block without it rolls everything back. Adapters raise `Unavailable(dependency="database")` when they cannot be
reached in time.
"""

import asyncio
import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from types import TracebackType
from typing import Final, Protocol, Self
from uuid import UUID

import msgspec

from vaultra_core.domain.accounts import Business, ImportPhase, ImportWindow, Integration, MemberOf, User
from vaultra_core.domain.activity import DayActivity, History
from vaultra_core.domain.ledger import LedgerObject, Record, Subscription
from vaultra_core.domain.metrics import MetricsSnapshot
from vaultra_core.domain.readiness.assessment import Assessment
from vaultra_core.domain.recommendations.base import Priority, Recommendation, Status
from vaultra_core.identity import Caller, Role
from vaultra_core.ports.audit import AuditLog
from vaultra_core.ports.completeness import Certificates, Doubts
from vaultra_core.ports.conversations import Conversations
from vaultra_core.ports.holdings import Holdings
from vaultra_core.ports.mail import Outbox
from vaultra_core.ports.members import Invitations, Members
from vaultra_core.ports.returns import AccessReturns
from vaultra_core.ports.sessions import Links, RateLimits, Sessions
from vaultra_core.ports.tokens import PersonalTokens


class Users(Protocol):
    async def add(self, user: User) -> None:
        """Raise `Conflict` when the e-mail address (without case) is taken."""

    async def get(self, user_id: UUID) -> User | None: ...

    async def by_email(self, email: str) -> User | None:
        """Compared without case."""

    async def by_google(self, issuer: str, subject: str) -> User | None: ...

    async def save(self, user: User) -> None: ...


class Businesses(Protocol):
    async def add(self, business: Business) -> None: ...

    async def get(self, business_id: UUID) -> Business | None: ...

    async def save(self, business: Business) -> None: ...

    async def add_member(self, business_id: UUID, user_id: UUID, role: Role) -> None: ...

    async def role_of(self, user_id: UUID, business_id: UUID) -> Role | None: ...

    async def of_user(self, user_id: UUID) -> list[MemberOf]:
        """Oldest membership first."""


class SealedToken(msgspec.Struct, frozen=True):
    """The OAuth token of a connected account, as `SecretBox` sealed it."""

    integration_id: UUID
    business_id: UUID
    sealed: bytes


class Integrations(Protocol):
    async def add(self, integration: Integration) -> None:
        """Raise `Conflict` when the business has one already or the account belongs to another business."""

    async def of_business(self, business_id: UUID) -> Integration | None: ...

    async def by_account(self, external_ids: Collection[str]) -> dict[str, Integration]:
        """The known ones among these Stripe accounts, by account id."""

    async def businesses(self) -> list[UUID]:
        """All businesses that have connected an account."""

    async def save(self, integration: Integration) -> None: ...

    async def remove(self, business_id: UUID) -> None:
        """Forget the connection and its import windows; ledger and scores stay."""

    async def lease_due(self, now: dt.datetime, *, seconds: int) -> tuple[Integration, int] | None:
        """Take the longest overdue integration that nobody holds, with a fencing token that grows with every lease."""

    async def lease(self, business_id: UUID, now: dt.datetime, *, seconds: int) -> tuple[Integration, int] | None:
        """Take this one, due or not; None when it is unknown or somebody holds it."""

    async def hold(self, integration_id: UUID, token: int, now: dt.datetime, *, seconds: int) -> bool:
        """Extend a lease and lock its row; False when the token has been overtaken (stop working then)."""

    async def release(self, integration_id: UUID, token: int) -> None:
        """Give the lease back; without effect when the token has been overtaken."""

    async def break_leases(self) -> int:
        """Take every lease from its holder, who is told so when it next holds or releases; how many there were."""

    async def put_token(self, integration_id: UUID, sealed: bytes | None) -> None:
        """Keep the account's OAuth token, or forget it."""

    async def tokens(self, *, after: UUID | None, limit: int) -> list[SealedToken]:
        """The kept tokens of all accounts, by integration id."""

    async def swap_token(self, before: SealedToken, sealed: bytes) -> bool:
        """Put another seal in place of this one; False when it has been replaced or forgotten in the meantime."""

    async def consume_state(self, nonce: str, expires_at: dt.datetime) -> bool:
        """True the first time a connect state is shown, False ever after."""


class ImportWindows(Protocol):
    async def add(self, windows: Sequence[ImportWindow]) -> None:
        """Windows that exist already (same integration, kind, start) are left as they are."""

    async def of(self, integration_id: UUID) -> list[ImportWindow]: ...

    async def save(self, window: ImportWindow) -> None: ...


# The outcome of an event whose account nobody has connected: connecting it readmits such events.
UNKNOWN_ACCOUNT = "ignored: unknown account"


class StripeEvent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A Stripe event in the inbox. `payload` is minimal JSON: the event's envelope and what the ledger needs."""

    id: UUID
    stripe_event_id: str
    account: str | None  # acct_…, None for an event of the platform itself
    event_type: str
    livemode: bool
    payload: bytes
    created_at: dt.datetime
    attempts: int = 0
    last_error: str | None = None
    dead_at: dt.datetime | None = None


class Backlog(msgspec.Struct, frozen=True):
    """Events that are not applied: `waiting` for their (next) attempt, or `dead` after the last one."""

    waiting: int
    dead: int


class InboxStats(msgspec.Struct, frozen=True):
    """How many events had each outcome (`waiting` and `dead` besides those of `mark_applied`), and how many came in
    each API version (`none` for those that name none)."""

    outcomes: dict[str, int]
    api_versions: dict[str, int]


# The inbox is shared out by account: all events of one account are in one partition.
PARTITIONS: Final = 16


class Inbox(Protocol):
    async def accept(self, events: Sequence[StripeEvent]) -> int:
        """Store the ones that are new (by `stripe_event_id`); how many were."""

    async def partitions(self, now: dt.datetime) -> list[int]:
        """Those in which events wait that are due: numbers from 0 to PARTITIONS - 1, in order."""

    async def claim(self, now: dt.datetime, *, partition: int, limit: int, alone: bool = False) -> list[StripeEvent]:
        """The oldest events of a partition that wait to be applied and are due, by their ids (which grow with time),
        locked until the transaction ends; others skip them.

        `alone` claims nothing while somebody else, who wanted to be alone too, is at work on the partition."""

    async def mark_applied(self, outcomes: Mapping[UUID, str], now: dt.datetime) -> None:
        """Done, with an outcome per event id: `applied`, or `ignored: …` with the reason."""

    async def mark_failed(self, event_id: UUID, error: str, *, retry_at: dt.datetime | None, now: dt.datetime) -> None:
        """Count a failed attempt; `retry_at` None puts the event into the dead-letter queue."""

    async def dead(self, *, limit: int) -> list[StripeEvent]:
        """The dead-letter queue, oldest first."""

    async def replay(self, stripe_event_ids: Collection[str] | None, now: dt.datetime) -> int:
        """Requeue these dead events (None: all); how many were."""

    async def readmit(self, account: str) -> int:
        """Requeue this account's events whose outcome is UNKNOWN_ACCOUNT; how many were."""

    async def forget_unknown(self, before: dt.datetime) -> int:
        """Delete events whose outcome is UNKNOWN_ACCOUNT and has been for so long; how many there were."""

    async def refill(self, event_id: UUID, payload: bytes) -> None:
        """Put another payload in place of what was kept of an event."""

    async def waiting(self) -> int:
        """How many events wait to be applied."""

    async def backlog(self, account: str) -> Backlog:
        """What of this account's events is not applied."""

    async def stats(self) -> InboxStats:
        """Counts over the whole inbox."""


class Change(msgspec.Struct, frozen=True, gc=False):
    """What merging an observation did to one object of the ledger."""

    before: Record | None
    after: Record


class LedgerSlice(msgspec.Struct, frozen=True):
    """Everything the fold needs for some days: the objects of these days, the charges and balance transactions that
    their amounts depend on, and each customer's first charge (Unix seconds)."""

    objects: list[LedgerObject]
    first_charges: dict[str, int]


class Ledger(Protocol):
    async def merge(self, business_id: UUID, records: Sequence[Record]) -> list[Change]:
        """Merge observations of any kinds, repeated ids allowed, into the ledger; what changed by it.

        The caller holds the business's lock (`Computations.lock`).
        """

    async def first_charges(self, business_id: UUID, sales: Mapping[str, int]) -> dict[str, int]:
        """When each of these customers was first charged with success (Unix seconds), of those with a charge before
        the newest one of the business. `sales` says when each was charged: what is newer than everything cannot come
        before a first charge, so that the usual event, which tells of what has just happened, needs no look.
        """

    async def charge_times(self, business_id: UUID, spans: Sequence[tuple[str, int, int]]) -> list[int]:
        """Creation times of successful charges, for (customer, after, until) with after < created <= until."""

    async def dependent_times(self, business_id: UUID, charges: Collection[str]) -> list[int]:
        """Creation times of the refunds and disputes of these charges."""

    async def charges_of(self, business_id: UUID, balance_transactions: Collection[str]) -> list[LedgerObject]:
        """The charges that were settled by these balance transactions."""

    async def slice(
        self,
        business_id: UUID,
        ranges: Sequence[tuple[int, int, int, int]],
        *,
        only: type[LedgerObject] | None = None,
    ) -> LedgerSlice:
        """What the fold needs for some stretches of time, each given as (start, end) of its moments, and (start, end)
        of its arrival dates (payouts are dated in UTC), Unix seconds, ends exclusive.

        With `only`, the objects of that kind with the charges that they belong to, and no balance transactions; first
        charges of charges alone.
        """

    async def subscriptions(self, business_id: UUID) -> list[Subscription]: ...

    async def span(self, business_id: UUID) -> tuple[int, int] | None:
        """Earliest and latest creation time of a charge, refund or dispute, or arrival date of a payout."""

    async def purge(self, business_id: UUID) -> None:
        """Delete all that was imported for this business: ledger, days, snapshots, scores, recommendations."""


class Activity(Protocol):
    async def mark_dirty(self, business_id: UUID, days: Collection[dt.date]) -> None: ...

    async def dirty(self, business_ids: Collection[UUID]) -> list[UUID]:
        """Those among these businesses that have dirty days."""

    async def take_dirty(self, business_id: UUID, *, limit: int) -> list[dt.date]:
        """Remove up to `limit` dirty marks, newest first, and return their days."""

    async def replace(self, business_id: UUID, asked: Collection[dt.date], days: Sequence[DayActivity]) -> None:
        """Set the asked days to these; an asked day that is not among them had no activity."""

    async def fold(self, business: Business, days: Collection[dt.date]) -> None:
        """Set these days to what the business's ledger folds into, in its currency and time zone: the days that
        `domain.fold` says."""

    async def history(self, business_id: UUID) -> list[DayActivity]:
        """All days with activity, ascending."""

    async def day(self, business_id: UUID, day: dt.date) -> DayActivity | None: ...


class Histories(Protocol):
    async def read(self, since: Mapping[UUID, dt.date | None]) -> dict[UUID, History]:
        """The histories of several businesses at once, with their subscriptions; unknown businesses are left out.

        Each has its days from `since` on (None: all), and knows the first sale even if that lies before. Of the days
        that `since` leaves, those in the first three months may come without their customers: no rule looks at them.
        """


class Computation(msgspec.Struct, frozen=True, kw_only=True):
    """What is computed for a business and what waits: the derived state that makes losing a queue harmless.

    `metrics_from` and `readiness_from` are the earliest day whose result is out of date (None: none is);
    `…_as_of` is the last day that has a result.
    """

    business_id: UUID
    metrics_from: dt.date | None = None
    metrics_as_of: dt.date | None = None
    readiness_from: dt.date | None = None
    readiness_as_of: dt.date | None = None
    recommendations_due: bool = False
    recommendations_as_of: dt.date | None = None


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What computing has to know about a business. `phase` is None when no account is connected."""

    timezone: str
    phase: ImportPhase | None
    revoked: bool


class Computations(Protocol):
    async def lock(self, business_id: UUID) -> Computation:
        """Read the row, made on first use, and hold it until the transaction ends: one writer a business at a time."""

    async def get(self, business_id: UUID) -> Computation | None:
        """Read the row without holding it."""

    async def save(self, computation: Computation) -> None: ...

    async def lock_several(self, business_ids: Collection[UUID], *, wait: bool) -> list[Computation]:
        """The same for several: of those that somebody else holds `wait` says whether to wait for them or to leave them
        out. Rows are made on first use; unknown businesses are left out."""

    async def save_several(self, computations: Sequence[Computation]) -> None: ...

    async def subjects(self, business_ids: Collection[UUID]) -> dict[UUID, Subject]:
        """What computing has to know about these businesses; unknown ones are left out."""

    async def due_for_metrics(self, now: dt.datetime, *, limit: int) -> list[UUID]:
        """Businesses past the first phase of their import, connected, with dirty days, with `metrics_from` set, or
        whose `metrics_as_of` lies before their own yesterday."""

    async def due_for_readiness(self, *, limit: int) -> list[UUID]:
        """Businesses with `readiness_from` set."""

    async def due_for_recommendations(self, *, limit: int) -> list[UUID]:
        """Businesses with `recommendations_due` set."""


class Snapshots(Protocol):
    async def save(self, snapshots: Mapping[UUID, Sequence[MetricsSnapshot]], now: dt.datetime) -> int:
        """By business, one per period; an equal one that is there already is left alone. How many rows were written."""

    async def latest(self, business_id: UUID) -> MetricsSnapshot | None: ...

    async def between(self, business_id: UUID, start: dt.date, end: dt.date) -> list[MetricsSnapshot]:
        """Those whose period ends within [start, end], ascending."""

    async def drop_after(self, business_id: UUID, day: dt.date) -> None:
        """Forget the snapshots whose period ends later: days that are not over in a new time zone."""


class StoredScore(msgspec.Struct, frozen=True):
    assessment: Assessment
    created_at: dt.datetime


class Scores(Protocol):
    async def save(self, assessments: Mapping[UUID, Sequence[Assessment]], now: dt.datetime) -> int:
        """By business, one per rulebook and day. An equal one is left alone; a different one takes its place and the
        old row is kept in `superseded_scores`. How many rows were written."""

    async def latest(self, business_id: UUID, rulebook: str) -> StoredScore | None: ...

    async def on(self, business_id: UUID, rulebook: str, day: dt.date) -> StoredScore | None:
        """The score of one day."""

    async def history(self, business_id: UUID, rulebook: str, *, limit: int) -> list[StoredScore]:
        """Newest day first."""

    async def drop_after(self, business_id: UUID, day: dt.date) -> None:
        """Forget the scores of later days, under every rulebook."""


class Recommendations(Protocol):
    async def get(self, recommendation_id: UUID) -> Recommendation | None: ...

    async def list(
        self, business_id: UUID, *, status: Status | None = None, priority: Priority | None = None
    ) -> list[Recommendation]:
        """Highest priority first, then impact, then newest, then by key: the order of `recommend`."""

    async def hold(self, business_ids: Collection[UUID]) -> dict[UUID, Sequence[Recommendation]]:
        """Those that bear on what is advised next: open and dismissed ones, by business. They are held until the
        transaction ends, so that nobody decides about them meanwhile."""

    async def put(self, recommendations: Sequence[Recommendation]) -> None:
        """Add the new ones, and save the others as they are now; their business holds them."""

    async def save(self, recommendation: Recommendation, *, expected: Status) -> None:
        """Raise `Conflict` when the stored status is no longer `expected`."""


class JobRuns(Protocol):
    async def claim_slot(self, job: str, slot: dt.datetime) -> bool:
        """True for the one scheduler that may start this job for this slot, whoever else asks, ever."""


class UnitOfWork(Protocol):
    users: Users
    sessions: Sessions
    links: Links
    rate_limits: RateLimits
    businesses: Businesses
    integrations: Integrations
    windows: ImportWindows
    inbox: Inbox
    ledger: Ledger
    activity: Activity
    histories: Histories
    certificates: Certificates
    doubts: Doubts
    computations: Computations
    snapshots: Snapshots
    scores: Scores
    recommendations: Recommendations
    job_runs: JobRuns
    audit: AuditLog
    holdings: Holdings
    outbox: Outbox
    returns: AccessReturns
    members: Members
    invitations: Invitations
    tokens: PersonalTokens
    conversations: Conversations

    async def commit(self, *, durable: bool = True) -> None:
        """Make what was written visible to everybody. With `durable=False` it is not waited for the disk: a crash of
        the database in the next moment may take it away, as a whole. The next durable commit, of whomever, carries it
        along."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...


class UnitOfWorkFactory(Protocol):
    """The system's own way in, which sees every tenant: for jobs, and for the moments before it is known who asks."""

    def __call__(self) -> UnitOfWork: ...


class TenantUnitOfWorkFactory(Protocol):
    """The way in for whatever a person asks for. The storage itself keeps everybody else's rows out of sight, whether
    or not a query names its business: a caller sees their one business, a person alone all that they belong to.

    The first use of a collection raises `Forbidden` when the caller does not have their role (any more).
    """

    def __call__(self, who: Caller | UUID) -> UnitOfWork: ...


class EventAcceptor(Protocol):
    """The fast way into the inbox, for webhooks: events that arrive together are committed together."""

    def accept(self, event: StripeEvent) -> asyncio.Future[None]:
        """Take the event at once; it is done when the event is durably stored (or was there already)."""

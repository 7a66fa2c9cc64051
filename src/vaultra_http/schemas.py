"""The shapes of requests and answers that are HTTP's own; what the core computes has its shapes in its `views`."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from vaultra_core import money
from vaultra_core.domain.accounts import Business, Industry, Integration, MemberOf, User
from vaultra_core.domain.activity import DayActivity
from vaultra_core.domain.metrics import MetricsSnapshot
from vaultra_core.domain.readiness.assessment import Tier
from vaultra_core.domain.readiness.evidence import recommendation_handle
from vaultra_core.domain.recommendations.base import Recommendation, Status
from vaultra_core.identity import Role
from vaultra_core.ports.storage import StoredScore
from vaultra_core.use_cases.get_connection import Connection
from vaultra_core.use_cases.get_metrics import LatestMetrics
from vaultra_core.use_cases.get_readiness import CurrentReadiness
from vaultra_core.views import MetricsView, ReadinessView, RecommendationView
from vaultra_http.completeness_schemas import CompletenessView
from vaultra_http.rendering import utc

# PostgreSQL cannot hold NUL; nobody types control characters.
_PLAIN = r"[^\x00-\x1f\x7f]"
_ADDRESS = r"[^@\s\x00-\x1f\x7f]+"
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=rf"^{_PLAIN}*[^\s\x00-\x1f\x7f]{_PLAIN}*$")]
Email = Annotated[str, msgspec.Meta(max_length=254, pattern=rf"^{_ADDRESS}@{_ADDRESS}\.{_ADDRESS}$")]
Password = Annotated[str, msgspec.Meta(max_length=1024)]  # the rules are the core's; this only bounds the work
HttpsUrl = Annotated[str, msgspec.Meta(max_length=2048, pattern=r"^https://[^\s\x00-\x1f\x7f]+$")]
Currency = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z]{3}$")]
TimeZone = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9+_/-]+$")]
MajorAmount = Annotated[Decimal, msgspec.Meta(description="Major units of the currency, 0 to 10 trillion.")]


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request body: what it does not know, it refuses."""


class SignUpBody(Body, frozen=True, kw_only=True):
    email: Email
    password: Password
    name: Name


class LogInBody(Body, frozen=True, kw_only=True):
    email: Annotated[str, msgspec.Meta(max_length=254, pattern=rf"^{_PLAIN}*$")]
    password: Password


class ProfileBody(Body, frozen=True, kw_only=True):
    name: Name | msgspec.UnsetType = msgspec.UNSET
    avatar_url: HttpsUrl | msgspec.UnsetType | None = msgspec.UNSET


class BusinessBody(Body, frozen=True, kw_only=True):
    name: Name
    legal_entity: Name | None = None
    industry: Industry | None = None
    revenue_estimate: MajorAmount | None = None
    founded_at: dt.date | None = None
    currency: Currency = "usd"
    timezone: TimeZone = "UTC"


class BusinessChanges(Body, frozen=True, kw_only=True):
    name: Name | msgspec.UnsetType = msgspec.UNSET
    legal_entity: Name | msgspec.UnsetType | None = msgspec.UNSET
    industry: Industry | msgspec.UnsetType | None = msgspec.UNSET
    revenue_estimate: MajorAmount | msgspec.UnsetType | None = msgspec.UNSET
    founded_at: dt.date | msgspec.UnsetType | None = msgspec.UNSET
    currency: Currency | msgspec.UnsetType = msgspec.UNSET
    timezone: TimeZone | msgspec.UnsetType = msgspec.UNSET


class DecisionBody(Body, frozen=True, kw_only=True):
    status: Literal["accepted", "dismissed"]


class UserView(msgspec.Struct, kw_only=True):
    id: UUID
    email: str
    name: str
    avatar_url: str | None
    created_at: dt.datetime

    @classmethod
    def of(cls, user: User) -> "UserView":
        return cls(
            id=user.id,
            email=user.email,
            name=user.name,
            avatar_url=user.avatar_url,
            created_at=utc(user.created_at),
        )


class MembershipView(msgspec.Struct):
    id: UUID
    name: str
    role: Role


class ProfileView(msgspec.Struct, kw_only=True):
    id: UUID
    email: str
    name: str
    avatar_url: str | None
    email_verified: bool
    businesses: list[MembershipView]

    @classmethod
    def of(cls, user: User, businesses: list[MemberOf]) -> "ProfileView":
        memberships = [MembershipView(b.id, b.name, b.role) for b in businesses]
        return cls(
            id=user.id,
            email=user.email,
            name=user.name,
            avatar_url=user.avatar_url,
            email_verified=user.email_verified_at is not None,
            businesses=memberships,
        )


class BusinessView(msgspec.Struct, kw_only=True):
    id: UUID
    name: str
    legal_entity: str | None
    industry: Industry | None
    revenue_estimate: Decimal | None
    founded_at: dt.date | None
    currency: str
    timezone: str
    sample_data: bool
    created_at: dt.datetime

    @classmethod
    def of(cls, business: Business) -> "BusinessView":
        estimate = business.revenue_estimate
        return cls(
            id=business.id,
            name=business.name,
            legal_entity=business.legal_entity,
            industry=business.industry,
            revenue_estimate=None if estimate is None else money.to_major(estimate, business.currency),
            founded_at=business.founded_at,
            currency=business.currency,
            timezone=business.timezone,
            sample_data=business.sample_data,
            created_at=utc(business.created_at),
        )


class AuthorizeView(msgspec.Struct):
    authorize_url: str


class ImportView(msgspec.Struct, kw_only=True):
    """Real progress: objects read so far, and how much of the time to be read has been read."""

    state: Literal["starting", "extending", "complete", "error"]
    done: int
    total: Annotated[int | None, msgspec.Meta(description="Known once all has been read: lists have no count.")]
    percent: float
    read_back_to: Annotated[dt.date | None, msgspec.Meta(description="Charges are in from this day (UTC) on.")]
    started_at: dt.datetime
    finished_at: dt.datetime | None
    error: str | None


class WebhooksView(msgspec.Struct, kw_only=True):
    """What our webhook endpoint missed, as Stripe tells it. Nothing is lost by it: each sync reads the events."""

    missed: Annotated[int, msgspec.Meta(description="Events that were not delivered within 15 minutes, from `since`.")]
    since: dt.datetime | None
    last_missed_at: dt.datetime | None
    checked_at: Annotated[dt.datetime | None, msgspec.Meta(description="Up to when the events were looked at.")]

    @classmethod
    def of(cls, integration: Integration) -> "WebhooksView":
        return cls(
            missed=integration.webhooks_missed,
            since=_moment(integration.webhooks_since),
            last_missed_at=_moment(integration.webhooks_missed_last),
            checked_at=_moment(integration.webhooks_through),
        )


class EventsView(msgspec.Struct):
    """Events that are stored and not applied: waiting for their turn, or given up until the software can read them."""

    waiting: int
    dead: int


class ConnectionView(msgspec.Struct, kw_only=True):
    connected: Annotated[bool, msgspec.Meta(description="The other fields are there when this is true.")]
    account_id: str | msgspec.UnsetType = msgspec.UNSET
    livemode: bool | msgspec.UnsetType = msgspec.UNSET
    status: Literal["active", "error"] | msgspec.UnsetType = msgspec.UNSET
    last_synced_at: dt.datetime | msgspec.UnsetType | None = msgspec.UNSET
    import_: ImportView | msgspec.UnsetType = msgspec.field(default=msgspec.UNSET, name="import")
    completeness: CompletenessView | msgspec.UnsetType = msgspec.UNSET
    events: EventsView | msgspec.UnsetType = msgspec.UNSET
    webhooks: WebhooksView | msgspec.UnsetType = msgspec.UNSET

    @classmethod
    def of(cls, connection: Connection) -> "ConnectionView":
        integration, progress = connection.integration, connection.progress
        complete = integration.import_finished_at is not None
        back = progress.read_back_to
        return cls(
            connected=True,
            account_id=integration.external_id,
            livemode=integration.livemode,
            status="error" if integration.error else "active",
            last_synced_at=utc(integration.last_synced_at) if integration.last_synced_at else None,
            import_=ImportView(
                state="error" if integration.error and not complete else integration.phase.value,
                done=progress.done,
                total=progress.done if complete else None,
                percent=100.0 if complete else progress.percent,
                read_back_to=dt.datetime.fromtimestamp(back, dt.UTC).date() if back is not None else None,
                started_at=utc(integration.import_started_at),
                finished_at=utc(integration.import_finished_at) if integration.import_finished_at else None,
                error=integration.error,
            ),
            completeness=CompletenessView.of(connection.certificate),
            events=EventsView(connection.backlog.waiting, connection.backlog.dead),
            webhooks=WebhooksView.of(integration),
        )


def _moment(seconds: int | None) -> dt.datetime | None:
    return None if seconds is None else dt.datetime.fromtimestamp(seconds, dt.UTC)


class TodayView(msgspec.Struct, kw_only=True):
    """What has happened today so far; a running day enters the metrics at midnight."""

    date: dt.date
    revenue: Decimal
    transaction_count: int

    @classmethod
    def of(cls, day: DayActivity, currency: str) -> "TodayView":
        return cls(date=day.day, revenue=money.to_major(day.gross_minor, currency), transaction_count=day.charge_count)


class BusinessMetrics(MetricsView, frozen=True, kw_only=True):
    business_id: UUID

    @classmethod
    def stored(cls, business_id: UUID, snapshot: MetricsSnapshot) -> "BusinessMetrics":
        return cls(business_id=business_id, **msgspec.structs.asdict(MetricsView.of(snapshot)))


class LatestMetricsView(BusinessMetrics, frozen=True, kw_only=True):
    today: TodayView

    @classmethod
    def latest(cls, business_id: UUID, latest: LatestMetrics) -> "LatestMetricsView":
        stored = BusinessMetrics.stored(business_id, latest.snapshot)
        return cls(today=TodayView.of(latest.today, latest.snapshot.currency), **msgspec.structs.asdict(stored))


class MetricsHistoryView(msgspec.Struct):
    metrics: list[BusinessMetrics]


class BusinessReadiness(ReadinessView, frozen=True, kw_only=True):
    business_id: UUID
    created_at: dt.datetime
    complete_through: Annotated[
        dt.date | None, msgspec.Meta(description="What the score rests on agrees with Stripe's balance up to this day.")
    ]

    @classmethod
    def current(cls, business_id: UUID, current: CurrentReadiness) -> "BusinessReadiness":
        view = msgspec.structs.asdict(ReadinessView.of(current.score.assessment))
        return cls(
            business_id=business_id,
            created_at=utc(current.score.created_at),
            complete_through=current.complete_through,
            **view,
        )


class ScoreView(msgspec.Struct):
    score: int
    tier: Tier
    created_at: dt.datetime
    as_of: dt.date

    @classmethod
    def of(cls, stored: StoredScore) -> "ScoreView":
        score = stored.assessment
        return cls(score.score, score.tier, utc(stored.created_at), score.as_of)


class ReadinessHistoryView(msgspec.Struct):
    scores: list[ScoreView]


class BusinessRecommendation(RecommendationView, frozen=True, kw_only=True):
    id: UUID
    business_id: UUID
    handle: str  # of the evidence behind it
    status: Status
    created_at: dt.datetime
    updated_at: dt.datetime

    @classmethod
    def stored(cls, recommendation: Recommendation) -> "BusinessRecommendation":
        return cls(
            id=recommendation.id,
            business_id=recommendation.business_id,
            handle=recommendation_handle(recommendation.id),
            status=recommendation.status,
            created_at=utc(recommendation.created_at),
            updated_at=utc(recommendation.updated_at),
            **msgspec.structs.asdict(RecommendationView.of(recommendation.advice)),
        )


class RecommendationsView(msgspec.Struct):
    recommendations: list[BusinessRecommendation]


class HealthView(msgspec.Struct):
    status: Literal["ok"]


class ReadyView(msgspec.Struct):
    status: Literal["ok"]
    database: str
    queue: str
    schema: str

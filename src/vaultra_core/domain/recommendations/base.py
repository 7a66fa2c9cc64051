"""What a recommendation is."""

import datetime as dt
import enum
from uuid import UUID

import msgspec


class Priority(enum.StrEnum):
    HIGH = "high"  # more than 10 points
    MEDIUM = "medium"  # 5–10 points
    LOW = "low"  # below 5 points


class Category(enum.StrEnum):
    RISK = "risk"
    CASH_FLOW = "cash_flow"
    REVENUE = "revenue"
    GROWTH = "growth"
    DATA = "data"


class Status(enum.StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    RESOLVED = "resolved"


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule says today: the recommendation before it has a life cycle.

    `severity` is how bad the rule's own metric is (higher is worse, by band): a dismissed advice comes back early
    only when it has risen. `metric_refs` maps the metrics it speaks of to their values now.
    """

    key: str
    title: str
    description: str
    priority: Priority
    category: Category
    impact_points: float
    estimated_impact: str
    metric_refs: dict[str, float | int | str | None]
    severity: int = 0


class Recommendation(msgspec.Struct, frozen=True, kw_only=True):
    """An advice with its life cycle, as it is stored."""

    id: UUID
    business_id: UUID
    advice: Advice
    status: Status
    created_at: dt.datetime
    updated_at: dt.datetime
    resolved_at: dt.datetime | None = None  # when its trigger was gone, for a pending or an accepted one
    dismissed_until: dt.datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still asks something of the owner: pending, or accepted and not done yet."""
        return self.status in (Status.PENDING, Status.ACCEPTED) and self.resolved_at is None

"""What the outside sees: the shapes of the API, with money as exact decimals in major units.

They name no business, since the core's rules do not know any; HTTP adds that. Encode them with `encode`.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec

from vaultra_core.domain.metrics import MetricsSnapshot
from vaultra_core.domain.readiness.assessment import Assessment, Tier
from vaultra_core.domain.readiness.contribution import Contribution
from vaultra_core.domain.readiness.evidence import contribution_handle, score_handle
from vaultra_core.domain.readiness.outlook import Crossing, Limit, Outlook, RollOffKind, ScorePoint
from vaultra_core.domain.recommendations.base import Advice, Category, Priority
from vaultra_core.money import to_major

# Money is a JSON number with all its digits, not a string and not a float.
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def encode(view: object) -> bytes:
    """JSON of any view, or of lists and dicts of views."""
    return _ENCODER.encode(view)


class ExtraView(msgspec.Struct, frozen=True, kw_only=True):
    """Further figures of the period; amounts in major units of the snapshot's currency."""

    net_revenue: Decimal
    estimated_revenue: Decimal
    refund_value_ratio: float | None
    chargeback_won_count: int
    chargeback_ratio_interval: tuple[float, float] | None
    failed_charge_ratio: float | None
    top_customer_share: float | None
    effective_customers: float | None
    returning_share: float | None
    monthly_average: Decimal | None
    weekly_trend: float | None
    new_mrr: Decimal | None
    churned_mrr: Decimal | None
    expansion_mrr: Decimal | None
    contraction_mrr: Decimal | None
    nrr: float | None
    payouts_not_final: int
    unconverted_count: int


class MetricsView(msgspec.Struct, frozen=True, kw_only=True):
    """The metrics of one period; amounts in major units of `currency`."""

    period_start: dt.date
    period_end: dt.date
    currency: str
    revenue_total: Decimal
    revenue_volatility: float | None
    chargeback_count: int
    chargeback_ratio: float | None
    refund_count: int
    refund_ratio: float | None
    payout_reliability: float | None
    transaction_count: int
    average_transaction_size: Decimal | None
    mrr: Decimal | None
    extra: ExtraView

    @classmethod
    def of(cls, snapshot: MetricsSnapshot) -> "MetricsView":
        fields = _in_major_units(snapshot, snapshot.currency)
        extra = ExtraView(**_in_major_units(snapshot.extra, snapshot.currency))
        return MetricsView(**{**fields, "extra": extra})


class ContributionView(msgspec.Struct, frozen=True, kw_only=True):
    """What one factor adds to, or a cap takes from, a score. Its handle resolves to what it is made of."""

    handle: str
    factor: str
    points: float
    max_points: float
    value: float | None
    band: str
    reason: str
    confidence: float
    evidence: tuple[str, ...]

    @classmethod
    def of(cls, contribution: Contribution, assessment: Assessment) -> "ContributionView":
        handle = contribution_handle(assessment.rulebook, assessment.as_of, contribution.factor)
        return ContributionView(handle=handle, **msgspec.structs.asdict(contribution))


class ReadinessView(msgspec.Struct, frozen=True, kw_only=True):
    """A readiness score with all that it is made of."""

    handle: str
    as_of: dt.date
    rulebook: str
    score: int
    raw_score: float
    tier: Tier
    confidence: float
    components: dict[str, float]
    contributions: list[ContributionView]

    @classmethod
    def of(cls, assessment: Assessment) -> "ReadinessView":
        fields = msgspec.structs.asdict(assessment)
        del fields["lines"]
        return ReadinessView(
            handle=score_handle(assessment.rulebook, assessment.as_of),
            contributions=[ContributionView.of(contribution, assessment) for contribution in assessment.contributions],
            **fields,
        )


class RecommendationView(msgspec.Struct, frozen=True, kw_only=True):
    """A recommendation before it is stored: what there is to do, and what it would bring."""

    key: str
    title: str
    description: str
    priority: Priority
    category: Category
    estimated_impact: str
    impact_points: float
    metric_refs: dict[str, float | int | str | None]

    @classmethod
    def of(cls, advice: Advice) -> "RecommendationView":
        return RecommendationView(**{name: getattr(advice, name) for name in RecommendationView.__struct_fields__})


class RollOffView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that counts against the score until `leaves_on`; the amount in major units."""

    kind: RollOffKind
    first: dt.date
    last: dt.date
    leaves_on: dt.date
    count: int
    amount: Decimal
    evidence: tuple[str, ...]


class OutlookView(msgspec.Struct, frozen=True, kw_only=True):
    """The days ahead if nothing changes; amounts in major units of `currency`."""

    as_of: dt.date
    days: int
    rulebook: str
    currency: str
    score: int
    tier: Tier
    next_tier_on: dt.date | None
    crossings: tuple[Crossing, ...]
    scores: tuple[ScorePoint, ...]
    roll_offs: list[RollOffView]
    limits: tuple[Limit, ...]

    @classmethod
    def of(cls, outlook: Outlook, currency: str) -> "OutlookView":
        roll_offs = [RollOffView(**_in_major_units(each, currency)) for each in outlook.roll_offs]
        return OutlookView(**{**msgspec.structs.asdict(outlook), "roll_offs": roll_offs, "currency": currency})


def _in_major_units(struct: msgspec.Struct, currency: str) -> dict[str, Any]:
    """A struct's fields, with `…_minor` in minor units turned into `…` in major units."""
    fields = {}
    for name, value in msgspec.structs.asdict(struct).items():
        in_minor = name.endswith("_minor") and value is not None
        fields[name.removesuffix("_minor")] = to_major(value, currency) if in_minor else value
    return fields

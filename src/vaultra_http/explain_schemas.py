"""The shapes of questions about a score, and of their answers."""

import datetime as dt
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec

from vaultra_core import money
from vaultra_core.domain.readiness.assessment import Tier
from vaultra_core.domain.readiness.change import Change
from vaultra_core.domain.readiness.contribution import Contribution
from vaultra_core.domain.readiness.evidence import Part
from vaultra_core.domain.readiness.path import Path
from vaultra_core.use_cases.accept_path import Plan
from vaultra_core.use_cases.look_ahead import Ahead
from vaultra_core.use_cases.resolve_evidence import Exhibit, Resolved
from vaultra_core.use_cases.simulate_readiness import WhatIf
from vaultra_core.views import OutlookView
from vaultra_http.schemas import Body, BusinessRecommendation

MetricName = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[a-z_]+$")]


class SimulationBody(Body, frozen=True, kw_only=True):
    business_id: UUID | None = None
    changes: Annotated[
        dict[MetricName, float],
        msgspec.Meta(
            min_length=1,
            max_length=32,
            description="Metrics (amounts in major units, ratios as decimals) or factors, with their assumed values.",
        ),
    ]


class MovedView(msgspec.Struct, kw_only=True):
    """A contribution that the assumption moves; a cap that acts on one side only has 0 points on the other."""

    factor: str
    points_now: float
    points: float
    max_points: float
    value_now: float | None
    value: float | None
    band: str
    reason: str
    evidence: tuple[str, ...]


class SimulationView(msgspec.Struct, kw_only=True):
    business_id: UUID
    as_of: dt.date
    rulebook: str
    score_now: int
    score: int
    raw_score_now: float
    raw_score: float
    tier_now: Tier
    tier: Tier
    moved: list[MovedView]

    @classmethod
    def of(cls, business_id: UUID, what_if: WhatIf) -> "SimulationView":
        now, then = what_if.now, what_if.then
        before = {line.factor: line for line in now.contributions}
        after = {line.factor: line for line in then.contributions}
        pairs = [(before.get(name), after.get(name)) for name in dict.fromkeys([*after, *before])]
        return cls(
            business_id=business_id,
            as_of=then.as_of,
            rulebook=then.rulebook,
            score_now=now.score,
            score=then.score,
            raw_score_now=now.raw_score,
            raw_score=then.raw_score,
            tier_now=now.tier,
            tier=then.tier,
            moved=[moved for one, other in pairs if (moved := _moved(one, other))],
        )


def _moved(now: Contribution | None, then: Contribution | None) -> MovedView | None:
    line = then or now
    assert line is not None
    if now and then and (now.points, now.value) == (then.points, then.value):
        return None
    return MovedView(
        factor=line.factor,
        points_now=now.points if now else 0.0,
        points=then.points if then else 0.0,
        max_points=line.max_points,
        value_now=now.value if now else None,
        value=then.value if then else None,
        band=then.band if then else "",
        reason=then.reason if then else "It would no longer act.",
        evidence=line.evidence,
    )


class BusinessPath(Path, frozen=True, kw_only=True):
    business_id: UUID

    @classmethod
    def found(cls, business_id: UUID, path: Path) -> "BusinessPath":
        return cls(business_id=business_id, **{name: getattr(path, name) for name in Path.__struct_fields__})


class PlanBody(Body, frozen=True, kw_only=True):
    business_id: UUID | None = None
    target: (
        Annotated[int, msgspec.Meta(ge=0, le=100, description="A score; without it, the next tier's lowest.")] | None
    ) = None


class PlanView(msgspec.Struct, kw_only=True):
    """`without` names the factors of steps that no open recommendation is about, such as one that was dismissed."""

    path: BusinessPath
    recommendations: list[BusinessRecommendation]
    without: list[str]

    @classmethod
    def of(cls, business_id: UUID, plan: Plan) -> "PlanView":
        return cls(
            path=BusinessPath.found(business_id, plan.path),
            recommendations=[BusinessRecommendation.stored(each) for each in plan.recommendations],
            without=[step.factor for step in plan.without],
        )


class BusinessChange(Change, frozen=True, kw_only=True):
    business_id: UUID

    @classmethod
    def found(cls, business_id: UUID, change: Change) -> "BusinessChange":
        return cls(business_id=business_id, **{name: getattr(change, name) for name in Change.__struct_fields__})


class BusinessOutlook(OutlookView, frozen=True, kw_only=True):
    business_id: UUID

    @classmethod
    def found(cls, business_id: UUID, ahead: Ahead) -> "BusinessOutlook":
        view = OutlookView.of(ahead.outlook, ahead.currency)
        return cls(business_id=business_id, **msgspec.structs.asdict(view))


class StripeObjectView(msgspec.Struct, kw_only=True):
    """A Stripe object behind a figure, with its amount in major units. A subscription's is what it brings per month, in
    the business's currency, null where its price is not known."""

    object: str
    id: str
    day: dt.date
    amount: Decimal | None
    currency: str
    status: str

    @classmethod
    def of(cls, exhibit: Exhibit) -> "StripeObjectView":
        minor = exhibit.amount_minor
        return cls(
            object=exhibit.state.kind,
            id=exhibit.state.id,
            day=exhibit.day,
            amount=None if minor is None else money.to_major(minor, exhibit.currency),
            currency=exhibit.currency,
            status=exhibit.status,
        )


class EvidenceView(msgspec.Struct, kw_only=True):
    business_id: UUID
    handle: str
    kind: str
    title: str
    statement: str
    value: Decimal | None
    currency: str | None
    formula: str | None
    parts: tuple[Part, ...]
    objects: list[StripeObjectView]
    next_cursor: str | None

    @classmethod
    def of(cls, business_id: UUID, resolved: Resolved) -> "EvidenceView":
        found = resolved.evidence
        return cls(
            business_id=business_id,
            handle=found.handle,
            kind=found.kind,
            title=found.title,
            statement=found.statement,
            value=found.value,
            currency=found.currency,
            formula=found.formula,
            parts=found.parts,
            objects=[StripeObjectView.of(exhibit) for exhibit in resolved.objects],
            next_cursor=resolved.next_cursor,
        )

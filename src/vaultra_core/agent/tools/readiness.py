"""What the score is made of, and what to do about it."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated

import msgspec

from vaultra_core.agent import figures
from vaultra_core.agent.figures import Figure, Statement
from vaultra_core.agent.registry import Arguments, Finding, NoArguments, Tool
from vaultra_core.domain.readiness.assessment import Assessment
from vaultra_core.domain.readiness.contribution import Contribution
from vaultra_core.domain.readiness.evidence import contribution_handle, recommendation_handle, score_handle
from vaultra_core.domain.readiness.projections import change_handle
from vaultra_core.domain.readiness.rulebook import get_rulebook
from vaultra_core.domain.recommendations.base import Recommendation
from vaultra_core.domain.wording import number, plural
from vaultra_core.identity import Caller
from vaultra_core.use_cases.get_readiness import GetReadiness
from vaultra_core.use_cases.list_recommendations import ListRecommendations


class FactorLine(msgspec.Struct, frozen=True, kw_only=True):
    """What one factor adds to, or a cap takes from, the score. `lost` is what is missing to its maximum."""

    factor: str
    title: str
    points: Figure
    most: Figure
    lost: Figure
    finding: Statement


class Breakdown(msgspec.Struct, frozen=True, kw_only=True):
    """`helps` earn more than their neutral points, `hurts` less; the largest effect comes first."""

    as_of: dt.date
    rulebook: str
    score: Figure
    tier: str
    confidence: Figure
    week_ago: Figure | None
    change_in_a_week: Figure | None
    helps: list[FactorLine]
    hurts: list[FactorLine]
    neutral: list[FactorLine]
    complete_through: dt.date | None

    @property
    def by_loss(self) -> list[FactorLine]:
        """Every line that costs points, most first."""
        lines = [*self.hurts, *self.neutral, *self.helps]
        return sorted((line for line in lines if line.lost.value > 0), key=lambda line: -line.lost.value)


class GetReadinessBreakdown(Tool[NoArguments]):
    name = "get_readiness_breakdown"
    doing = "Reading your score"
    description = (
        "The funding readiness score of today: tier, every factor with its points, what helps and what hurts, and the "
        "change since last week."
    )
    arguments = NoArguments

    def __init__(self, readiness: GetReadiness) -> None:
        self._readiness = readiness

    async def run(self, caller: Caller, arguments: NoArguments) -> Finding:
        found = await self._readiness.with_week_before(caller)
        now, before = found.current.score.assessment, found.week_before
        data = breakdown(now, before.assessment if before else None, found.current.complete_through)
        hurts = ", ".join(line.title for line in data.by_loss[:2]) or "nothing"
        return Finding(data, f"Score {now.score} of 100, {now.tier.label}; most points are lost to: {hurts}.")


def breakdown(now: Assessment, before: Assessment | None, complete_through: dt.date | None) -> Breakdown:
    handle = score_handle(now.rulebook, now.as_of)
    lines = [(line, _factor_line(line, now)) for line in now.contributions]
    moved = change_handle(now.rulebook, before.as_of, now.as_of) if before else ""
    neutral = {factor.name: factor.neutral for factor in get_rulebook(now.rulebook).factors}

    def over(line: Contribution) -> float:
        """Points above neutral; a cap has no neutral but zero, and what every score starts from is neutral."""
        return line.points - neutral.get(line.factor, line.max_points)

    return Breakdown(
        as_of=now.as_of,
        rulebook=now.rulebook,
        score=figures.score(now.score, handle),
        tier=now.tier.label,
        confidence=figures.share(now.confidence, handle, "Confidence"),
        week_ago=figures.score(before.score, score_handle(before.rulebook, before.as_of), "Score a week before")
        if before
        else None,
        change_in_a_week=figures.points(now.score - before.score, moved, "Change in a week") if before else None,
        helps=_most_first([(over(line), told) for line, told in lines if over(line) > 0]),
        hurts=_most_first([(float(told.lost.value), told) for line, told in lines if over(line) < 0]),
        neutral=[told for line, told in lines if over(line) == 0],
        complete_through=complete_through,
    )


def _factor_line(line: Contribution, assessment: Assessment) -> FactorLine:
    handle = contribution_handle(assessment.rulebook, assessment.as_of, line.factor)
    title = get_rulebook(assessment.rulebook).title_of(line.factor)
    lost = max(line.max_points, 0.0) - line.points
    return FactorLine(
        factor=line.factor,
        title=title,
        points=figures.points(line.points, handle, f"{title}: points"),
        most=figures.points(line.max_points, handle, f"{title}: most points"),
        lost=figures.points(lost, handle, f"{title}: points lost"),
        finding=Statement(line.reason, handle),
    )


def _most_first(ranked: Sequence[tuple[float, FactorLine]]) -> list[FactorLine]:
    return [line for _, line in sorted(ranked, key=lambda entry: -entry[0])]


class Limit(Arguments, frozen=True, kw_only=True):
    limit: Annotated[int, msgspec.Meta(ge=1, le=20, description="How many, most important first.")] = 5


class RecommendationItem(msgspec.Struct, frozen=True, kw_only=True):
    """`about` names the metrics and factors that it speaks of."""

    title: str
    about: list[str]
    priority: str
    category: str
    status: str
    impact: Figure
    description: Statement


class TopRecommendations(msgspec.Struct, frozen=True, kw_only=True):
    """Open ones only: offered, or accepted and not done."""

    recommendations: list[RecommendationItem]


class GetTopRecommendations(Tool[Limit]):
    name = "get_top_recommendations"
    doing = "Looking at what to do next"
    description = "The open recommendations, most important first, each with what to do and the points it would bring."
    arguments = Limit

    def __init__(self, recommendations: ListRecommendations) -> None:
        self._recommendations = recommendations

    async def run(self, caller: Caller, arguments: Limit) -> Finding:
        found = [each for each in await self._recommendations.execute(caller) if each.is_open]
        chosen = found[: arguments.limit]
        summary = "No open recommendation."
        if found:
            first = f"first: {found[0].advice.title}, {number(found[0].advice.impact_points)} points"
            summary = f"{plural(len(found), 'open recommendation')}; {first}."
        return Finding(TopRecommendations(recommendations=[_item(each) for each in chosen]), summary)


def _item(each: Recommendation) -> RecommendationItem:
    advice, handle = each.advice, recommendation_handle(each.id)
    return RecommendationItem(
        title=advice.title,
        about=list(advice.metric_refs),
        priority=advice.priority.value,
        category=advice.category.value,
        status=each.status.value,
        impact=figures.points(advice.impact_points, handle, f"{advice.title}: points to gain"),
        description=Statement(advice.description, handle),
    )

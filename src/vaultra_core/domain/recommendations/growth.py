"""Rules about how much there is, and where it is going."""

import math

from vaultra_core.domain.metrics import AVERAGE_DAYS
from vaultra_core.domain.recommendations.base import Advice, Category
from vaultra_core.domain.recommendations.situation import Goal, Situation, advice
from vaultra_core.domain.reference_rates import at_reference_rate
from vaultra_core.domain.wording import day
from vaultra_core.money import exponent

LOW_SCORE = 50  # the first specification's trigger
CORE_FACTORS = 3  # more at once is no focus
FOUR_WEEKS = 28


def raise_revenue(situation: Situation) -> Advice | None:
    """Net revenue per month is below what lenders ask for."""
    goal = situation.goal("scale", reach=1)
    if goal is None or goal.reading.value is None:
        return None
    currency = situation.history.currency
    gap_usd_minor = round((goal.band.threshold - goal.reading.value) * 10 ** exponent("usd"))
    minimum = goal.factor.unit.text(goal.band.threshold)
    gap = at_reference_rate(gap_usd_minor, "usd", currency)
    return advice(
        situation,
        key="raise_revenue",
        title="Grow monthly revenue to the next lender minimum",
        category=Category.GROWTH,
        description=(
            f"{goal.statement}.",
            f"Revenue-based lenders publish minimums; the next one is {minimum}, "
            f"{situation.money(gap or 0)} a month more than now.",
            f"The average looks back {AVERAGE_DAYS} days, so a rise that starts now counts in full by "
            f"{day(situation.later(AVERAGE_DAYS))}.",
            "Price, repeat orders and the best-selling channel usually move this faster than new products.",
        ),
        impact=situation.gain(goal.changes),
        by=situation.later(AVERAGE_DAYS),
        metric_refs={"scale": goal.reading.value, "target_scale": goal.band.threshold},
        severity=goal.severity,
    )


def restart_growth(situation: Situation) -> Advice | None:
    """Revenue shrinks, stands still, or grows more slowly than lenders like to see."""
    goal = situation.goal("trend")
    if goal is None or goal.reading.value is None:
        return None
    growth, target = goal.reading.value, goal.band.threshold
    recent = situation.seen.total("gross_minor", FOUR_WEEKS)
    until = day(situation.later(FOUR_WEEKS))
    if target > 0:
        aim = f"{situation.money(target * recent)} more until {until}, and so on from there, is growth of {goal.target}"
    else:
        aim = f"as much again until {until}, and so on from there, ends the decline"
    return advice(
        situation,
        key="restart_growth",
        title="Stop the decline in revenue" if growth < 0 else "Get revenue growing",
        category=Category.GROWTH,
        description=(
            f"{goal.statement}.",
            f"The last four weeks brought {situation.money(recent)}; {aim}.",
            "One weak week does not decide this figure: it follows the middle of all pairs of weeks over half a year.",
        ),
        impact=situation.gain(goal.changes),
        by=situation.later(FOUR_WEEKS),
        metric_refs={"trend": growth, "target_trend": target},
        severity=goal.severity,
    )


def focus_core(situation: Situation) -> Advice | None:
    """The score is below 50: a few factors carry most of what is missing."""
    assessment = situation.assessment
    if assessment.score >= LOW_SCORE:
        return None
    # The nearest bands that move the score: under a ceiling, the first step may not.
    for reach in range(1, 1 + max(len(factor.bands) for factor in situation.book.factors)):
        chosen = _core_goals(situation, reach)
        impact = situation.gain({name: value for goal in chosen for name, value in goal.changes.items()})
        if impact > 0:
            break
    tried = math.floor(assessment.raw_score + impact + 0.5)
    parts = "; ".join(f"{goal.factor.title.lower()} ({goal.now} now, {goal.target} to reach)" for goal in chosen)
    ceilings = [line.reason for line in assessment.contributions if line.factor.startswith("cap_")]
    return advice(
        situation,
        key="focus_core",
        title="Focus on core metrics",
        category=Category.GROWTH,
        description=(
            f"The score is {assessment.score}, below {LOW_SCORE}.",
            *ceilings,
            f"Most of what is missing lies in: {parts}." if chosen else "No factor has enough data to act on yet.",
            f"Together they would bring the score to about {tried}; "
            f"look at them again on {day(situation.later(FOUR_WEEKS))}.",
        ),
        impact=impact,
        by=situation.later(FOUR_WEEKS),
        metric_refs={
            "score": assessment.score,
            "target_score": tried,
            **{goal.factor.name: goal.reading.value for goal in chosen},
        },
        severity=sum(assessment.score < limit for limit in (50, 40, 30, 20, 10)),
    )


def _core_goals(situation: Situation, reach: int) -> list[Goal]:
    """The factors with the most points missing that can be acted on; history only comes with time."""
    names = [factor.name for factor in situation.book.factors if factor.name != "history"]
    goals = [goal for name in names if (goal := situation.goal(name, reach=reach))]
    missing = {line.factor: line.max_points - line.points for line in situation.assessment.contributions}
    return sorted(goals, key=lambda goal: missing[goal.factor.name], reverse=True)[:CORE_FACTORS]

"""Rules about the shape of revenue: how steady it is, and from whom it comes."""

import datetime as dt

from vaultra_core.domain.readiness.levers import more_from_others, more_from_returning, most_weak_weeks
from vaultra_core.domain.readiness.measures import CUSTOMER_DAYS
from vaultra_core.domain.recommendations.base import Advice, Category
from vaultra_core.domain.recommendations.situation import Situation, advice
from vaultra_core.domain.statistics import median
from vaultra_core.domain.weekly import REFERENCE_WEEKS, WEAK_SHARE
from vaultra_core.domain.wording import day, percent, plural

HIGH_VOLATILITY = 0.5  # the first specification's trigger
STEADY_DAYS = 91  # a quarter: about as long as new habits of billing take to show
_STEPS = (
    "Revenue that recurs evens it out: subscriptions or retainers, deposits spread over a project, and offers timed "
    "for the weeks that are usually slow."
)


def stabilize_revenue(situation: Situation) -> Advice | None:
    """Weekly revenue varies by more than half its mean."""
    volatility = situation.metrics.revenue_volatility
    if volatility is None or volatility <= HIGH_VOLATILITY:
        return None
    goal = situation.goal("steadiness")
    baseline = {"revenue_volatility": HIGH_VOLATILITY} if situation.book.factor("revenue_volatility") else {}
    return advice(
        situation,
        key="stabilize_revenue",
        title="Stabilize revenue streams",
        category=Category.REVENUE,
        description=(
            f"Weekly revenue varied by {percent(volatility)} of its mean over the last 13 weeks.",
            f"Less than {percent(HIGH_VOLATILITY)} is what lenders still read as regular; "
            f"a plan could aim for it by {day(situation.later(STEADY_DAYS))}.",
            _STEPS,
        ),
        impact=situation.gain(baseline or (goal.changes if goal else {})),
        by=situation.later(STEADY_DAYS),
        metric_refs={"revenue_volatility": volatility, "target_revenue_volatility": HIGH_VOLATILITY},
        severity=sum(volatility > limit for limit in (0.5, 0.75, 1.0)),
    )


def smooth_revenue(situation: Situation) -> Advice | None:
    """Swings around the trend keep the score below its best, though they raise no alarm."""
    volatility = situation.metrics.revenue_volatility
    goal = situation.goal("steadiness")
    if goal is None or (volatility is not None and volatility > HIGH_VOLATILITY):
        return None
    usual = median(situation.seen.weeks)
    return advice(
        situation,
        key="smooth_revenue",
        title="Even out weekly revenue",
        category=Category.REVENUE,
        description=(
            f"{goal.statement}.",
            f"A usual week brings {situation.money(usual)}; with most weeks within {percent(goal.band.threshold)} of "
            f"the trend, the score gains by {day(situation.later(STEADY_DAYS))}.",
            _STEPS,
        ),
        impact=situation.gain(goal.changes),
        by=situation.later(STEADY_DAYS),
        metric_refs={"steadiness": goal.reading.value, "target_steadiness": goal.band.threshold},
        severity=goal.severity,
    )


def close_gaps(situation: Situation) -> Advice | None:
    """Some weeks brought next to nothing."""
    weeks = situation.seen.weeks
    weak = situation.seen.weak_weeks
    goal = situation.goal("continuity", lambda band: most_weak_weeks(situation.seen, band))
    if goal is None:
        return None
    most = int(goal.need)
    usual = median(weeks)
    threshold = f"at least {situation.money(WEAK_SHARE * usual)}" if usual else "anything at all"
    goal_text = f"At most {plural(most, 'such week')}" if most else "None at all"
    return advice(
        situation,
        key="close_gaps",
        title="Close the gaps between sales",
        category=Category.REVENUE,
        description=(
            f"{goal.statement}.",
            f"{goal_text} is the next step; a week that brings {threshold} does not count.",
            f"Weeks leave the count after half a year: without a new one, by {day(_clear_date(situation, most))}.",
            "Plan something small to sell for holidays and quiet weeks, and send invoices weekly rather than in bulk.",
        ),
        impact=situation.gain(goal.changes),
        by=_clear_date(situation, most),
        metric_refs={"continuity": goal.reading.value, "weak_weeks": weak, "target_weak_weeks": most},
        severity=goal.severity,
    )


def _clear_date(situation: Situation, most: int) -> dt.date:
    """When only so many weak weeks are left among the last 26, if none is added."""
    weeks = situation.seen.weeks
    threshold = WEAK_SHARE * median(weeks)
    left = situation.seen.weak_weeks
    for index, week in enumerate(weeks):
        left -= week < threshold if threshold else week == 0
        if left <= most:
            return situation.later(7 * (REFERENCE_WEEKS - len(weeks) + index + 1))
    return situation.later(7 * REFERENCE_WEEKS)


def spread_customers(situation: Situation) -> Advice | None:
    """One customer brings a large part of revenue."""
    identified = situation.seen.total("identified_minor", CUSTOMER_DAYS)
    goal = situation.goal("top_customer")
    if goal is None or goal.reading.value is None:
        return None
    largest = goal.reading.value * identified
    extra = more_from_others(situation.seen, goal.band)
    return advice(
        situation,
        key="spread_customers",
        title="Depend less on the largest customer",
        category=Category.RISK,
        description=(
            f"{goal.statement}, {situation.money(largest)} of {situation.money(identified)}.",
            f"{situation.money(extra)} more from others in {CUSTOMER_DAYS} days, with the same from that customer, "
            f"brings the share {goal.target} by {day(situation.later(CUSTOMER_DAYS))}.",
            "Offer what that customer buys to two or three similar ones; a contract with a notice period lowers the "
            "risk meanwhile, though it does not change this figure.",
        ),
        impact=situation.gain(goal.changes),
        by=situation.later(CUSTOMER_DAYS),
        metric_refs={"top_customer": goal.reading.value, "target_top_customer": goal.band.threshold},
        severity=goal.severity,
    )


def win_back_customers(situation: Situation) -> Advice | None:
    """Little revenue comes from customers who return."""
    identified = situation.seen.total("identified_minor", CUSTOMER_DAYS)
    returning = situation.seen.total("returning_minor", CUSTOMER_DAYS)
    goal = situation.goal("returning")
    if goal is None:
        return None
    target = goal.band.threshold
    extra = more_from_returning(situation.seen, goal.band)
    return advice(
        situation,
        key="win_back_customers",
        title="Bring customers back",
        category=Category.REVENUE,
        description=(
            f"{goal.statement}, {situation.money(returning)} of {situation.money(identified)}.",
            f"{situation.money(extra)} more from customers who bought before, in {CUSTOMER_DAYS} days, brings "
            f"the share to {percent(target)} by {day(situation.later(CUSTOMER_DAYS))}.",
            "Write to buyers about a month after their first purchase with what goes with it, and make ordering again "
            "one click.",
        ),
        impact=situation.gain(goal.changes),
        by=situation.later(CUSTOMER_DAYS),
        metric_refs={"returning": goal.reading.value, "target_returning": target},
        severity=goal.severity,
    )

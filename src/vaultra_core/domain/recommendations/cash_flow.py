"""Rules about money that arrives: payouts."""

from vaultra_core.domain.readiness.levers import least_share_in_time
from vaultra_core.domain.readiness.measures import PAYOUT_DAYS
from vaultra_core.domain.recommendations.base import Advice, Category
from vaultra_core.domain.recommendations.situation import Goal, Situation, advice
from vaultra_core.domain.wording import day, percent, plural
from vaultra_core.periods import PERIOD_DAYS

LOW_PAYOUT_RELIABILITY = 0.8  # the first specification's trigger
_STEPS = (
    "Check in Stripe why payouts failed or came late: wrong or closed bank details, a verification that is waiting, "
    "or a balance that disputes and refunds have made negative."
)


def improve_payouts(situation: Situation) -> Advice | None:
    """Less than 80 % of the payouts of the last 30 days arrived in time."""
    ratio = situation.metrics.payout_reliability
    if ratio is None or ratio >= LOW_PAYOUT_RELIABILITY:
        return None
    goal = _payout_goal(situation)
    baseline = {"payout_reliability": LOW_PAYOUT_RELIABILITY} if situation.book.factor("payout_reliability") else {}
    due, paid = (situation.seen.total(field, PERIOD_DAYS) for field in ("payout_due_count", "payout_ok_count"))
    return advice(
        situation,
        key="improve_payouts",
        title="Improve payout timing",
        category=Category.CASH_FLOW,
        description=(
            f"{paid} of {plural(due, 'payout')} in the last {PERIOD_DAYS} days arrived in time, {percent(ratio)}.",
            f"Bring that to at least {percent(LOW_PAYOUT_RELIABILITY)} by {day(situation.later(PERIOD_DAYS))}.",
            *(_to_reach(situation, goal) if goal else ()),
            _STEPS,
        ),
        impact=situation.gain(baseline or (goal.changes if goal else {})),
        by=situation.later(PERIOD_DAYS),
        metric_refs={"payout_reliability": ratio, "target_payout_reliability": LOW_PAYOUT_RELIABILITY},
        severity=sum(ratio < limit for limit in (0.8, 0.6, 0.4, 0.2)),
    )


def secure_payouts(situation: Situation) -> Advice | None:
    """Payouts over 180 days keep the score below its best, though the last 30 days raise no alarm."""
    ratio = situation.metrics.payout_reliability
    goal = _payout_goal(situation)
    if goal is None or (ratio is not None and ratio < LOW_PAYOUT_RELIABILITY):
        return None
    return advice(
        situation,
        key="secure_payouts",
        title="Get every payout in time",
        category=Category.CASH_FLOW,
        description=(f"{goal.statement}.", *_to_reach(situation, goal), _STEPS),
        impact=situation.gain(goal.changes),
        by=situation.later(PAYOUT_DAYS),
        metric_refs={"payouts": goal.reading.value, "target_share_in_time_180_days": goal.need},
        severity=goal.severity,
    )


def _payout_goal(situation: Situation) -> Goal | None:
    return situation.goal("payouts", lambda band: least_share_in_time(situation.seen, band))


def _to_reach(situation: Situation, goal: Goal) -> tuple[str, ...]:
    due, paid = (situation.seen.total(field, PAYOUT_DAYS) for field in ("payout_due_minor", "payout_ok_minor"))
    return (
        f"Over {PAYOUT_DAYS} days {situation.money(due - paid)} of {situation.money(due)} did not come in time; "
        f"at most {situation.money((1 - goal.need) * due)} keeps it {goal.target}, "
        f"by {day(situation.later(PAYOUT_DAYS))} at the latest.",
    )

"""Rules about money that goes back: chargebacks and refunds."""

import math

from vaultra_core.domain.readiness.levers import date_with_at_most, most_chargebacks, most_refunds
from vaultra_core.domain.readiness.measures import DISPUTE_DAYS, DISPUTE_PRIOR, REFUND_DAYS, REFUND_PRIOR
from vaultra_core.domain.readiness.rules import Band
from vaultra_core.domain.recommendations.base import Advice, Category
from vaultra_core.domain.recommendations.situation import Goal, Situation, advice
from vaultra_core.domain.wording import day, percent, plural, there_were
from vaultra_core.periods import PERIOD_DAYS

HIGH_CHARGEBACK_RATIO = 0.02  # the first specification's trigger
_STEPS = (
    "Steps that usually help: a statement descriptor that customers recognise, receipts and tracking sent at once, "
    "and a quick refund where a complaint is fair, before it becomes a dispute."
)


def reduce_chargebacks(situation: Situation) -> Advice | None:
    """More than 2 % of the sales of the last 30 days were charged back."""
    snapshot = situation.metrics
    ratio = snapshot.chargeback_ratio
    if ratio is None or ratio <= HIGH_CHARGEBACK_RATIO:
        return None
    goal = _dispute_goal(situation)
    changes = _baseline_change(situation) or (goal.changes if goal else {})
    allowed = math.floor(HIGH_CHARGEBACK_RATIO * snapshot.transaction_count)
    cases = f"{there_were(snapshot.chargeback_count, 'chargeback')} on {plural(snapshot.transaction_count, 'sale')}"
    return advice(
        situation,
        key="reduce_chargebacks",
        title="Reduce chargebacks",
        category=Category.RISK,
        description=(
            f"{cases} in the last {PERIOD_DAYS} days, which is {percent(ratio)}.",
            f"Staying below {percent(HIGH_CHARGEBACK_RATIO)} at this volume means at most {allowed} "
            f"until {day(situation.later(PERIOD_DAYS))}.",
            "Stripe calls a ratio above 0.75 % excessive, and card networks act from 1.5 % on.",
            *(_way_down(situation, goal) if goal else ()),
            _STEPS,
        ),
        impact=situation.gain(changes),
        by=situation.later(PERIOD_DAYS),
        metric_refs={
            "chargeback_ratio": ratio,
            "chargeback_count": snapshot.chargeback_count,
            "transaction_count": snapshot.transaction_count,
            "target_chargeback_ratio": HIGH_CHARGEBACK_RATIO,
        },
        severity=sum(ratio > limit for limit in (0.02, 0.03, 0.05, 0.1)),
    )


def _baseline_change(situation: Situation) -> dict[str, float]:
    known = situation.book.factor("chargeback_ratio") is not None
    return {"chargeback_ratio": HIGH_CHARGEBACK_RATIO} if known else {}


def lower_disputes(situation: Situation) -> Advice | None:
    """Chargebacks over 180 days keep the score below its best, though the last 30 days raise no alarm."""
    ratio = situation.metrics.chargeback_ratio
    goal = _dispute_goal(situation)
    if goal is None or (ratio is not None and ratio > HIGH_CHARGEBACK_RATIO):
        return None
    return advice(
        situation,
        key="lower_disputes",
        title="Bring chargebacks further down",
        category=Category.RISK,
        description=(f"{goal.statement}.", *_way_down(situation, goal), _STEPS),
        impact=situation.gain(goal.changes),
        by=date_with_at_most(situation.seen, int(goal.need)),
        metric_refs={
            "disputes": goal.reading.value,
            "chargeback_count_180_days": situation.seen.total("chargeback_count", DISPUTE_DAYS),
            "target_chargeback_count_180_days": int(goal.need),
        },
        severity=goal.severity,
    )


def _dispute_goal(situation: Situation) -> Goal | None:
    count = situation.seen.total("chargeback_count", DISPUTE_DAYS)

    def need(band: Band) -> float | None:
        most = most_chargebacks(situation.seen, band)
        return most if most is not None and most < count else None

    return situation.goal("disputes", need)


def _way_down(situation: Situation, goal: Goal) -> tuple[str, ...]:
    most = int(goal.need)
    reached = date_with_at_most(situation.seen, most)
    few = f"at most {plural(most, 'chargeback')}" if most else "only a span without any chargeback"
    sentence = f"At today's volume, {few} in {DISPUTE_DAYS} days would bring it {goal.target}"
    return (f"{sentence}; if no new one comes in, that is reached on {day(reached)}.",)


def dispute_warning(situation: Situation) -> Advice | None:
    """One more month like the last would push chargebacks into a worse band."""
    count, charges = (_if_repeated(situation, f, DISPUTE_DAYS) for f in ("chargeback_count", "charge_count"))
    prior_disputes, prior = DISPUTE_PRIOR
    expected = (count + prior_disputes) / (charges + prior)
    loss = _loss(situation, "disputes", expected)
    if loss is None:
        return None
    recent = situation.seen.total("chargeback_count", PERIOD_DAYS)
    sales = situation.seen.total("charge_count", PERIOD_DAYS)
    return _warning(
        situation,
        factor="disputes",
        expected=expected,
        loss=loss,
        key="dispute_warning",
        title="Chargebacks are heading for a worse band",
        finding=f"The last {PERIOD_DAYS} days brought {plural(recent, 'chargeback')} on {plural(sales, 'sale')}",
        step="Look at the newest disputes for a common cause: one product, one campaign, one kind of buyer. " + _STEPS,
    )


def lower_refunds(situation: Situation) -> Advice | None:
    """Refunds keep the score below its best."""
    gross = situation.seen.total("gross_minor", REFUND_DAYS)
    refunded = situation.seen.total("refunded_minor", REFUND_DAYS)
    goal = situation.goal("refunds", lambda band: most_refunds(situation.seen, band))
    if goal is None:
        return None
    return advice(
        situation,
        key="lower_refunds",
        title="Lower refunds",
        category=Category.RISK,
        description=(
            f"{goal.statement}.",
            f"At today's volume, refunds of less than {situation.money(goal.need)} in {REFUND_DAYS} days, instead of "
            f"{situation.money(refunded)}, bring it {goal.target} by {day(situation.later(REFUND_DAYS))}.",
            "Sort the refunds by reason: sizes, damage and late delivery can be prevented before the sale, and an "
            "exchange or a credit keeps the revenue.",
        ),
        impact=situation.gain(goal.changes),
        by=situation.later(REFUND_DAYS),
        metric_refs={
            "refunds": goal.reading.value,
            "refund_value_share_90_days": refunded / gross,
            "target_refund_share": goal.band.threshold,
        },
        severity=goal.severity,
    )


def refund_warning(situation: Situation) -> Advice | None:
    """One more month like the last would push refunds into a worse band."""
    fields = ("refunded_minor", "gross_minor", "charge_count")
    refunded, gross, charges = (_if_repeated(situation, field, REFUND_DAYS) for field in fields)
    if gross == 0 or charges == 0:
        return None
    prior_refunds, prior = REFUND_PRIOR
    expected = (refunded / gross * charges + prior_refunds) / (charges + prior)
    loss = _loss(situation, "refunds", expected)
    if loss is None:
        return None
    recent = situation.seen.total("refunded_minor", PERIOD_DAYS)
    sales = situation.seen.total("gross_minor", PERIOD_DAYS)
    return _warning(
        situation,
        factor="refunds",
        expected=expected,
        loss=loss,
        key="refund_warning",
        title="Refunds are heading for a worse band",
        finding=(
            f"The last {PERIOD_DAYS} days brought refunds of {situation.money(recent)} "
            f"on sales of {situation.money(sales)}"
        ),
        step="Look at the newest refunds for a common cause, and put it right before the next month closes.",
    )


def _if_repeated(situation: Situation, field: str, days: int) -> int:
    """What a window will hold in 30 days if the last 30 repeat."""
    total = situation.seen.total
    return total(field, days - PERIOD_DAYS) + total(field, PERIOD_DAYS)


def _loss(situation: Situation, name: str, expected: float) -> float | None:
    """Raw points that would go if a factor took a value, None when it would not fall into a worse band."""
    factor, reading = situation.book.factor(name), situation.readings.get(name)
    if factor is None or reading is None or reading.value is None or expected > 1:
        return None
    if factor.band(expected).points >= factor.band(reading.value).points:
        return None
    return -situation.gain({name: expected})


def _warning(
    situation: Situation, *, factor: str, expected: float, loss: float, key: str, title: str, finding: str, step: str
) -> Advice:
    now = situation.readings[factor].value or 0.0
    rule = situation.book.factor(factor)
    return advice(
        situation,
        key=key,
        title=title,
        category=Category.RISK,
        description=(
            f"{finding}.",
            f"If the next {PERIOD_DAYS} days are the same, the ratio that counts rises from {percent(now)} to "
            f"{percent(expected)} by {day(situation.later(PERIOD_DAYS))}, into a worse band.",
            step,
        ),
        impact=loss,
        by=situation.later(PERIOD_DAYS),
        metric_refs={factor: now, f"{factor}_if_repeated": expected, f"target_{factor}": now},
        severity=rule.severity(rule.band(expected).points) if rule else 0,
    )

"""What a better band takes in the owner's units, and where a lever ends.

A lever answers with a sentence, or None when the band cannot be had by pulling it: fewer than no chargebacks, more
than every payout, or more growth than anyone should plan for.
"""

import datetime as dt
import math
from collections.abc import Callable, Mapping
from typing import Final

from vaultra_core.domain.readiness.measures import (
    CUSTOMER_DAYS,
    DISPUTE_DAYS,
    DISPUTE_PRIOR,
    PAYOUT_DAYS,
    PAYOUT_PRIOR,
    REFUND_DAYS,
    REFUND_PRIOR,
    monthly_net_revenue_usd,
)
from vaultra_core.domain.readiness.rules import Band
from vaultra_core.domain.readiness.standpoint import Standpoint
from vaultra_core.domain.reference_rates import at_reference_rate
from vaultra_core.domain.statistics import median
from vaultra_core.domain.weekly import REFERENCE_WEEKS, WEAK_SHARE
from vaultra_core.domain.wording import day, money, percent, plural
from vaultra_core.money import exponent
from vaultra_core.periods import PERIOD_DAYS

MOST_GROWTH: Final = 2.0  # revenue may be planned to double, not more: judgement
FOUR_WEEKS: Final = 28

Lever = Callable[[Standpoint, Band], str | None]


def monthly_revenue(seen: Standpoint, band: Band) -> str | None:
    """More net revenue per month, at most twice the present."""
    present = monthly_net_revenue_usd(seen).value
    if present is None or present <= 0 or band.threshold > MOST_GROWTH * present:
        return None
    gap = at_reference_rate(round((band.threshold - present) * 10 ** exponent("usd")), "usd", seen.history.currency)
    return f"{_money(seen, gap or 0)} more net revenue a month, over the next three months"


def growth(seen: Standpoint, band: Band) -> str | None:
    recent = seen.total("gross_minor", FOUR_WEEKS)
    if band.threshold < 0:
        return f"a decline of revenue by no more than {percent(-band.threshold)} per 4 weeks"
    if band.threshold == 0 and band.test != ">":
        return f"{_money(seen, recent)} in the next 4 weeks, as in the last, and so on from there"
    more = f"{_money(seen, band.threshold * recent)} more" if band.threshold else "a little more"
    return f"{more} in the next 4 weeks than in the last, and so on from there"


def steadiness(seen: Standpoint, band: Band) -> str | None:
    usual = _money(seen, median(seen.weeks)) if seen.weeks else "the usual"
    return f"most weeks within {percent(band.threshold)} of the trend, which is {usual} a week now"


def most_weak_weeks(seen: Standpoint, band: Band) -> int | None:
    """The most weak weeks that a band allows; None unless there are more."""
    weeks = seen.weeks
    most = int(band.threshold * len(weeks) / REFERENCE_WEEKS)
    return most if weeks and most < seen.weak_weeks else None


def gaps(seen: Standpoint, band: Band) -> str | None:
    """Fewer weeks below a quarter of the median one, once old ones have left the half year."""
    weeks, most = seen.weeks, most_weak_weeks(seen, band)
    if most is None:
        return None
    weak = seen.weak_weeks
    usual = median(weeks)
    threshold = f"at least {_money(seen, WEAK_SHARE * usual)}" if usual else "anything at all"
    return f"{plural(weak - most, 'weak week')} fewer in {REFERENCE_WEEKS} weeks: each has to bring {threshold}"


def most_chargebacks(seen: Standpoint, band: Band) -> int | None:
    """The most chargebacks in 180 days that stay within a band at today's volume; None when even none would not."""
    prior_disputes, prior = DISPUTE_PRIOR
    most = math.ceil(band.threshold * (seen.total("charge_count", DISPUTE_DAYS) + prior) - prior_disputes) - 1
    return most if most >= 0 else None


def date_with_at_most(seen: Standpoint, most: int) -> dt.date:
    """The day on which so many chargebacks are left among the last 180 days, if none is added."""
    left = seen.total("chargeback_count", DISPUTE_DAYS)
    for past, count in seen.history.counted("chargeback_count", seen.first(DISPUTE_DAYS), seen.as_of):
        left -= count
        if left <= most:
            return past + dt.timedelta(days=DISPUTE_DAYS)
    return seen.as_of + dt.timedelta(days=DISPUTE_DAYS)


def chargebacks(seen: Standpoint, band: Band) -> str | None:
    """Fewer chargebacks than in the last 30 days, or none for as long as it takes old ones to leave the window."""
    most = most_chargebacks(seen, band)
    count = seen.total("chargeback_count", DISPUTE_DAYS)
    if most is None or most >= count:
        return None
    recent, staying = seen.total("chargeback_count", PERIOD_DAYS), seen.total("chargeback_count", 150)
    allowed = most - staying
    if allowed < 0:
        return f"no new chargeback until {day(date_with_at_most(seen, most))}, when enough old ones are 180 days past"
    if allowed < recent:
        return f"{plural(recent - allowed, 'chargeback')} fewer in the next {PERIOD_DAYS} days than in the last"
    return f"at most {plural(allowed, 'chargeback')} in the next {PERIOD_DAYS} days"


def most_refunds(seen: Standpoint, band: Band) -> float | None:
    """The most that may be refunded in 90 days at today's volume, minor units; None unless that is less than was."""
    charges, gross = seen.total("charge_count", REFUND_DAYS), seen.total("gross_minor", REFUND_DAYS)
    prior_refunds, prior = REFUND_PRIOR
    most = gross * (band.threshold * (charges + prior) - prior_refunds) / charges
    return most if 0 < most < seen.total("refunded_minor", REFUND_DAYS) else None


def refunds(seen: Standpoint, band: Band) -> str | None:
    most, refunded = most_refunds(seen, band), seen.total("refunded_minor", REFUND_DAYS)
    if most is None:
        return None
    return f"{_money(seen, refunded - most)} less refunded in {REFUND_DAYS} days than the {_money(seen, refunded)} now"


def least_share_in_time(seen: Standpoint, band: Band) -> float | None:
    """The share of the amount due in 180 days that has to arrive in time; None when even all of it would not do."""
    count = seen.total("payout_due_count", PAYOUT_DAYS)
    prior_ok, prior = PAYOUT_PRIOR
    share = (band.threshold * (count + prior) - prior_ok) / count
    return share if share <= 1 else None


def payouts(seen: Standpoint, band: Band) -> str | None:
    share, due = least_share_in_time(seen, band), seen.total("payout_due_minor", PAYOUT_DAYS)
    if share is None:
        return None
    return f"at most {_money(seen, (1 - share) * due)} of payouts late or failed in {PAYOUT_DAYS} days"


def more_from_others(seen: Standpoint, band: Band) -> float:
    """What customers but the largest have to bring beyond the present, in 90 days, minor units."""
    largest = max(seen.customers(CUSTOMER_DAYS).values(), default=0)
    return largest / band.threshold - seen.total("identified_minor", CUSTOMER_DAYS)


def largest_customer(seen: Standpoint, band: Band) -> str | None:
    """More revenue from others, at most as much again as all customers bring."""
    extra = more_from_others(seen, band)
    if extra > (MOST_GROWTH - 1) * seen.total("identified_minor", CUSTOMER_DAYS):
        return None
    return f"{_money(seen, extra)} more from other customers in {CUSTOMER_DAYS} days"


def more_from_returning(seen: Standpoint, band: Band) -> float:
    """What returning customers have to bring beyond the present, in 90 days, minor units."""
    identified = seen.total("identified_minor", CUSTOMER_DAYS)
    return (band.threshold * identified - seen.total("returning_minor", CUSTOMER_DAYS)) / (1 - band.threshold)


def returning_customers(seen: Standpoint, band: Band) -> str | None:
    """More revenue from those who bought before, at most as much again as all customers bring."""
    extra = more_from_returning(seen, band)
    if extra > (MOST_GROWTH - 1) * seen.total("identified_minor", CUSTOMER_DAYS):
        return None
    return f"{_money(seen, extra)} more from customers who bought before, in {CUSTOMER_DAYS} days"


def period_revenue(seen: Standpoint, band: Band) -> str | None:
    now = seen.total("gross_minor", PERIOD_DAYS)
    least = "more than" if band.test == ">" else "at least"
    return f"{least} {_money(seen, (1 + band.threshold) * now)} of revenue in the next {PERIOD_DAYS} days"


def period_volatility(seen: Standpoint, band: Band) -> str | None:
    most = "less than" if band.test == "<" else "at most"
    return f"weekly revenue that varies by {most} {percent(band.threshold)} around its mean"


def period_chargebacks(seen: Standpoint, band: Band) -> str | None:
    charges, count = (seen.total(field, PERIOD_DAYS) for field in ("charge_count", "chargeback_count"))
    most = math.ceil(band.threshold * charges) - 1 if band.test == "<" else math.floor(band.threshold * charges)
    if not 0 <= most < count:
        return None
    return f"{plural(count - most, 'chargeback')} fewer in the next {PERIOD_DAYS} days than in the last"


def period_payouts(seen: Standpoint, band: Band) -> str | None:
    least = "more than" if band.test == ">" else "at least"
    return f"{least} {percent(band.threshold)} of payouts in time in the next {PERIOD_DAYS} days"


def _money(seen: Standpoint, minor: float) -> str:
    return money(round(minor), seen.history.currency)


# By the measure of the factor that a lever moves.
LEVERS: Final[Mapping[str, Lever]] = {
    "monthly_net_revenue_usd": monthly_revenue,
    "weekly_growth": growth,
    "weekly_variation": steadiness,
    "weak_weeks_per_half_year": gaps,
    "shrunk_dispute_ratio": chargebacks,
    "shrunk_refund_share": refunds,
    "shrunk_payout_reliability": payouts,
    "top_customer_share": largest_customer,
    "returning_share": returning_customers,
    "period_growth": period_revenue,
    "period_volatility": period_volatility,
    "period_chargeback_ratio": period_chargebacks,
    "period_payout_reliability": period_payouts,
}

"""The measures that rulebooks name. Each looks at a history from one day and says what it found, in figures.

Ratios are divided as integers, so that a value on a threshold is exactly on it.
"""

import functools
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final

from vaultra_core.domain.metrics import AVERAGE_DAYS, LEAST_TREND_WEEKS, net_minor
from vaultra_core.domain.readiness.period_measures import (
    period_chargeback_ratio,
    period_growth,
    period_payout_reliability,
    period_volatility,
)
from vaultra_core.domain.readiness.rules import Reading, no_reading
from vaultra_core.domain.readiness.standpoint import Standpoint
from vaultra_core.domain.reference_rates import PER_EURO, has_reference_rate
from vaultra_core.domain.weekly import REFERENCE_WEEKS, detrended_variation, growth_per_four_weeks
from vaultra_core.money import exponent
from vaultra_core.periods import MONTH_DAYS

# What is assumed of a business before anything is known: (cases with the trait, cases).
DISPUTE_PRIOR: Final = (2.5, 500)
REFUND_PRIOR: Final = (2, 50)
PAYOUT_PRIOR: Final = (9.5, 10)

DISPUTE_DAYS: Final = 180
REFUND_DAYS: Final = 90
PAYOUT_DAYS: Final = 180
CUSTOMER_DAYS: Final = 90
LEAST_RETURNING_DAYS: Final = 60  # of history: before, hardly anyone can have come back
IDENTIFIED_SHARE: Final = Fraction(7, 10)  # of revenue that needs a customer before its shares mean anything


def monthly_net_revenue_usd(seen: Standpoint) -> Reading:
    """Net revenue of the last 91 days (or all, if fewer) per month, in USD at the dated reference rate."""
    days = min(AVERAGE_DAYS, seen.days)
    currency = seen.history.currency
    if not has_reference_rate(currency, "usd"):
        return Reading(weight=0.0, confidence=0.0, figures={"days": days}, currency=currency)
    numerator, denominator = _usd_per_minor_unit_and_month(currency)
    return Reading(value=net_minor(seen, days) * numerator / (days * denominator), figures={"days": days})


@functools.cache
def _usd_per_minor_unit_and_month(currency: str) -> tuple[int, int]:
    rate = Fraction(1) if currency == "usd" else Fraction(PER_EURO["usd"]) / Fraction(PER_EURO[currency])
    value = MONTH_DAYS * rate / Fraction(10) ** exponent(currency)
    return value.numerator, value.denominator


def usd_at_reference_rate(amount: float, currency: str) -> float | None:
    """An amount in major units as USD at the dated reference rate; None when its currency has none."""
    if currency == "usd":
        return amount
    return amount * float(PER_EURO["usd"] / PER_EURO[currency]) if currency in PER_EURO else None


def days_of_history(seen: Standpoint) -> Reading:
    """Days since the first successful charge."""
    return Reading(value=float(seen.days))


def weekly_growth(seen: Standpoint) -> Reading:
    """Growth per 4 weeks that weekly revenue vouches for (Theil–Sen, 80 % interval)."""
    weeks = len(seen.weeks)
    if weeks < LEAST_TREND_WEEKS or seen.slope is None:
        return no_reading(weeks=weeks)
    return _weekly_reading(growth_per_four_weeks(seen.slope), {"weeks": weeks})


def weekly_variation(seen: Standpoint) -> Reading:
    """How far weekly revenue lies off its own trend (sample coefficient of variation)."""
    weeks = len(seen.weeks)
    if weeks < LEAST_TREND_WEEKS:
        return no_reading(weeks=weeks)
    variation = None if seen.slope is None else detrended_variation(seen.weeks, seen.slope)
    return _weekly_reading(variation, {"weeks": weeks})


def weak_weeks_per_half_year(seen: Standpoint) -> Reading:
    """Weeks below a quarter of the median week, scaled to 26."""
    weeks = len(seen.weeks)
    if weeks < LEAST_TREND_WEEKS:
        return no_reading(weeks=weeks)
    weak = seen.weak_weeks
    return _weekly_reading(weak * REFERENCE_WEEKS / weeks, {"weeks": weeks, "weak_weeks": weak})


def _weekly_reading(value: float | None, figures: dict[str, int | float]) -> Reading:
    weight = min(1.0, (figures["weeks"] - 4) / 8)  # one half at 8 weeks, all of it from 12 on
    return Reading(value=value, weight=weight, confidence=weight, worst=value is None, figures=figures)


def shrunk_dispute_ratio(seen: Standpoint) -> Reading:
    """(d + 2.5)/(n + 500): chargebacks per sale over 180 days, by dispute date, drawn towards half a percent."""
    disputes, charges = seen.total("chargeback_count", DISPUTE_DAYS), seen.total("charge_count", DISPUTE_DAYS)
    if charges == 0:
        return no_reading()
    prior_disputes, prior = DISPUTE_PRIOR
    value = (disputes + prior_disputes) / (charges + prior)
    return _ratio_reading(value, charges, prior, {"chargebacks": disputes, "sales": charges})


def disputes_behind(ratio: float, charges: int) -> float:
    """The number of chargebacks on so many sales that a shrunk dispute ratio stands for."""
    prior_disputes, prior = DISPUTE_PRIOR
    return max(0.0, round(ratio * (charges + prior) - prior_disputes, 6))


def shrunk_refund_share(seen: Standpoint) -> Reading:
    """(r·n + 2)/(n + 50): refunded value over gross in 90 days, drawn towards 4 %."""
    charges, gross = seen.total("charge_count", REFUND_DAYS), seen.total("gross_minor", REFUND_DAYS)
    refunded = seen.total("refunded_minor", REFUND_DAYS)
    if charges == 0 or gross == 0:
        return no_reading()
    prior_refunds, prior = REFUND_PRIOR
    value = (refunded * charges + prior_refunds * gross) / (gross * (charges + prior))
    return _ratio_reading(value, charges, prior, {"refunded_minor": refunded, "gross_minor": gross})


def shrunk_payout_reliability(seen: Standpoint) -> Reading:
    """(ok + 9.5)/(n + 10) over 180 days, with ok = n × the share of the amount due that was paid in time."""
    count, due = seen.total("payout_due_count", PAYOUT_DAYS), seen.total("payout_due_minor", PAYOUT_DAYS)
    paid = seen.total("payout_ok_minor", PAYOUT_DAYS)
    if count == 0 or due == 0:
        return no_reading()
    prior_ok, prior = PAYOUT_PRIOR
    value = (2 * count * paid + int(2 * prior_ok) * due) / (2 * due * (count + prior))
    return _ratio_reading(value, count, prior, {"paid_minor": paid, "due_minor": due, "payouts": count})


def _ratio_reading(value: float, sample: int, prior: int, figures: dict[str, int | float]) -> Reading:
    return Reading(value=value, confidence=sample / (sample + prior), figures=figures)


def top_customer_share(seen: Standpoint) -> Reading:
    """Share of the largest customer in the revenue of 90 days that has a customer."""
    identified, gross = seen.total("identified_minor", CUSTOMER_DAYS), seen.total("gross_minor", CUSTOMER_DAYS)
    if customers_unknown(identified, gross):
        return no_reading(identified_minor=identified, gross_minor=gross)
    return Reading(value=max(seen.customers(CUSTOMER_DAYS).values(), default=0) / identified)


def returning_share(seen: Standpoint) -> Reading:
    """Share of revenue in 90 days from customers first charged more than 30 days before."""
    identified, gross = seen.total("identified_minor", CUSTOMER_DAYS), seen.total("gross_minor", CUSTOMER_DAYS)
    if customers_unknown(identified, gross) or seen.days < LEAST_RETURNING_DAYS:
        return no_reading(identified_minor=identified, gross_minor=gross, days=seen.days)
    return Reading(value=seen.total("returning_minor", CUSTOMER_DAYS) / identified)


def customers_unknown(identified: float, gross: float) -> bool:
    """Whether too little of the revenue has a customer for shares of customers to mean anything."""
    return gross == 0 or identified * IDENTIFIED_SHARE.denominator < gross * IDENTIFIED_SHARE.numerator


MEASURES: Final[Mapping[str, Callable[[Standpoint], Reading]]] = {
    measure.__name__: measure
    for measure in (
        monthly_net_revenue_usd,
        days_of_history,
        weekly_growth,
        weekly_variation,
        weak_weeks_per_half_year,
        shrunk_dispute_ratio,
        shrunk_refund_share,
        shrunk_payout_reliability,
        top_customer_share,
        returning_share,
        period_growth,
        period_volatility,
        period_chargeback_ratio,
        period_payout_reliability,
    )
}

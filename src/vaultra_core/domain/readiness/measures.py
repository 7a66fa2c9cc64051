"""The measures that rulebooks name. Each looks at a history from one day and says what it found, in figures and words.

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
from vaultra_core.domain.wording import number, percent, plural
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
    evidence = seen.evidence(days, "gross_minor", "refunded_minor", "chargeback_minor")
    if not has_reference_rate(currency, "usd"):
        statement = f"There is no reference rate from {currency.upper()} to USD, so revenue cannot be compared"
        return Reading(value=None, statement=statement, weight=0.0, confidence=0.0, evidence=evidence)
    numerator, denominator = _usd_per_minor_unit_and_month(currency)
    value = net_minor(seen, days) * numerator / (days * denominator)
    statement = f"Net revenue is {number(value, 0)} USD a month, averaged over the last {plural(days, 'day')}"
    return Reading(value=value, statement=statement, evidence=evidence)


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
    statement = f"There {'is' if seen.days == 1 else 'are'} {plural(seen.days, 'day')} of sales history"
    return Reading(value=float(seen.days), statement=statement, evidence=seen.evidence(seen.days, "charge_count"))


def weekly_growth(seen: Standpoint) -> Reading:
    """Growth per 4 weeks that weekly revenue vouches for (Theil–Sen, 80 % interval)."""
    weeks = len(seen.weeks)
    if weeks < LEAST_TREND_WEEKS:
        return _too_few_weeks(seen)
    if seen.slope is None:
        statement = f"More than half of the last {weeks} weeks had no revenue, so there is no trend to measure"
        return Reading(value=None, statement=statement, weight=0.0, confidence=0.0, evidence=_weeks_evidence(seen))
    growth = growth_per_four_weeks(seen.slope)
    if growth == 0:
        statement = f"Weekly revenue shows no clear trend over {weeks} weeks"
    else:
        verb = "grows" if growth > 0 else "shrinks"
        statement = f"Weekly revenue {verb} by at least {percent(abs(growth))} per 4 weeks, over {weeks} weeks"
    return _weekly_reading(seen, growth, statement)


def weekly_variation(seen: Standpoint) -> Reading:
    """How far weekly revenue lies off its own trend (sample coefficient of variation)."""
    weeks = len(seen.weeks)
    if weeks < LEAST_TREND_WEEKS:
        return _too_few_weeks(seen)
    variation = None if seen.slope is None else detrended_variation(seen.weeks, seen.slope)
    if variation is None:
        return _weekly_reading(seen, None, f"More than half of the last {weeks} weeks had no revenue")
    statement = f"Weekly revenue lies {percent(variation)} off its trend, as a standard deviation over {weeks} weeks"
    return _weekly_reading(seen, variation, statement)


def weak_weeks_per_half_year(seen: Standpoint) -> Reading:
    """Weeks below a quarter of the median week, scaled to 26."""
    weeks = len(seen.weeks)
    if weeks < LEAST_TREND_WEEKS:
        return _too_few_weeks(seen)
    weak = seen.weak_weeks
    statement = f"{weak} of the last {weeks} weeks brought less than a quarter of the usual week"
    return _weekly_reading(seen, weak * REFERENCE_WEEKS / weeks, statement)


def _too_few_weeks(seen: Standpoint) -> Reading:
    count = len(seen.weeks)
    statement = f"There {'is' if count == 1 else 'are'} {plural(count, 'complete week')} of revenue, and this needs 8"
    return Reading(value=None, statement=statement, weight=0.0, confidence=0.0, evidence=_weeks_evidence(seen))


def _weekly_reading(seen: Standpoint, value: float | None, statement: str) -> Reading:
    weight = min(1.0, (len(seen.weeks) - 4) / 8)  # one half at 8 weeks, all of it from 12 on
    return Reading(
        value=value,
        statement=statement,
        weight=weight,
        confidence=weight,
        worst=value is None,
        evidence=_weeks_evidence(seen),
    )


def _weeks_evidence(seen: Standpoint) -> tuple[str, ...]:
    return seen.evidence(max(7 * len(seen.weeks), 1), "gross_minor")


def shrunk_dispute_ratio(seen: Standpoint) -> Reading:
    """(d + 2.5)/(n + 500): chargebacks per sale over 180 days, by dispute date, drawn towards half a percent."""
    disputes, charges = seen.total("chargeback_count", DISPUTE_DAYS), seen.total("charge_count", DISPUTE_DAYS)
    evidence = seen.evidence(DISPUTE_DAYS, "chargeback_count", "charge_count")
    if charges == 0:
        return no_reading(f"There were no sales in the last {DISPUTE_DAYS} days", evidence)
    prior_disputes, prior = DISPUTE_PRIOR
    value = (disputes + prior_disputes) / (charges + prior)
    statement = (
        f"There were {plural(disputes, 'chargeback')} on {plural(charges, 'sale')} in {DISPUTE_DAYS} days, "
        f"which counts as {percent(value)} with the allowance for small samples"
    )
    return _ratio_reading(value, statement, charges, prior, evidence)


def disputes_behind(ratio: float, charges: int) -> float:
    """The number of chargebacks on so many sales that a shrunk dispute ratio stands for."""
    prior_disputes, prior = DISPUTE_PRIOR
    return max(0.0, round(ratio * (charges + prior) - prior_disputes, 6))


def shrunk_refund_share(seen: Standpoint) -> Reading:
    """(r·n + 2)/(n + 50): refunded value over gross in 90 days, drawn towards 4 %."""
    charges, gross = seen.total("charge_count", REFUND_DAYS), seen.total("gross_minor", REFUND_DAYS)
    refunded = seen.total("refunded_minor", REFUND_DAYS)
    evidence = seen.evidence(REFUND_DAYS, "refunded_minor", "gross_minor", "charge_count")
    if charges == 0 or gross == 0:
        return no_reading(f"There were no sales in the last {REFUND_DAYS} days", evidence)
    prior_refunds, prior = REFUND_PRIOR
    value = (refunded * charges + prior_refunds * gross) / (gross * (charges + prior))
    statement = (
        f"Refunds are {percent(refunded / gross)} of sales over the last {REFUND_DAYS} days, "
        f"which counts as {percent(value)} with the allowance for small samples"
    )
    return _ratio_reading(value, statement, charges, prior, evidence)


def shrunk_payout_reliability(seen: Standpoint) -> Reading:
    """(ok + 9.5)/(n + 10) over 180 days, with ok = n × the share of the amount due that was paid in time."""
    count, due = seen.total("payout_due_count", PAYOUT_DAYS), seen.total("payout_due_minor", PAYOUT_DAYS)
    paid = seen.total("payout_ok_minor", PAYOUT_DAYS)
    evidence = seen.evidence(PAYOUT_DAYS, "payout_ok_minor", "payout_due_minor", "payout_due_count")
    if count == 0 or due == 0:
        return no_reading(f"No payouts were due in the last {PAYOUT_DAYS} days", evidence)
    prior_ok, prior = PAYOUT_PRIOR
    value = (2 * count * paid + int(2 * prior_ok) * due) / (2 * due * (count + prior))
    statement = (
        f"{percent(paid / due)} of the amount of {plural(count, 'payout')} arrived in time over {PAYOUT_DAYS} days, "
        f"which counts as {percent(value)} with the allowance for small samples"
    )
    return _ratio_reading(value, statement, count, prior, evidence)


def _ratio_reading(value: float, statement: str, sample: int, prior: int, evidence: tuple[str, ...]) -> Reading:
    confidence = sample / (sample + prior)
    return Reading(value=value, statement=statement, confidence=confidence, sample=sample, evidence=evidence)


def top_customer_share(seen: Standpoint) -> Reading:
    """Share of the largest customer in the revenue of 90 days that has a customer."""
    evidence = seen.evidence(CUSTOMER_DAYS, "customers", "identified_minor", "gross_minor")
    identified = seen.total("identified_minor", CUSTOMER_DAYS)
    if unknown := _customers_unknown(seen, identified):
        return no_reading(unknown, evidence)
    value = max(seen.customers(CUSTOMER_DAYS).values(), default=0) / identified
    statement = f"The largest customer brings {percent(value)} of revenue over the last {CUSTOMER_DAYS} days"
    return Reading(value=value, statement=statement, evidence=evidence)


def returning_share(seen: Standpoint) -> Reading:
    """Share of revenue in 90 days from customers first charged more than 30 days before."""
    evidence = seen.evidence(CUSTOMER_DAYS, "returning_minor", "identified_minor", "gross_minor")
    identified = seen.total("identified_minor", CUSTOMER_DAYS)
    if unknown := _customers_unknown(seen, identified):
        return no_reading(unknown, evidence)
    if seen.days < LEAST_RETURNING_DAYS:
        need = f"returning customers need {LEAST_RETURNING_DAYS}"
        return no_reading(f"There are {plural(seen.days, 'day')} of sales history, and {need}", evidence)
    value = seen.total("returning_minor", CUSTOMER_DAYS) / identified
    statement = f"Returning customers bring {percent(value)} of revenue over the last {CUSTOMER_DAYS} days"
    return Reading(value=value, statement=statement, evidence=evidence)


def _customers_unknown(seen: Standpoint, identified: int) -> str | None:
    gross = seen.total("gross_minor", CUSTOMER_DAYS)
    if gross == 0:
        return f"There was no revenue in the last {CUSTOMER_DAYS} days"
    if identified * IDENTIFIED_SHARE.denominator < gross * IDENTIFIED_SHARE.numerator:
        return f"Only {percent(identified / gross)} of revenue has a customer, and this needs {percent(0.7)}"
    return None


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

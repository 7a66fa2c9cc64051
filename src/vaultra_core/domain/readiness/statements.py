"""What measures found, in words, and the daily figures that they looked at.

Words follow from a reading alone, so that they can be had whenever somebody wants to read them.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from vaultra_core.domain.metrics import LEAST_TREND_WEEKS
from vaultra_core.domain.readiness.measures import (
    CUSTOMER_DAYS,
    DISPUTE_DAYS,
    LEAST_RETURNING_DAYS,
    PAYOUT_DAYS,
    REFUND_DAYS,
    customers_unknown,
)
from vaultra_core.domain.readiness.rules import Factor, Reading
from vaultra_core.domain.wording import number, percent, plural, there_were
from vaultra_core.periods import PERIOD_DAYS

_ALLOWANCE: Final = "with the allowance for small samples"


def statement(factor: Factor, reading: Reading) -> str:
    """The finding for a factor, without its full stop."""
    if reading.assumed and reading.value is not None:
        return f"{factor.title} assumed to count as {factor.unit.text(reading.value)}"
    return _TOLD[factor.measure].say(reading)


def evidence(measure: str, reading: Reading, as_of: dt.date) -> tuple[str, ...]:
    """Handles of the daily figures that a measure looked at: `days:<field>:<first>:<last>`."""
    told = _TOLD[measure]
    return days_handles(told.fields, told.days if isinstance(told.days, int) else told.days(reading), as_of)


def days_handles(fields: tuple[str, ...], days: int, last: dt.date) -> tuple[str, ...]:
    """Handles of the daily figures of the `days` days that end with `last`."""
    span = f"{dt.date.fromordinal(last.toordinal() - days + 1).isoformat()}:{last.isoformat()}"
    return tuple([f"days:{field}:{span}" for field in fields])


def _scale(found: Reading) -> str:
    if found.value is None:
        return f"There is no reference rate from {found.currency.upper()} to USD, so revenue cannot be compared"
    days = plural(_count(found, "days"), "day")
    return f"Net revenue is {number(found.value, 0)} USD a month, averaged over the last {days}"


def _history(found: Reading) -> str:
    return f"The sales history spans {plural(int(found.value or 0), 'day')}"


def _growth(found: Reading) -> str:
    weeks = _count(found, "weeks")
    if weeks < LEAST_TREND_WEEKS:
        return _too_few(weeks)
    if found.value is None:
        return f"More than half of the last {weeks} weeks had no revenue, so there is no trend to measure"
    if found.value == 0:
        return f"Weekly revenue shows no clear trend over {weeks} weeks"
    verb = "grows" if found.value > 0 else "shrinks"
    return f"Weekly revenue {verb} by at least {percent(abs(found.value))} per 4 weeks, over {weeks} weeks"


def _variation(found: Reading) -> str:
    weeks = _count(found, "weeks")
    if weeks < LEAST_TREND_WEEKS:
        return _too_few(weeks)
    if found.value is None:
        return f"More than half of the last {weeks} weeks had no revenue"
    return f"Weekly revenue lies {percent(found.value)} off its trend, as a standard deviation over {weeks} weeks"


def _weak_weeks(found: Reading) -> str:
    weeks = _count(found, "weeks")
    if weeks < LEAST_TREND_WEEKS:
        return _too_few(weeks)
    return f"{_count(found, 'weak_weeks')} of the last {weeks} weeks brought less than a quarter of the usual week"


def _too_few(weeks: int) -> str:
    needed = LEAST_TREND_WEEKS
    return f"There {'is' if weeks == 1 else 'are'} {plural(weeks, 'complete week')} of revenue, and this needs {needed}"


def _disputes(found: Reading) -> str:
    if found.value is None:
        return f"There were no sales in the last {DISPUTE_DAYS} days"
    cases = _chargebacks_on_sales(found)
    return f"{cases} in {DISPUTE_DAYS} days, which counts as {percent(found.value)} {_ALLOWANCE}"


def _chargebacks_on_sales(found: Reading) -> str:
    return f"{there_were(_count(found, 'chargebacks'), 'chargeback')} on {plural(_count(found, 'sales'), 'sale')}"


def _refunds(found: Reading) -> str:
    if found.value is None:
        return f"There were no sales in the last {REFUND_DAYS} days"
    share = percent(found.figures["refunded_minor"] / found.figures["gross_minor"])
    return (
        f"Refunds are {share} of sales over the last {REFUND_DAYS} days, "
        f"which counts as {percent(found.value)} {_ALLOWANCE}"
    )


def _payouts(found: Reading) -> str:
    if found.value is None:
        return f"No payouts were due in the last {PAYOUT_DAYS} days"
    share, payouts = percent(found.figures["paid_minor"] / found.figures["due_minor"]), _count(found, "payouts")
    return (
        f"{share} of the amount of {plural(payouts, 'payout')} arrived in time over {PAYOUT_DAYS} days, "
        f"which counts as {percent(found.value)} {_ALLOWANCE}"
    )


def _top_customer(found: Reading) -> str:
    if found.value is None:
        return _customers_unknown(found)
    return f"The largest customer brings {percent(found.value)} of revenue over the last {CUSTOMER_DAYS} days"


def _returning(found: Reading) -> str:
    if found.value is not None:
        return f"Returning customers bring {percent(found.value)} of revenue over the last {CUSTOMER_DAYS} days"
    if customers_unknown(found.figures["identified_minor"], found.figures["gross_minor"]):
        return _customers_unknown(found)
    need = f"returning customers need {LEAST_RETURNING_DAYS}"
    return f"The sales history spans {plural(_count(found, 'days'), 'day')}, and {need}"


def _customers_unknown(found: Reading) -> str:
    identified, gross = found.figures["identified_minor"], found.figures["gross_minor"]
    if gross == 0:
        return f"There was no revenue in the last {CUSTOMER_DAYS} days"
    return f"Only {percent(identified / gross)} of revenue has a customer, and this needs {percent(0.7)}"


def _period_growth(found: Reading) -> str:
    if found.value is not None:
        direction = "lower" if found.value < 0 else "higher"
        return f"Revenue is {percent(abs(found.value))} {direction} than in the 30 days before"
    days = _count(found, "days")
    if days < 2 * PERIOD_DAYS:
        return f"The sales history spans {plural(days, 'day')}, and a trend needs 60"
    return "There was no revenue in the 30 days before these to compare with"


def _period_volatility(found: Reading) -> str:
    if found.value is None:
        return "There are fewer than 4 complete weeks with revenue to compare"
    return f"Weekly revenue varies by {percent(found.value)} around its mean"


def _period_chargebacks(found: Reading) -> str:
    if found.value is None:
        return f"There were no sales in the last {PERIOD_DAYS} days"
    return f"{_chargebacks_on_sales(found)} in {PERIOD_DAYS} days, which is {percent(found.value)}"


def _period_payouts(found: Reading) -> str:
    if found.value is None:
        return f"No payouts were due in the last {PERIOD_DAYS} days"
    paid, due = _count(found, "paid"), _count(found, "due")
    return f"{paid} of {plural(due, 'payout')} in {PERIOD_DAYS} days arrived in time"


def _count(found: Reading, name: str) -> int:
    return int(found.figures[name])


def _weeks_in_days(found: Reading) -> int:
    return max(7 * _count(found, "weeks"), 1)


class _Told(msgspec.Struct, frozen=True):
    """How a measure's finding is said, and the daily fields and days that it looked at."""

    say: Callable[[Reading], str]
    fields: tuple[str, ...]
    days: int | Callable[[Reading], int]


_TOLD: Final[Mapping[str, _Told]] = {
    "monthly_net_revenue_usd": _Told(
        _scale, ("gross_minor", "refunded_minor", "chargeback_minor"), lambda found: _count(found, "days")
    ),
    "days_of_history": _Told(_history, ("charge_count",), lambda found: int(found.value or 0)),
    "weekly_growth": _Told(_growth, ("gross_minor",), _weeks_in_days),
    "weekly_variation": _Told(_variation, ("gross_minor",), _weeks_in_days),
    "weak_weeks_per_half_year": _Told(_weak_weeks, ("gross_minor",), _weeks_in_days),
    "shrunk_dispute_ratio": _Told(_disputes, ("chargeback_count", "charge_count"), DISPUTE_DAYS),
    "shrunk_refund_share": _Told(_refunds, ("refunded_minor", "gross_minor", "charge_count"), REFUND_DAYS),
    "shrunk_payout_reliability": _Told(
        _payouts, ("payout_ok_minor", "payout_due_minor", "payout_due_count"), PAYOUT_DAYS
    ),
    "top_customer_share": _Told(_top_customer, ("customers", "identified_minor", "gross_minor"), CUSTOMER_DAYS),
    "returning_share": _Told(_returning, ("returning_minor", "identified_minor", "gross_minor"), CUSTOMER_DAYS),
    "period_growth": _Told(_period_growth, ("gross_minor",), 2 * PERIOD_DAYS),
    "period_volatility": _Told(_period_volatility, ("gross_minor",), 91),
    "period_chargeback_ratio": _Told(_period_chargebacks, ("chargeback_count", "charge_count"), PERIOD_DAYS),
    "period_payout_reliability": _Told(_period_payouts, ("payout_ok_count", "payout_due_count"), PERIOD_DAYS),
}

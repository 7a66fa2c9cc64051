"""Days → the metrics of one period."""

import datetime as dt
import functools
from typing import Final

import msgspec

from vaultra_core.domain.activity import History
from vaultra_core.domain.mrr import recurring_revenue
from vaultra_core.domain.readiness.standpoint import Standpoint
from vaultra_core.domain.statistics import coefficient_of_variation, hhi, wilson
from vaultra_core.domain.weekly import growth_per_four_weeks
from vaultra_core.money import round_ratio
from vaultra_core.periods import MONTH_DAYS, PERIOD_DAYS, add_business_days, window

VOLATILITY_WEEKS: Final = 13
LEAST_VOLATILITY_WEEKS: Final = 4
LEAST_TREND_WEEKS: Final = 8
AVERAGE_DAYS: Final = 91  # thirteen whole weeks, so that no weekday counts more than another
PAYOUT_FINAL_BUSINESS_DAYS: Final = 5  # a paid payout can still fail until then


class ExtraMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """Further figures of the same 30 days, unless said otherwise. None means: no data, never a made-up number.

    Expansion, contraction and net revenue retention stay None: the ledger keeps the present terms of a subscription,
    not those it had a month ago.
    """

    net_revenue_minor: int
    estimated_revenue_minor: int  # part of revenue_total whose exchange rate is not known yet
    refund_value_ratio: float | None = None
    chargeback_won_count: int = 0
    chargeback_ratio_interval: tuple[float, float] | None = None  # Wilson, 95 %
    failed_charge_ratio: float | None = None
    top_customer_share: float | None = None
    effective_customers: float | None = None  # 1/HHI
    returning_share: float | None = None
    monthly_average_minor: int | None = None  # net revenue of the last 91 days per 30.4375-day month
    weekly_trend: float | None = None  # growth per 4 weeks, as `lender-2` measures it
    new_mrr_minor: int | None = None
    churned_mrr_minor: int | None = None
    expansion_mrr_minor: int | None = None
    contraction_mrr_minor: int | None = None
    nrr: float | None = None
    payouts_not_final: int = 0  # payouts counted as paid that can still fail
    unconverted_count: int = 0  # facts whose currency has no known rate: counted, their amounts left out


class MetricsSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The metrics of the 30 days that end on `period_end`, inclusive; amounts in minor units of `currency`."""

    period_start: dt.date
    period_end: dt.date
    currency: str
    revenue_total_minor: int
    transaction_count: int
    average_transaction_size_minor: int | None = None
    revenue_volatility: float | None = None
    chargeback_count: int
    chargeback_ratio: float | None = None
    refund_count: int
    refund_ratio: float | None = None
    payout_reliability: float | None = None
    mrr_minor: int | None = None
    extra: ExtraMetrics


def metrics(history: History, as_of: dt.date) -> MetricsSnapshot:
    """The metrics of the 30 days that end on `as_of`, inclusive. What happened after that day is not seen."""
    return metrics_from(Standpoint(history, as_of))


def metrics_from(seen: Standpoint) -> MetricsSnapshot:
    """The metrics as they are seen from one day."""
    history, as_of = seen.history, seen.as_of
    first, last = window(as_of, PERIOD_DAYS)

    def total(field: str) -> int:
        return seen.total(field, PERIOD_DAYS)

    revenue, charges = total("gross_minor"), total("charge_count")
    refunds, chargebacks = total("refund_count"), total("chargeback_count")
    top_share, effective = _concentration(history, first, last)
    recurring = recurring_revenue(history, as_of)
    return MetricsSnapshot(
        period_start=first,
        period_end=last,
        currency=history.currency,
        revenue_total_minor=revenue,
        transaction_count=charges,
        average_transaction_size_minor=round_ratio(revenue, charges) if charges else None,
        revenue_volatility=revenue_volatility(seen),
        chargeback_count=chargebacks,
        chargeback_ratio=_ratio(chargebacks, charges),
        refund_count=refunds,
        refund_ratio=_ratio(refunds, charges),
        payout_reliability=_ratio(total("payout_ok_count"), total("payout_due_count")),
        mrr_minor=recurring.mrr_minor,
        extra=ExtraMetrics(
            net_revenue_minor=revenue - total("refunded_minor") - total("chargeback_minor"),
            estimated_revenue_minor=total("estimated_minor"),
            refund_value_ratio=_ratio(total("refunded_minor"), revenue),
            chargeback_won_count=total("chargeback_won_count"),
            chargeback_ratio_interval=wilson(chargebacks, charges) if charges else None,
            failed_charge_ratio=_ratio(total("failed_count"), total("failed_count") + charges),
            top_customer_share=top_share,
            effective_customers=effective,
            returning_share=_ratio(total("returning_minor"), total("identified_minor")),
            monthly_average_minor=_monthly_average(seen),
            weekly_trend=_weekly_trend(seen),
            new_mrr_minor=recurring.new_minor,
            churned_mrr_minor=recurring.churned_minor,
            payouts_not_final=history.total("payout_ok_count", _first_not_final(as_of), as_of),
            unconverted_count=total("unconverted_count") + recurring.unconverted,
        ),
    )


def revenue_volatility(seen: Standpoint) -> float | None:
    """Population standard deviation over mean of the last 13 complete weeks; None with fewer than 4, or no revenue.

    Weeks, not days: a shop that takes the same every Monday to Friday has a daily coefficient of 0.632, a weekly of 0.
    """
    weeks = seen.weeks[-VOLATILITY_WEEKS:]
    return coefficient_of_variation(weeks, sample=False) if len(weeks) >= LEAST_VOLATILITY_WEEKS else None


def _concentration(history: History, first: dt.date, last: dt.date) -> tuple[float | None, float | None]:
    """Share of the largest customer, and the number of equal ones that would be as concentrated (1/HHI)."""
    identified = history.total("identified_minor", first, last)
    amounts = history.customers(first, last).values()
    if not identified or not amounts:
        return None, None
    return max(amounts) / identified, 1 / hhi(amounts, identified)


def _monthly_average(seen: Standpoint) -> int | None:
    days = min(AVERAGE_DAYS, seen.days)
    month, parts = MONTH_DAYS.as_integer_ratio()
    return round_ratio(net_minor(seen, days) * month, days * parts) if days else None


def net_minor(seen: Standpoint, days: int) -> int:
    """Gross less refunds and chargebacks over the `days` last days, minor units."""
    return seen.total("gross_minor", days) - seen.total("refunded_minor", days) - seen.total("chargeback_minor", days)


def _weekly_trend(seen: Standpoint) -> float | None:
    slope = seen.slope if len(seen.weeks) >= LEAST_TREND_WEEKS else None
    return None if slope is None else growth_per_four_weeks(slope)


@functools.lru_cache(maxsize=1024)
def _first_not_final(as_of: dt.date) -> dt.date:
    """The first of the days whose payouts can still fail on a day."""
    days = (as_of - dt.timedelta(days=back) for back in range(2 * PAYOUT_FINAL_BUSINESS_DAYS, -1, -1))
    return next(day for day in days if add_business_days(day, PAYOUT_FINAL_BUSINESS_DAYS) > as_of)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None

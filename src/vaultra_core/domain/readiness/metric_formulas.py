"""How each metric follows from what: what its handle resolves to."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from vaultra_core.domain.metrics import AVERAGE_DAYS, ExtraMetrics, MetricsSnapshot
from vaultra_core.domain.wording import money, number, percent
from vaultra_core.money import to_minor
from vaultra_core.periods import PERIOD_DAYS

# metric → formula, days, and the daily fields that enter it.
METRICS: Final[Mapping[str, tuple[str, int, tuple[str, ...]]]] = {
    "revenue_total": ("the sum of captured sales", PERIOD_DAYS, ("gross_minor",)),
    "transaction_count": ("the number of captured sales", PERIOD_DAYS, ("charge_count",)),
    "average_transaction_size": ("gross / charge count", PERIOD_DAYS, ("gross_minor", "charge_count")),
    "revenue_volatility": ("standard deviation / mean of revenue over 13 weeks", 91, ("gross_minor",)),
    "chargeback_count": ("the number of disputes that are chargebacks", PERIOD_DAYS, ("chargeback_count",)),
    "chargeback_ratio": ("chargeback count / charge count", PERIOD_DAYS, ("chargeback_count", "charge_count")),
    "refund_count": ("the number of refunds that succeeded", PERIOD_DAYS, ("refund_count",)),
    "refund_ratio": ("refund count / charge count", PERIOD_DAYS, ("refund_count", "charge_count")),
    "payout_reliability": ("payout ok count / payout due count", PERIOD_DAYS, ("payout_ok_count", "payout_due_count")),
    "net_revenue": (
        "gross − refunded − chargeback",
        PERIOD_DAYS,
        ("gross_minor", "refunded_minor", "chargeback_minor"),
    ),
    "refund_value_ratio": ("refunded / gross", PERIOD_DAYS, ("refunded_minor", "gross_minor")),
    "failed_charge_ratio": (
        "failed count / (failed count + charge count)",
        PERIOD_DAYS,
        ("failed_count", "charge_count"),
    ),
    "top_customer_share": ("the largest customer / identified", PERIOD_DAYS, ("customers", "identified_minor")),
    "returning_share": ("returning / identified", PERIOD_DAYS, ("returning_minor", "identified_minor")),
    "monthly_average": (
        "(gross − refunded − chargeback) / days × 30.4375",
        AVERAGE_DAYS,
        ("gross_minor", "refunded_minor", "chargeback_minor"),
    ),
    "effective_customers": (
        "1 / the sum of squared shares of customers",
        PERIOD_DAYS,
        ("customers", "identified_minor"),
    ),
    "estimated_revenue": ("sales at a reference rate, until their own is known", PERIOD_DAYS, ("estimated_minor",)),
    "chargeback_won_count": ("the number of chargebacks that were won", PERIOD_DAYS, ("chargeback_won_count",)),
    "weekly_trend": ("Theil–Sen growth of 26 weeks' revenue, per 4 weeks", 182, ("gross_minor",)),
}
assert METRICS.keys() <= {
    name.removesuffix("_minor") for kind in (MetricsSnapshot, ExtraMetrics) for name in kind.__struct_fields__
}

# Metrics of subscriptions, not of days.
RECURRING: Final[Mapping[str, str]] = {
    "mrr": "the sum over subscriptions in force: quantity × unit amount ÷ months of the interval, net of discounts",
    "new_mrr": "the same over subscriptions that began to pay in these 30 days",
    "churned_mrr": "the same over subscriptions that ended in these 30 days, as they were before",
}

_PERCENT: Final = ("ratio", "share", "reliability", "volatility", "trend")


def shown(name: str, value: Decimal | None, currency: str) -> str:
    """A metric's value as it reads: an amount (given in major units) with its currency, a ratio in per cent."""
    if value is None:
        return "no data"
    if any(f"{name}_minor" in kind.__struct_fields__ for kind in (MetricsSnapshot, ExtraMetrics)):
        return money(to_minor(value, currency), currency)
    return percent(float(value)) if name.endswith(_PERCENT) else number(float(value))

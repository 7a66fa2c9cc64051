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
    "average_transaction_size": ("sales amount / sales", PERIOD_DAYS, ("gross_minor", "charge_count")),
    "revenue_volatility": ("standard deviation / mean of revenue over 13 weeks", 91, ("gross_minor",)),
    "chargeback_count": ("the number of disputes that are chargebacks", PERIOD_DAYS, ("chargeback_count",)),
    "chargeback_ratio": ("chargebacks / sales", PERIOD_DAYS, ("chargeback_count", "charge_count")),
    "refund_count": ("the number of refunds that succeeded", PERIOD_DAYS, ("refund_count",)),
    "refund_ratio": ("refunds / sales", PERIOD_DAYS, ("refund_count", "charge_count")),
    "payout_reliability": ("payouts in time / payouts due", PERIOD_DAYS, ("payout_ok_count", "payout_due_count")),
    "net_revenue": (
        "sales amount − refunded amount − chargeback amount",
        PERIOD_DAYS,
        ("gross_minor", "refunded_minor", "chargeback_minor"),
    ),
    "refund_value_ratio": ("refunded amount / sales amount", PERIOD_DAYS, ("refunded_minor", "gross_minor")),
    "failed_charge_ratio": (
        "failed charges / (failed charges + sales)",
        PERIOD_DAYS,
        ("failed_count", "charge_count"),
    ),
    "top_customer_share": (
        "the largest customer / sales with a known customer",
        PERIOD_DAYS,
        ("customers", "identified_minor"),
    ),
    "returning_share": (
        "sales to returning customers / sales with a known customer",
        PERIOD_DAYS,
        ("returning_minor", "identified_minor"),
    ),
    "monthly_average": (
        "(sales amount − refunded amount − chargeback amount) / days × 30.4375",
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

# What a field of a day counts, in a person's words, which are the dashboard's (components/evidence/figures.ts).
# Formulas use them too.
DAILY: Final[Mapping[str, str]] = {
    "charge_count": "Sales",
    "gross_minor": "Sales amount",
    "estimated_minor": "Sales at a reference rate",
    "failed_count": "Failed charges",
    "refund_count": "Refunds",
    "refunded_minor": "Refunded amount",
    "chargeback_count": "Chargebacks",
    "chargeback_won_count": "Chargebacks won",
    "chargeback_minor": "Chargeback amount",
    "payout_due_count": "Payouts due",
    "payout_due_minor": "Payout amount due",
    "payout_ok_count": "Payouts in time",
    "payout_ok_minor": "Payout amount in time",
    "identified_minor": "Sales with a known customer",
    "returning_minor": "Sales to returning customers",
    "customers": "Customers",
}

_PERCENT: Final = ("ratio", "share", "reliability", "volatility", "trend")


def shown(name: str, value: Decimal | None, currency: str) -> str:
    """A metric's value as it reads: an amount (given in major units) with its currency, a ratio in per cent."""
    if value is None:
        return "no data"
    if any(f"{name}_minor" in kind.__struct_fields__ for kind in (MetricsSnapshot, ExtraMetrics)):
        return money(to_minor(value, currency), currency)
    return percent(float(value)) if name.endswith(_PERCENT) else number(float(value))

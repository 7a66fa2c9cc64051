"""The figures of a period, beside those of the period before."""

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any, Final

import msgspec

from vaultra_core.agent import figures
from vaultra_core.agent.figures import Figure
from vaultra_core.agent.registry import Arguments, Finding, Tool
from vaultra_core.domain.metrics import MetricsSnapshot
from vaultra_core.domain.readiness.evidence import DaysHandle, metric_handle
from vaultra_core.domain.readiness.metric_formulas import METRICS, RECURRING
from vaultra_core.domain.wording import day
from vaultra_core.identity import Caller
from vaultra_core.periods import PERIOD_DAYS
from vaultra_core.use_cases.get_metrics import GetMetrics

# metric → what a person calls it, and how its value is told.
TOLD: Final[dict[str, tuple[str, Callable[..., Figure]]]] = {
    "revenue_total": ("Revenue", figures.money),
    "net_revenue": ("Net revenue", figures.money),
    "transaction_count": ("Sales", figures.count),
    "average_transaction_size": ("Average sale", figures.money),
    "monthly_average": ("Net revenue a month, over 91 days", figures.money),
    "revenue_volatility": ("Weekly volatility of revenue", figures.share),
    "weekly_trend": ("Growth per 4 weeks", figures.share),
    "chargeback_count": ("Chargebacks", figures.count),
    "chargeback_ratio": ("Chargeback ratio", figures.share),
    "refund_count": ("Refunds", figures.count),
    "refund_ratio": ("Refund ratio", figures.share),
    "refund_value_ratio": ("Refunded share of revenue", figures.share),
    "failed_charge_ratio": ("Failed payments", figures.share),
    "payout_reliability": ("Payouts in time", figures.share),
    "top_customer_share": ("Largest customer's share", figures.share),
    "returning_share": ("Returning customers' share", figures.share),
    "mrr": ("Monthly recurring revenue", figures.money),
    "new_mrr": ("New recurring revenue", figures.money),
    "churned_mrr": ("Churned recurring revenue", figures.money),
}


class MetricLine(msgspec.Struct, frozen=True, kw_only=True):
    """A metric now and in the period before; None is no data. `change` is relative, of amounts and counts."""

    metric: str
    title: str
    value: Figure | None
    before: Figure | None
    change: Figure | None


class MetricSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The 30 days that end on `period_end`, and the 30 before them; `today` is the running day, not among them."""

    period_start: dt.date
    period_end: dt.date
    days: Figure
    currency: str
    metrics: list[MetricLine]
    today: dt.date

    def line(self, metric: str) -> MetricLine | None:
        return next((line for line in self.metrics if line.metric == metric), None)


class Period(Arguments, frozen=True, kw_only=True):
    period: Annotated[
        dt.date | None, msgspec.Meta(description="The last day of the 30-day period; without it, the newest.")
    ] = None


class GetMetricSummary(Tool[Period]):
    name = "get_metric_summary"
    doing = "Reading your figures"
    description = (
        "Revenue, volatility, chargebacks, refunds, payouts, customers and recurring revenue of a 30-day period, each "
        "beside the 30 days before."
    )
    arguments = Period

    def __init__(self, metrics: GetMetrics) -> None:
        self._metrics = metrics

    async def run(self, caller: Caller, arguments: Period) -> Finding:
        found = await self._metrics.period(caller, arguments.period)
        data = summary(found.snapshot, found.before, found.today)
        revenue = data.line("revenue_total")
        told = revenue.value.text if revenue and revenue.value else "no revenue"
        return Finding(data, f"{told} of revenue in the {PERIOD_DAYS} days up to {day(data.period_end)}.")


def summary(snapshot: MetricsSnapshot, before: MetricsSnapshot | None, today: dt.date) -> MetricSummary:
    lines = []
    for name, (title, tell) in TOLD.items():
        if name in METRICS or name in RECURRING:  # the others have no handle yet, so nothing may be said of them
            now, then = _figure(snapshot, name, title, tell), _figure(before, name, f"{title} before", tell)
            lines.append(MetricLine(metric=name, title=title, value=now, before=then, change=_change(now, then)))
    first, last = snapshot.period_start, snapshot.period_end
    span = str(DaysHandle("charge_count", first, last))
    return MetricSummary(
        period_start=first,
        period_end=last,
        days=figures.days(PERIOD_DAYS, span, "Period"),
        currency=snapshot.currency,
        metrics=lines,
        today=today,
    )


def _figure(snapshot: MetricsSnapshot | None, name: str, title: str, tell: Callable[..., Figure]) -> Figure | None:
    if snapshot is None:
        return None
    handle = metric_handle(name, snapshot.period_end)
    if tell is figures.money:
        minor = _value(snapshot, f"{name}_minor")
        return None if minor is None else figures.money(minor, snapshot.currency, handle, title)
    value = _value(snapshot, name)
    return None if value is None else tell(value, handle, title)


def _value(snapshot: MetricsSnapshot, field: str) -> Any:
    return getattr(snapshot if hasattr(snapshot, field) else snapshot.extra, field)


def _change(now: Figure | None, before: Figure | None) -> Figure | None:
    """By how much an amount or a count has changed, relative to before; None for shares, where it would confuse."""
    if now is None or before is None or now.kind is figures.Kind.SHARE or before.value <= 0:
        return None
    return figures.share(float(now.value / before.value - 1), now.handle, f"{now.label}: change")

"""An assessment as a page of plain text."""

import textwrap
from collections.abc import Sequence
from typing import Final

from vaultra_core.domain.metrics import MetricsSnapshot
from vaultra_core.domain.readiness.assessment import Assessment
from vaultra_core.domain.readiness.contribution import Contribution
from vaultra_core.domain.readiness.outlook import Outlook, RollOffKind
from vaultra_core.domain.readiness.path import Path
from vaultra_core.domain.readiness.rulebook import get_rulebook
from vaultra_core.domain.recommendations.base import Advice
from vaultra_core.domain.wording import day, money, number, percent, plural

WIDTH: Final = 100
NOTICE: Final = (
    "Informational only: no offer of credit, and no investment or tax advice. Weights are expert judgement, not "
    "calibrated on defaults."
)
_NO_DATA: Final = "no data"


def render_report(
    metrics: MetricsSnapshot,
    assessment: Assessment | None,
    advice: Sequence[Advice],
    path: Path | None = None,
    outlook: Outlook | None = None,
) -> str:
    """The report that `vaultra assess` prints. Figures are rounded here for reading; `--json` has them whole."""
    parts = [
        [f"{metrics.period_start} to {metrics.period_end}, amounts in {metrics.currency.upper()}"],
        _score(assessment) if assessment else ["No score: there is no successful charge up to this day."],
        _metrics(metrics),
        _advice(advice) if advice else ["Recommendations", "  none"],
        *([_path(path)] if path else []),
        *([_outlook(outlook, metrics.currency)] if outlook else []),
        textwrap.wrap(NOTICE, WIDTH),
    ]
    return "\n\n".join("\n".join(part) for part in parts)


def _score(assessment: Assessment) -> list[str]:
    book = get_rulebook(assessment.rulebook)
    titles = {"base": "Base", "clamp": "Limits"}
    titles |= {factor.name: factor.title for factor in book.factors}
    titles |= {cap.name: cap.title for cap in book.caps}
    width = max(len(titles[line.factor]) for line in assessment.contributions)
    head = f"Funding readiness {assessment.score} of 100: {assessment.tier.label}"
    basis = f"rulebook {assessment.rulebook}, confidence {percent(assessment.confidence)}"
    lines = [f"{head} ({basis})"]
    for line in assessment.contributions:
        start = f"  {titles[line.factor]:<{width}}  {_points(line):>10}  "
        lines += textwrap.wrap(line.reason, WIDTH, initial_indent=start, subsequent_indent=" " * len(start))
    return lines


def _points(line: Contribution) -> str:
    points = number(line.points)
    return f"{points} of {number(line.max_points)}" if line.max_points > 0 else points


def _metrics(metrics: MetricsSnapshot) -> list[str]:
    extra, currency = metrics.extra, metrics.currency

    def amount(minor: int | None) -> str:
        return _NO_DATA if minor is None else money(minor, currency)

    def share(value: float | None) -> str:
        return _NO_DATA if value is None else percent(value)

    rows = [
        ("Revenue", amount(metrics.revenue_total_minor)),
        ("Net of refunds and chargebacks", amount(extra.net_revenue_minor)),
        ("Sales", f"{metrics.transaction_count:,}"),
        ("Average sale", amount(metrics.average_transaction_size_minor)),
        ("Net revenue per month (91 days)", amount(extra.monthly_average_minor)),
        ("Growth per 4 weeks", share(extra.weekly_trend)),
        ("Volatility of weekly revenue", share(metrics.revenue_volatility)),
        ("Chargebacks", f"{metrics.chargeback_count:,} ({share(metrics.chargeback_ratio)} of sales)"),
        ("Refunds", f"{metrics.refund_count:,} ({share(metrics.refund_ratio)} of sales)"),
        ("Refunded value", share(extra.refund_value_ratio)),
        ("Payouts in time", share(metrics.payout_reliability)),
        ("Failed charges", share(extra.failed_charge_ratio)),
        ("Largest customer", share(extra.top_customer_share)),
        ("Returning customers", share(extra.returning_share)),
        ("Monthly recurring revenue", amount(metrics.mrr_minor)),
    ]
    if extra.estimated_revenue_minor:
        rows.append(("Revenue at estimated rates", amount(extra.estimated_revenue_minor)))
    if extra.unconverted_count:
        rows.append(("Left out for want of a rate", f"{extra.unconverted_count:,} amounts"))
    label = max(len(name) for name, _ in rows)
    value = max(len(text) for _, text in rows)
    return ["Metrics of these 30 days", *(f"  {name:<{label}}  {text:>{value}}" for name, text in rows)]


def _advice(advice: Sequence[Advice]) -> list[str]:
    lines = ["Recommendations"]
    for position, each in enumerate(advice, 1):
        lines.append(f"  {position}. {each.title} ({each.priority} priority, {each.estimated_impact})")
        indent = " " * 5
        lines += textwrap.wrap(each.description, WIDTH, initial_indent=indent, subsequent_indent=indent)
    return lines


def _path(path: Path) -> list[str]:
    if path.reached and not path.steps:
        return [f"Path to {path.target}", "  the score is there"]
    if not path.reached:
        reasons = [f"  {line}" for reason in path.obstacles for line in textwrap.wrap(reason, WIDTH - 2)]
        return [f"Path to {path.target}", f"  out of reach for now: what can be done leads to {path.highest}", *reasons]
    lines = [f"Path to {path.target}: {path.score} now, {path.score_after} after these steps"]
    for step in path.steps:
        start = f"  {step.title} (+{number(step.points)}): "
        lines += textwrap.wrap(f"{start}{step.action}", WIDTH, subsequent_indent=" " * 4)
    return lines


def _outlook(outlook: Outlook, currency: str) -> list[str]:
    lines = [f"The next {outlook.days} days if nothing changes"]
    if outlook.next_tier_on is None:
        lines.append("  no higher tier by itself")
    lines += [f"  {day(each.day)}: the score is {each.score}, {each.tier.label}" for each in outlook.crossings]
    for each in outlook.roll_offs:
        what = plural(each.count, "chargeback") if each.kind is RollOffKind.CHARGEBACKS else "the weak week"
        since = f"from {day(each.first)}, {money(each.amount_minor, currency)}"
        lines.append(f"  {day(each.leaves_on)}: {what} {since}, no longer counts")
    for limit in outlook.limits:
        room = "crossed this month" if limit.crossed else f"room for {limit.absorbable} more this month"
        chance = _NO_DATA if limit.probability is None else f"crossed in 30 days with {percent(limit.probability)}"
        lines.append(f"  chargebacks at {percent(limit.threshold)} ({limit.source}): {room}, {chance}")
    return lines

"""Answers about single figures: revenue, chargebacks, refunds, payouts, customers, and what is behind them."""

import datetime as dt
from typing import Final

import msgspec

from vaultra_core.agent.grounded.ask import Ask, bullets, cite, points
from vaultra_core.agent.grounded.intents import is_how_to, subject_of
from vaultra_core.agent.grounded.reading import passages_on
from vaultra_core.agent.grounded.score import standing
from vaultra_core.agent.tools.metrics import MetricLine
from vaultra_core.domain.wording import day

_OBJECTS: Final = 10  # Stripe objects that an answer lists


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What belongs to a subject: its metrics, its factor of the default rulebook, and what to look up about it."""

    metrics: tuple[str, ...]
    factor: str | None
    query: str


SUBJECTS: Final = {
    "chargeback": Subject(
        metrics=("chargeback_count", "chargeback_ratio"),
        factor="disputes",
        query="How to reduce chargebacks and disputes",
    ),
    "refund": Subject(
        metrics=("refund_count", "refund_ratio", "refund_value_ratio"), factor="refunds", query="How to lower refunds"
    ),
    "payout": Subject(metrics=("payout_reliability",), factor="payouts", query="Payout timing and failed payouts"),
    "mrr": Subject(metrics=("mrr", "new_mrr", "churned_mrr"), factor=None, query="Monthly recurring revenue and churn"),
    "topcustomer": Subject(metrics=("top_customer_share",), factor="top_customer", query="Customer concentration"),
    "returning": Subject(metrics=("returning_share",), factor="returning", query="Returning customers and retention"),
    "averagesale": Subject(
        metrics=("average_transaction_size", "transaction_count"), factor=None, query="Average sale"
    ),
    "failed": Subject(metrics=("failed_charge_ratio",), factor=None, query="Failed payments and declined cards"),
    "steady": Subject(metrics=("revenue_volatility",), factor="steadiness", query="Revenue stability and volatility"),
    "growth": Subject(metrics=("weekly_trend", "revenue_total"), factor="trend", query="Growth of revenue"),
    "revenue": Subject(
        metrics=("revenue_total", "net_revenue", "transaction_count", "average_transaction_size", "monthly_average"),
        factor="scale",
        query="Size of revenue that lenders ask for",
    ),
}


async def subject(ask: Ask) -> list[str]:
    name = subject_of(ask)
    assert name is not None
    about = SUBJECTS[name]
    period = _period(ask)
    data = await ask.metrics(period)
    known = [line for metric in about.metrics if (line := data.line(metric)) is not None]
    lines = [_metric(line) for line in known] if any(line.value for line in known) else []
    span = f"{day(data.period_start)} to {day(data.period_end)}"
    parts = (
        [f"The {data.days.text} from {span}:\n" + bullets(lines)]
        if lines
        else [f"There are no figures of {known[0].title.lower() if known else 'that'} from {span}."]
    )
    guiding = is_how_to(ask) or ask.means_any("action", "hurt")
    score = await ask.breakdown()
    factor = next((line for line in [*score.hurts, *score.neutral, *score.helps] if line.factor == about.factor), None)
    if factor:
        earned = f"{factor.points.text} of {points(factor.most.text)}"
        parts.append(f"Your score has {earned} for {factor.title.lower()}. {factor.finding.text}")
    if guiding:
        advice = (await ask.recommendations(10)).recommendations
        fitting = [each for each in advice if {*about.metrics, about.factor}.intersection(each.about)]
        parts += [
            f"What to do: **{each.title}** (+{points(each.impact.text)}). {each.description.text}"
            for each in fitting[:1]
        ]
        # Who asks how to do something is shown what a document says of just that, where one does.
        shown = passages_on(await ask.passages(ask.question, 3)) if is_how_to(ask) else []
        parts += shown or [cite(await ask.passages(about.query, 2))]
    return parts


async def disputes(ask: Ask) -> list[str]:
    score = await ask.breakdown()
    handle = f"contribution:{score.rulebook}:{score.as_of}:disputes"
    factor = next((line for line in [*score.hurts, *score.neutral, *score.helps] if line.factor == "disputes"), None)
    if factor is None:
        return [standing(score), "Chargebacks are no factor of this rulebook."]
    found = await ask.evidence(handle, 50)
    if not found.objects:
        return [standing(score), f"No dispute counts against you. {factor.finding.text}"]
    lines = [f"`{each.id}` of {day(each.day)}: {each.text}, {each.status.replace('_', ' ')}" for each in found.objects]
    parts = [
        f"Chargebacks cost you {factor.lost.text} of {points(factor.most.text)}. {factor.finding.text}",
        "These disputes count, oldest first; won ones count too, as card networks count them:\n" + bullets(lines),
    ]
    if found.more:
        parts.append("There are more; open the evidence of this factor to see all of them.")
    return [*parts, cite(await ask.passages("How chargebacks are counted, and how to answer a dispute", 2))]


async def evidence(ask: Ask) -> list[str]:
    name = subject_of(ask)
    if name is None:
        score = await ask.breakdown()
        found = await ask.evidence(f"score:{score.rulebook}:{score.as_of}")
    else:
        data = await ask.metrics()
        lines = [line for metric in SUBJECTS[name].metrics if (line := data.line(metric)) and line.value]
        if not lines or lines[0].value is None:
            return ["There is no figure of that yet, so nothing is behind it."]
        found = await ask.evidence(lines[0].value.handle)
    parts = [found.statement.text]
    if found.formula:
        parts.append(f"How it is computed: {found.formula.text}")
    shown = [f"{part.label}: {part.value.text}" for part in found.parts[:12] if part.value]
    parts += ["It is made of:\n" + bullets(shown)] if shown else []
    objects = found.objects
    if not objects and len(found.parts) == 1:  # one sum of days, which counts objects
        objects = (await ask.evidence(found.parts[0].handle, _OBJECTS)).objects
    listed = [f"`{each.id}` of {day(each.day)}: {each.text}" for each in objects[:_OBJECTS]]
    return [*parts, *(["Among the Stripe objects behind it, the oldest first:\n" + bullets(listed)] if listed else [])]


async def fresh(ask: Ask) -> list[str]:
    data = await ask.business()
    if not data.stripe_connected:
        return ["No Stripe account is connected yet, so there is no data. Connect one to begin."]
    parts = []
    if data.last_synced_at:
        parts.append(f"Your Stripe account was last synced on {day(data.last_synced_at.date())}.")
    if data.imported and data.import_state != "complete":
        parts.append(f"The import is still running: {data.imported.text} has been read.")
    elif data.imported:
        parts.append("Its import is complete.")
    if data.complete_through:
        parts.append(f"Your data agrees with Stripe's balance to the cent through {day(data.complete_through)}.")
    else:
        parts.append("It has not been reconciled with Stripe's balance yet.")
    return [*parts, *(["This is sample data from the sandbox."] if data.sample_data else [])]


async def about(ask: Ask) -> list[str]:
    data = await ask.business()
    lines = [f"Name: {data.name}", f"Currency: {data.currency.upper()}", f"Time zone: {data.timezone}"]
    if data.industry:
        lines.append(f"Industry: {data.industry.replace('_', ' ')}")
    if data.revenue_estimate:
        lines.append(f"Your own revenue estimate: {data.revenue_estimate.text} a year")
    if data.founded_at:
        lines.append(f"Founded: {day(data.founded_at)}")
    lines.append("Stripe: " + ("connected" if data.stripe_connected else "not connected"))
    parts = ["This is what is stored about your business:\n" + bullets(lines)]
    if data.stripe_connected:
        parts += [standing(await ask.breakdown())]
    return parts


async def today(ask: Ask) -> list[str]:
    data = await ask.metrics()
    return [
        f"Figures go up to {day(data.period_end)}, the last day that is over; today enters at midnight.",
        *(await subject(ask) if subject_of(ask) else [standing(await ask.breakdown())]),
    ]


def _metric(line: MetricLine) -> str:
    if line.value is None:
        return f"**{line.title}**: no data"
    if line.before is None:
        return f"**{line.title}**: {line.value.text}"
    if line.change is None or line.change.value == 0:
        return f"**{line.title}**: {line.value.text} ({line.before.text} in the period before)"
    sign = "+" if line.change.value > 0 else "−"
    change = line.change.text.lstrip("-")
    return f"**{line.title}**: {line.value.text} ({line.before.text} in the period before, {sign}{change})"


def _period(ask: Ask) -> dt.date | None:
    """The last day of the span that a question names, when it is over."""
    span = ask.span
    return span.end if span and span.end and span.end < ask.today else None

"""Every number is a handle. A handle names a figure; resolving it gives the figure and the handles it is made of.

| handle | names | leads to |
|---|---|---|
| `score:<rulebook>:<day>` | a score | its contributions |
| `contribution:<rulebook>:<day>:<factor>` | what a factor or cap adds to it | the days it was measured on |
| `metric:<name>:<day>` | a metric of the 30 days that end on a day | the days it was computed from |
| `metric:mrr:<day>`, `new_mrr`, `churned_mrr` | recurring revenue at the end of a day | its subscriptions |
| `subscription:<name>:<day>:<id>` | what a subscription brings to one of these | the Stripe object of that id |
| `days:<field>:<first>:<last>` | a daily figure over a span of days | its single days, then Stripe objects |
| `recommendation:<id>` | a recommendation | the contributions and metrics that it speaks of |

Days are `YYYY-MM-DD`. A handle names no business: it is resolved within the one of whoever asks.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec

from vaultra_core.domain import wording
from vaultra_core.domain.activity import DayActivity, History
from vaultra_core.domain.behind import COUNTED_BY
from vaultra_core.domain.metrics import MetricsSnapshot, metrics
from vaultra_core.domain.mrr import subscriptions_behind
from vaultra_core.domain.readiness.contribution import Contribution
from vaultra_core.domain.readiness.measures import MEASURES
from vaultra_core.domain.readiness.metric_formulas import DAILY, METRICS, RECURRING, shown
from vaultra_core.domain.readiness.rulebook import get_rulebook
from vaultra_core.domain.readiness.rules import Factor
from vaultra_core.domain.readiness.scoring import assess
from vaultra_core.domain.recommendations.base import Recommendation
from vaultra_core.domain.wording import money, number
from vaultra_core.errors import InvalidInput, NotFound
from vaultra_core.money import to_major, to_minor
from vaultra_core.periods import window

GRAMMAR: Final = (
    "score:<rulebook>:<day>",
    "contribution:<rulebook>:<day>:<factor>",
    "metric:<name>:<day>",
    "subscription:<name>:<day>:<id>",
    "days:<field>:<first>:<last>",
    "recommendation:<id>",
)


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A figure that another is made of. An amount is in major units of the evidence's currency."""

    handle: str
    label: str
    value: Decimal | None


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What a handle resolves to. `formula` says how the value follows from the parts, where it is more than their sum.

    `currency` is there when the value, or that of a part, is an amount. `objects_of` is the span of days whose Stripe
    objects belong beside it: its own, or that of the chargebacks or refunds that it counts.
    """

    handle: str
    kind: str
    title: str
    statement: str
    value: Decimal | None
    currency: str | None = None
    formula: str | None = None
    parts: tuple[Part, ...] = ()
    objects_of: str | None = None


class DaysHandle(msgspec.Struct, frozen=True):
    """A daily figure over a span of days."""

    field: str
    first: dt.date
    last: dt.date

    def __str__(self) -> str:
        return f"days:{self.field}:{self.first}:{self.last}"


def score_handle(rulebook: str, day: dt.date) -> str:
    return f"score:{rulebook}:{day}"


def contribution_handle(rulebook: str, day: dt.date, factor: str) -> str:
    return f"contribution:{rulebook}:{day}:{factor}"


def metric_handle(name: str, day: dt.date) -> str:
    return f"metric:{name}:{day}"


def recommendation_handle(recommendation_id: UUID) -> str:
    return f"recommendation:{recommendation_id}"


def resolve(handle: str, history: History, as_of: dt.date) -> Evidence:
    """What a handle of a score, contribution, metric or span of days stands for, seen from the last complete day.

    Raise `InvalidInput` for what is no handle, `NotFound` for one that names nothing, such as a day still to come.
    """
    kind, *rest = handle.split(":")
    resolver = _RESOLVERS.get((kind, len(rest)))
    if resolver is None:
        raise InvalidInput(f"{handle!r} is no handle.", field="handle", reason="grammar", known=list(GRAMMAR))
    return resolver(handle, rest, history, as_of)


def days_handle(handle: str, as_of: dt.date) -> DaysHandle | None:
    """The span of days that a handle names, None for a handle of another kind. Raises as `resolve` does."""
    kind, *rest = handle.split(":")
    if kind != "days" or len(rest) != 3:
        return None
    field, first, last = rest[0], _day(handle, rest[1]), _day(handle, rest[2])
    if field not in _FIELDS or first > last or last > as_of:
        raise _nothing(handle)
    return DaysHandle(field, first, last)


def of_recommendation(recommendation: Recommendation, rulebook: str) -> Evidence:
    """What a recommendation rests on: the figures that it speaks of, on the day it was last true."""
    advice = recommendation.advice
    day = dt.date.fromisoformat(str(advice.metric_refs["as_of"]))
    factors = {factor.name for factor in get_rulebook(rulebook).factors}
    parts = []
    for name, value in advice.metric_refs.items():
        if isinstance(value, str) or (name not in factors and name not in METRICS and name not in RECURRING):
            continue
        of_factor = name in factors
        handle = contribution_handle(rulebook, day, name) if of_factor else metric_handle(name, day)
        parts.append(Part(handle=handle, label=_label(name), value=_decimal(value)))
    return Evidence(
        handle=recommendation_handle(recommendation.id),
        kind="recommendation",
        title=advice.title,
        statement=advice.description,
        value=_decimal(advice.impact_points),
        parts=(Part(handle=score_handle(rulebook, day), label="Score", value=None), *parts),
    )


def _score(handle: str, rest: list[str], history: History, as_of: dt.date) -> Evidence:
    rulebook, day = rest[0], _day(handle, rest[1])
    assessment = assess(history, day, rulebook) if day <= as_of else None
    if assessment is None:
        raise _nothing(handle)
    book = get_rulebook(rulebook)
    parts = [
        Part(
            handle=contribution_handle(rulebook, day, line.factor),
            label=book.title_of(line.factor),
            value=_decimal(line.points),
        )
        for line in assessment.contributions
    ]
    return Evidence(
        handle=handle,
        kind="score",
        title="Funding readiness score",
        statement=f"{assessment.score} of 100, {assessment.tier.label}, as of {wording.day(day)} under {rulebook}.",
        value=_decimal(assessment.score),
        formula=f"the sum of the contributions, {number(assessment.raw_score, 4)}, rounded half up",
        parts=tuple(parts),
    )


def _contribution(handle: str, rest: list[str], history: History, as_of: dt.date) -> Evidence:
    rulebook, day, name = rest[0], _day(handle, rest[1]), rest[2]
    assessment = assess(history, day, rulebook) if day <= as_of else None
    line = next((each for each in assessment.contributions if each.factor == name), None) if assessment else None
    if line is None:
        raise _nothing(handle)
    factor = get_rulebook(rulebook).factor(name)
    measured = MEASURES[factor.measure].__doc__ if factor else None
    return Evidence(
        handle=handle,
        kind="contribution",
        title=factor.title if factor else _label(name),
        statement=line.reason,
        value=_decimal(line.points),
        currency=history.currency,
        formula=f"{measured} {_judged(factor, line)}" if factor else None,
        parts=tuple(_part(each, history) for each in _by_week(factor, line.evidence)),
        objects_of=_objects_of(line.evidence),
    )


def _metric(handle: str, rest: list[str], history: History, as_of: dt.date) -> Evidence:
    name, day = rest[0], _day(handle, rest[1])
    if day > as_of or history.first_day is None or history.first_day > day:
        raise _nothing(handle)
    if name in RECURRING:
        return _recurring(handle, name, day, history)
    if name not in METRICS:
        raise _nothing(handle)
    formula, days, fields = METRICS[name]
    snapshot = metrics(history, day)
    value = _of_snapshot(snapshot, name)
    first, last = window(day, days)
    parts = tuple(_part(str(DaysHandle(field, first, last)), history) for field in fields)
    figures = ", ".join(f"{part.label.lower()} = {_daily(part, history)}" for part in parts if part.value is not None)
    told = shown(name, value, snapshot.currency)
    return Evidence(
        handle=handle,
        kind="metric",
        title=_label(name),
        statement=f"{_label(name)} of the {days} days up to {wording.day(day)}: {told}.",
        value=value,
        currency=snapshot.currency,
        formula=f"{formula}; {figures}" if figures else formula,
        parts=parts,
        objects_of=_objects_of([part.handle for part in parts]),
    )


def _recurring(handle: str, name: str, day: dt.date, history: History) -> Evidence:
    value = _of_snapshot(metrics(history, day), name)
    parts = [
        Part(
            handle=f"subscription:{name}:{day}:{subscription.id}",
            label=f"Subscription {subscription.id}",
            value=None if minor is None else to_major(minor, history.currency),
        )
        for subscription, minor in subscriptions_behind(name, history, day)
    ]
    return Evidence(
        handle=handle,
        kind="metric",
        title=_label(name),
        statement=f"{_label(name)} at the end of {wording.day(day)}: {shown(name, value, history.currency)}.",
        value=value,
        currency=history.currency,
        formula=f"{RECURRING[name]}; rounded once, so that its parts may differ from it by less than a cent each",
        parts=tuple(parts),
    )


def _subscription(handle: str, rest: list[str], history: History, as_of: dt.date) -> Evidence:
    name, day, subscription_id = rest[0], _day(handle, rest[1]), rest[2]
    if name not in RECURRING or day > as_of:
        raise _nothing(handle)
    found = {each.id: (each, minor) for each, minor in subscriptions_behind(name, history, day)}
    if subscription_id not in found:
        raise _nothing(handle)
    subscription, minor = found[subscription_id]
    value = None if minor is None else to_major(minor, history.currency)
    return Evidence(
        handle=handle,
        kind="subscription",
        title=f"Subscription {subscription_id}",
        statement=f"{subscription_id} ({subscription.status}) counts in {name} at the end of {wording.day(day)}.",
        value=value,
        currency=history.currency,
        formula=RECURRING[name],
    )


def _days(handle: str, rest: list[str], history: History, as_of: dt.date) -> Evidence:
    span = days_handle(handle, as_of)
    assert span is not None
    active = [day for day in history.between(span.first, span.last) if getattr(day, span.field)]
    single = span.first == span.last
    own = _part(handle, history)
    parts = () if single else tuple(_part(str(DaysHandle(span.field, day.day, day.day)), history) for day in active)
    first, last = wording.day(span.first), wording.day(span.last)
    when = f"on {first}" if single else f"from {first} to {last}, on {wording.plural(len(active), 'day')}"
    return Evidence(
        handle=handle,
        kind="days",
        title=own.label,
        statement=f"{own.label} {when}.",
        value=own.value,
        currency=history.currency if span.field.endswith("_minor") else None,
        formula=None if single else "the sum of its days",
        parts=parts,
        objects_of=handle if span.field in COUNTED_BY else None,
    )


def _by_week(factor: Factor | None, evidence: Sequence[str]) -> Iterator[str]:
    """The spans of a measure; a measure of weeks names each of them."""
    for handle in evidence:
        _, field, first, last = handle.split(":")
        start, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
        if factor is None or factor.measure not in _WEEKLY or (end - start).days < 7:
            yield handle
            continue
        for week in range(start.toordinal(), end.toordinal(), 7):
            yield str(DaysHandle(field, dt.date.fromordinal(week), dt.date.fromordinal(week + 6)))


def _objects_of(handles: Sequence[str]) -> str | None:
    """The span whose objects are few and each a case of its own: chargebacks, refunds, failures."""
    return next((handle for handle in handles if handle.split(":")[1].startswith(_CASES)), None)


def _part(handle: str, history: History) -> Part:
    """A span of days with its sum. Of customers there is none: their amounts are identified revenue."""
    _, field, first, last = handle.split(":")
    value: Decimal | None = None
    if field != "customers":
        total = history.total(field, dt.date.fromisoformat(first), dt.date.fromisoformat(last))
        value = to_major(total, history.currency) if field.endswith("_minor") else Decimal(total)
    return Part(handle=handle, label=DAILY.get(field) or _label(field), value=value)


def _daily(part: Part, history: History) -> str:
    """The sum of a span as it reads."""
    assert part.value is not None
    if part.handle.split(":")[1].endswith("_minor"):
        return money(to_minor(part.value, history.currency), history.currency)
    return number(float(part.value))


def _judged(factor: Factor, line: Contribution) -> str:
    value = "No value" if line.value is None else f"Value {factor.unit.text(line.value)}"
    return f"{value}: {line.band}, {number(line.points, 4)} of {number(line.max_points)} points."


def _of_snapshot(snapshot: MetricsSnapshot, name: str) -> Decimal | None:
    for source in (snapshot, snapshot.extra):
        for suffix in ("", "_minor"):
            if hasattr(source, name + suffix):
                value: Any = getattr(source, name + suffix)
                return to_major(value, snapshot.currency) if suffix and value is not None else _decimal(value)
    raise AssertionError(name)


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(repr(value))


def _day(handle: str, text: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"{handle!r} is no handle.", field="handle", reason="grammar", known=list(GRAMMAR)) from None
    if day.isoformat() != text:
        raise InvalidInput(f"{handle!r} is no handle.", field="handle", reason="grammar", known=list(GRAMMAR))
    return day


def _label(name: str) -> str:
    return name.removesuffix("_minor").replace("_", " ").capitalize()


def _nothing(handle: str) -> NotFound:
    return NotFound(f"{handle} names nothing here.", handle=handle)


_WEEKLY: Final = ("weekly_growth", "weekly_variation", "weak_weeks_per_half_year")
_CASES: Final = ("chargeback", "refund", "failed")
_FIELDS: Final = frozenset(DayActivity.__struct_fields__) - {"day"}

_Resolver = Callable[[str, list[str], History, dt.date], Evidence]
_RESOLVERS: Final[Mapping[tuple[str, int], _Resolver]] = {
    ("score", 2): _score,
    ("contribution", 3): _contribution,
    ("metric", 2): _metric,
    ("subscription", 3): _subscription,
    ("days", 3): _days,
}

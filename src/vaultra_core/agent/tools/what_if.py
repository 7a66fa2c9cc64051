"""What if: the score with some metrics changed, in the owner's terms."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Final

import msgspec

from vaultra_core.agent import figures
from vaultra_core.agent.figures import Figure, Statement
from vaultra_core.agent.registry import Arguments, Finding, Tool
from vaultra_core.domain.readiness.contribution import Contribution
from vaultra_core.domain.readiness.evidence import contribution_handle, score_handle
from vaultra_core.domain.readiness.projections import what_if_handle
from vaultra_core.domain.readiness.rulebook import get_rulebook
from vaultra_core.domain.readiness.rules import Rulebook, Unit
from vaultra_core.identity import Caller
from vaultra_core.money import to_minor
from vaultra_core.use_cases.assume_changes import AssumeChanges, Assumption, Assumptions, unit_of

TITLES: Final = {
    "chargeback_count": "Chargebacks",
    "chargeback_ratio": "Chargeback ratio",
    "refund_value_ratio": "Refunded share of revenue",
    "refund_ratio": "Refund ratio",
    "payout_reliability": "Payouts in time",
    "revenue_total": "Revenue in 30 days",
    "monthly_average": "Net revenue a month",
    "revenue_volatility": "Weekly volatility of revenue",
    "weekly_trend": "Growth per 4 weeks",
    "top_customer_share": "Largest customer's share",
    "returning_share": "Returning customers' share",
}


class AssumedChange(Arguments, frozen=True, kw_only=True):
    metric: Annotated[
        str,
        msgspec.Meta(
            max_length=64,
            description="One of " + ", ".join(TITLES) + ", or the name of a factor. Ratios and shares are decimals.",
        ),
    ]
    value: Annotated[float | None, msgspec.Meta(description="What it would be.")] = None
    times: Annotated[float | None, msgspec.Meta(description="Multiplies what it is: 0.5 is half of it.")] = None
    plus: Annotated[float | None, msgspec.Meta(description="Is added to what it is: −3 is three fewer.")] = None


class WhatIfChanges(Arguments, frozen=True, kw_only=True):
    changes: Annotated[
        list[AssumedChange],
        msgspec.Meta(min_length=1, max_length=8, description="Each with exactly one of value, times, plus."),
    ]


class AssumedLine(msgspec.Struct, frozen=True, kw_only=True):
    metric: str
    title: str
    now: Figure | None
    then: Figure
    change: Figure | None


class MovedLine(msgspec.Struct, frozen=True, kw_only=True):
    factor: str
    title: str
    points_now: Figure
    points_then: Figure
    finding: Statement


class SimulatedScore(msgspec.Struct, frozen=True, kw_only=True):
    as_of: dt.date
    assumed: list[AssumedLine]
    score_now: Figure
    score_then: Figure
    difference: Figure
    tier_now: str
    tier_then: str
    moved: list[MovedLine]


class SimulateChange(Tool[WhatIfChanges]):
    name = "simulate_change"
    doing = "Trying out your what-if"
    description = "The score as it would be if some metrics were different, and which factors would move."
    arguments = WhatIfChanges

    def __init__(self, assume: AssumeChanges) -> None:
        self._assume = assume

    async def run(self, caller: Caller, arguments: WhatIfChanges) -> Finding:
        asked = [Assumption(metric=c.metric, value=c.value, times=c.times, plus=c.plus) for c in arguments.changes]
        data = simulated(await self._assume.execute(caller, asked))
        told = ", ".join(f"{line.title.lower()} at {line.then.text}" for line in data.assumed)
        return Finding(data, f"With {told}: {data.score_then.text} instead of {data.score_now.text}.")


def simulated(found: Assumptions) -> SimulatedScore:
    now, then = found.what_if.now, found.what_if.then
    handle = what_if_handle(then.rulebook, then.as_of, found.changes)
    book = get_rulebook(now.rulebook)
    before = {line.factor: line for line in now.contributions}
    after = {line.factor: line for line in then.contributions}
    assumed = []
    for each in found.assumed:
        title = TITLES.get(each.metric) or book.title_of(each.metric)
        tell = _teller(book, each.metric, found.currency)
        at = contribution_handle(now.rulebook, now.as_of, each.factor)
        present = None if each.now is None else tell(each.now, at, f"{title} now")
        then_figure = tell(each.then, handle, f"{title} as assumed")
        change = figures.share(each.then / each.now - 1, handle, f"{title}: change") if each.now else None
        assumed.append(AssumedLine(metric=each.metric, title=title, now=present, then=then_figure, change=change))
    pairs = {name: (before.get(name), after.get(name)) for name in dict.fromkeys([*after, *before])}
    return SimulatedScore(
        as_of=now.as_of,
        assumed=assumed,
        score_now=figures.score(now.score, score_handle(now.rulebook, now.as_of), "Score now"),
        score_then=figures.score(then.score, handle, "Score as it would be"),
        difference=figures.points(then.score - now.score, handle, "Difference"),
        tier_now=now.tier.label,
        tier_then=then.tier.label,
        moved=[
            _moved(name, book.title_of(name), pair, score_handle(now.rulebook, now.as_of), handle)
            for name, pair in pairs.items()
            if _points(pair[0]) != _points(pair[1])
        ],
    )


def _moved(
    name: str, title: str, pair: tuple[Contribution | None, Contribution | None], now: str, then: str
) -> MovedLine:
    reason = pair[1].reason if pair[1] else "It would no longer act."
    return MovedLine(
        factor=name,
        title=title,
        points_now=figures.points(_points(pair[0]), now, f"{title}: points now"),
        points_then=figures.points(_points(pair[1]), then, f"{title}: points as they would be"),
        finding=Statement(reason, then),
    )


def _points(line: Contribution | None) -> float:
    return line.points if line else 0.0


def _teller(book: Rulebook, metric: str, currency: str) -> Callable[[float, str, str], Figure]:
    """How a value of this metric is told."""

    def money_in(currency: str) -> Callable[[float, str, str], Figure]:
        return lambda value, handle, label: figures.money(
            to_minor(Decimal(repr(value)), currency), currency, handle, label
        )

    match unit_of(book, metric):
        case "money":
            return money_in(currency)
        case Unit.USD_PER_MONTH:
            return money_in("usd")
        case "count" | Unit.WEEKS | Unit.DAYS | Unit.COUNT:
            return figures.count
    return figures.share

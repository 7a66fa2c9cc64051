"""What happens if nothing changes: what leaves the windows and when, where the score goes, how close chargebacks are.

Nothing changes means that the last four weeks repeat, day for day, with their sales, refunds, chargebacks, payouts and
customers. It is a continuation, not a forecast.
"""

import calendar
import datetime as dt
import enum
import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

import msgspec

from vaultra_core.domain.activity import CustomerWindow, History
from vaultra_core.domain.readiness.assessment import Assessment, Tier
from vaultra_core.domain.readiness.measures import DISPUTE_DAYS, DISPUTE_PRIOR
from vaultra_core.domain.readiness.rulebook import DEFAULT_RULEBOOK, get_rulebook
from vaultra_core.domain.readiness.rules import Rulebook
from vaultra_core.domain.readiness.scoring import assess, raw_score, read, rounded, score, tier
from vaultra_core.domain.readiness.standpoint import Standpoint
from vaultra_core.domain.statistics import negative_binomial_above
from vaultra_core.domain.weekly import REFERENCE_WEEKS, weak_week_places
from vaultra_core.errors import Unprocessable
from vaultra_core.periods import PERIOD_DAYS, days_between

MOST_DAYS: Final = 365
REPEATED_DAYS: Final = 28  # whole weeks, so that every weekday comes as often as it did

# Shares of sales above which chargebacks are held against a business, and by whom.
THRESHOLDS: Final = (
    (Fraction(75, 10_000), "Stripe: excessive"),
    (Fraction(150, 10_000), "Visa VAMP and Mastercard ECM"),
)


class RollOffKind(enum.StrEnum):
    CHARGEBACKS = "chargebacks"
    WEAK_WEEK = "weak_week"


class RollOff(msgspec.Struct, frozen=True, kw_only=True):
    """Something that counts against the score, and from `leaves_on` on does not any more.

    A weak week can fade some days before: weeks are counted back from each day, and share its weak days between two.
    `count` and `amount_minor` are the chargebacks of a day, or 1 and the revenue of a weak week.
    """

    kind: RollOffKind
    first: dt.date
    last: dt.date
    leaves_on: dt.date
    count: int
    amount_minor: int
    evidence: tuple[str, ...]


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """How far chargebacks are from a threshold.

    `absorbable` more can come in the rest of the calendar month, at the present pace of sales, before its ratio lies
    above the threshold; 0 when it does already, which `crossed` says. `probability` is that of lying above it over the
    next 30 days; None without a sale in the last 30.
    """

    threshold: float
    source: str
    absorbable: int
    crossed: bool
    probability: float | None


class Crossing(msgspec.Struct, frozen=True, kw_only=True):
    """The day on which the score enters another tier, and the factors and caps that differ from today."""

    day: dt.date
    score: int
    tier: Tier
    moved: tuple[str, ...]


class ScorePoint(msgspec.Struct, frozen=True):
    day: dt.date
    score: int


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """The days after `as_of` if nothing changes. `next_tier_on` is the first on which the score is in a higher tier."""

    as_of: dt.date
    days: int
    rulebook: str
    score: int
    tier: Tier
    next_tier_on: dt.date | None
    crossings: tuple[Crossing, ...]
    scores: tuple[ScorePoint, ...]
    roll_offs: tuple[RollOff, ...]
    limits: tuple[Limit, ...]


def outlook(history: History, as_of: dt.date, days: int = 90, rulebook: str = DEFAULT_RULEBOOK) -> Outlook | None:
    """The next `days` days, 1 to 365, if nothing changes; None before the first charge.

    Raise `InvalidInput` for an unknown rulebook, `Unprocessable` for another number of days.
    """
    if not 1 <= days <= MOST_DAYS:
        raise Unprocessable(f"An outlook spans 1 to {MOST_DAYS} days.", field="days", reason="out of range")
    now = assess(history, as_of, rulebook)
    if now is None:
        return None
    seen = Standpoint(history, as_of)
    end = as_of + dt.timedelta(days=days)
    scores, crossings = _ahead(now, continued(history, as_of, days), end, get_rulebook(rulebook))
    order = list(Tier)
    return Outlook(
        as_of=as_of,
        days=days,
        rulebook=now.rulebook,
        score=now.score,
        tier=now.tier,
        next_tier_on=next((each.day for each in crossings if order.index(each.tier) > order.index(now.tier)), None),
        crossings=crossings,
        scores=scores,
        roll_offs=tuple(
            sorted(
                (each for each in (*_chargebacks(seen), *_weak_weeks(seen)) if each.leaves_on <= end),
                key=lambda each: (each.leaves_on, each.kind),
            )
        ),
        limits=tuple(_limits(seen)),
    )


def continued(history: History, as_of: dt.date, days: int) -> History:
    """The history up to a day, and then its last four weeks again and again for so many days.

    A younger business repeats its whole weeks, or what there is of its first.
    """
    age = Standpoint(history, as_of).days
    span = min(REPEATED_DAYS, age // 7 * 7 or age)
    return history.repeating(as_of - dt.timedelta(days=span - 1), as_of, as_of + dt.timedelta(days=days))


def _ahead(
    now: Assessment, later: History, end: dt.date, book: Rulebook
) -> tuple[tuple[ScorePoint, ...], tuple[Crossing, ...]]:
    """The scores of the days after `now`, as `replay` has them, and where they enter another tier. Only there a score
    is explained: of the other days nobody reads why."""
    scores, crossings, window, entered = [], [], CustomerWindow(later), now.tier
    for day in days_between(now.as_of + dt.timedelta(days=1), end):
        seen = Standpoint(later, day, window)
        readings = read(book, seen)
        points = rounded(raw_score(book, seen, readings))
        scores.append(ScorePoint(day, points))
        if tier(points) is not entered:
            entered = tier(points)
            moved = _moved(now, score(book, seen, readings))
            crossings.append(Crossing(day=day, score=points, tier=entered, moved=moved))
    return tuple(scores), tuple(crossings)


def _moved(now: Assessment, then: Assessment) -> tuple[str, ...]:
    """The factors and caps whose points differ."""
    before, after = ({line.factor: line.points for line in each.lines} for each in (now, then))
    return tuple(name for name in dict.fromkeys([*before, *after]) if before.get(name, 0) != after.get(name, 0))


def _chargebacks(seen: Standpoint) -> Iterator[RollOff]:
    for day, count in seen.history.counted("chargeback_count", seen.first(DISPUTE_DAYS), seen.as_of):
        yield RollOff(
            kind=RollOffKind.CHARGEBACKS,
            first=day,
            last=day,
            leaves_on=day + dt.timedelta(days=DISPUTE_DAYS),
            count=count,
            amount_minor=seen.history.total("chargeback_minor", day, day),
            evidence=(f"days:chargeback_count:{day}:{day}",),
        )


def _weak_weeks(seen: Standpoint) -> Iterator[RollOff]:
    weeks = seen.weeks
    for place in weak_week_places(weeks):
        last = seen.as_of - dt.timedelta(days=7 * (len(weeks) - 1 - place))
        first = last - dt.timedelta(days=6)
        yield RollOff(
            kind=RollOffKind.WEAK_WEEK,
            first=first,
            last=last,
            leaves_on=last + dt.timedelta(days=7 * REFERENCE_WEEKS),
            count=1,
            amount_minor=weeks[place],
            evidence=(f"days:gross_minor:{first}:{last}",),
        )


def _limits(seen: Standpoint) -> Iterator[Limit]:
    expected = seen.total("charge_count", PERIOD_DAYS)
    today = seen.as_of + dt.timedelta(days=1)  # the running day, with which the month goes on
    in_month = calendar.monthrange(today.year, today.month)[1]
    over = today.day - 1
    disputes, sales = (seen.total(field, over) if over else 0 for field in ("chargeback_count", "charge_count"))
    month = sales + Fraction(expected * (in_month - over), PERIOD_DAYS)
    for threshold, source in THRESHOLDS:
        most = math.floor(threshold * month)
        yield Limit(
            threshold=float(threshold),
            source=source,
            absorbable=max(most - disputes, 0),
            crossed=disputes > most,
            probability=_breach_probability(seen, threshold, expected),
        )


def _breach_probability(seen: Standpoint, threshold: Fraction, expected: int) -> float | None:
    """That more than a share of the next 30 days' sales, taken to be as many as in the last, is charged back.

    The rate is uncertain: a gamma posterior from 180 days and the prior of the disputes factor makes the number of
    chargebacks negative binomial, with d + 2.5 successes at (n + 500)/(n + 500 + expected).
    """
    if expected == 0:
        return None
    prior_disputes, prior = DISPUTE_PRIOR
    disputes, sales = seen.total("chargeback_count", DISPUTE_DAYS), seen.total("charge_count", DISPUTE_DAYS)
    p = (sales + prior) / (sales + prior + expected)
    return negative_binomial_above(math.floor(threshold * expected), disputes + prior_disputes, p)

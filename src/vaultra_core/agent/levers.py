"""Assumptions in owners' words: "if my chargebacks fell by half", "with 20 % more revenue", "no refunds at all"."""

import re
from typing import Final

import msgspec

from vaultra_core.agent.numbers import PERCENT, Mention, found_in, plain
from vaultra_core.agent.tools.what_if import AssumedChange
from vaultra_core.agent.vocabulary import meant_by

# What is spoken of → (metric of a number of cases or an amount, metric of a share), either of which may be missing.
_SUBJECTS: Final = {
    "chargeback": ("chargeback_count", "chargeback_ratio"),
    "refund": (None, "refund_value_ratio"),
    "payout": (None, "payout_reliability"),
    "topcustomer": (None, "top_customer_share"),
    "returning": (None, "returning_share"),
    "steady": (None, "revenue_volatility"),
    "growth": (None, "weekly_trend"),
    "revenue": ("revenue_total", None),
}
_NONE: Final = re.compile(
    r"\bno\b|\bnone\b|\bzero\b|\bstopp?(?:ed)?\b|\beliminat|\bgot rid\b|\bget rid\b|\bwithout\b|\bnever\b|\bvanish"
)
_ALL: Final = re.compile(
    r"\ball\b|\bevery\b|\balways\b|\beach\b|\bnone .*(?:fail|late)|\bno (?:more )?(?:failed|late)|\bperfect"
)
_RATE: Final = re.compile(r"\bgrowth\b|\btrend\b")
_AMOUNT: Final = re.compile(r"\d|\bhalf\b|\bdoubl|\btripl|\btwice\b|\bthird\b|\bquarter\b")
_HALF: Final = re.compile(r"\bhal(?:f|ved|ve|ving)\b")
_TIMES: Final = {r"\bdoubl|\btwice\b": 2.0, r"\btripl|\bthree times\b": 3.0}
_PART: Final = {r"\ba third\b|\bone third\b": 1 / 3, r"\ba quarter\b|\bone quarter\b": 0.25, r"\btwo thirds\b": 2 / 3}
_TO: Final = re.compile(r"\b(?:to|at|of|was|were|is|only|just|below|under|had)\s+(?:only\s+|just\s+|about\s+)?$")


class Assumed(msgspec.Struct, frozen=True):
    """What was understood; `example` says that no amount was named, and one was chosen for it."""

    changes: list[AssumedChange]
    example: bool


def assumptions_in(question: str) -> Assumed | None:
    """What a question assumes; None when it names nothing that can be changed."""
    changes: dict[str, AssumedChange] = {}
    example = False
    subject: str | None = None
    for clause in re.split(r"\band\b|,|;|\bwhile\b", plain(question)):
        meant = meant_by(clause)
        subject = _subject(clause.lower(), meant)
        if subject is None:
            continue
        change = _change(subject, clause.lower(), meant)
        if change is None:
            change, example = _example(subject, meant), True
        changes[change.metric] = change
    return Assumed(list(changes.values()), example) if changes else None


def _subject(clause: str, meant: frozenset[str]) -> str | None:
    """What a clause is about. Revenue that grows by something is more revenue, not another rate of growth."""
    grows_by = {"growth", "revenue"} <= meant and not _RATE.search(clause) and _AMOUNT.search(clause)
    return "revenue" if grows_by else next((each for each in _SUBJECTS if each in meant), None)


def _change(subject: str, clause: str, meant: frozenset[str]) -> AssumedChange | None:
    """A clause's assumption: a share, a factor, a number of cases, all or none; None when it names no amount."""
    counted, share = _SUBJECTS[subject]
    metric = counted or share
    assert metric is not None
    numbers = [each for each in found_in(clause) if isinstance(each, Mention) and each.values]
    if subject == "payout" and _ALL.search(clause):
        return AssumedChange(metric=metric, value=1.0)
    percents = [each for each in numbers if each.unit == PERCENT and any(char.isdigit() for char in each.text)]
    if percents:
        amount = float(percents[0].values[0]) / 100
        if share and _TO.search(clause[: percents[0].start]):
            return AssumedChange(metric=share, value=amount)
        amount = -amount if "drop" in meant else amount
        # A rate may be nought now, so percentage points are added to it.
        change = {"plus": amount} if subject == "growth" else {"times": 1 + amount}
        return AssumedChange(metric=metric, **change)
    if (factor := _factor(clause, down="drop" in meant)) is not None:
        return AssumedChange(metric=metric, times=factor)
    counts = [each for each in numbers if each.unit not in ("day", "week", "month", "year", "point")]
    if counted and counts:
        return _counted(counted, counts[0], clause, down="drop" in meant)
    return AssumedChange(metric=metric, value=0.0) if _NONE.search(clause) else None


def _factor(clause: str, *, down: bool) -> float | None:
    """Half, double, a third less."""
    if _HALF.search(clause):
        return 0.5
    times = next((factor for pattern, factor in _TIMES.items() if re.search(pattern, clause)), None)
    part = next((part for pattern, part in _PART.items() if re.search(pattern, clause)), None)
    if times is None and part is not None:
        return 1 - part if down else 1 + part
    return times


def _counted(metric: str, number: Mention, clause: str, *, down: bool) -> AssumedChange:
    """Three fewer is relative, only three is not."""
    value = float(number.values[0])
    relative = re.search(r"\b(?:fewer|less|more|by|another|additional)\b", clause)
    if relative and not _TO.search(clause[: number.start]):
        return AssumedChange(metric=metric, plus=-value if down else value)
    return AssumedChange(metric=metric, value=value)


def _example(subject: str, meant: frozenset[str]) -> AssumedChange:
    """When no amount is named: half of what hurts, a tenth more of what helps, or the other way round when asked."""
    counted, share = _SUBJECTS[subject]
    metric = counted or share
    assert metric is not None
    if subject in ("chargeback", "refund", "topcustomer", "steady"):
        return AssumedChange(metric=metric, times=1.5 if "rise" in meant and "drop" not in meant else 0.5)
    if subject == "payout":
        return AssumedChange(metric=metric, value=1.0)
    if subject == "growth":
        return AssumedChange(metric=metric, plus=-0.01 if "drop" in meant else 0.01)
    return AssumedChange(metric=metric, times=0.9 if "drop" in meant else 1.1)

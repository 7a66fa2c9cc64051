"""Why a score is not what it was: a waterfall between two days, and the day and figures with which each step began."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from vaultra_core.domain.activity import History
from vaultra_core.domain.readiness.assessment import Assessment, Contribution, Tier
from vaultra_core.domain.readiness.replay import replay
from vaultra_core.domain.readiness.rulebook import DEFAULT_RULEBOOK, get_rulebook
from vaultra_core.errors import Unprocessable

MOST_DAYS: Final = 400


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """What one factor or cap did to the raw score between two days.

    `first_day` is the first on which its points were not those of the first day. `entered` and `left` are handles of
    the daily figures that came into and went out of its windows with that day: they lead to the Stripe objects. Both
    may be empty, when the points moved with the calendar alone.
    """

    factor: str
    title: str
    change: float
    points_from: float
    points_to: float
    value_from: float | None
    value_to: float | None
    reason: str
    first_day: dt.date
    entered: tuple[str, ...]
    left: tuple[str, ...]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """The way from one score to another. The moves add up to the difference of the raw scores exactly.

    `first_day` is the first on which the raw score was not that of the first day; None when it never moved.
    """

    from_day: dt.date
    to_day: dt.date
    rulebook: str
    score_from: int
    score_to: int
    raw_from: float
    raw_to: float
    tier_from: Tier
    tier_to: Tier
    first_day: dt.date | None
    moves: tuple[Move, ...]


def explain_change(history: History, start: dt.date, end: dt.date, rulebook: str = DEFAULT_RULEBOOK) -> Change | None:
    """What moved the score between the ends of two days, largest move first; None when one of them has no score.

    Raise `InvalidInput` for an unknown rulebook, `Unprocessable` for a span that ends before it starts or is longer
    than 400 days.
    """
    book = get_rulebook(rulebook)
    if not 0 <= (end - start).days <= MOST_DAYS:
        reason = "ends before it starts" if end < start else f"longer than {MOST_DAYS} days"
        raise Unprocessable(f"{start} to {end} is no span to explain: {reason}.", field="from", reason=reason)
    days = replay(history, start, end, rulebook)
    if not days or days[0].as_of != start:
        return None
    lines = [_lines(day) for day in days]
    moves = [
        _move(history, name, book.title_of(name), days, lines)
        for name in dict.fromkeys([*lines[0], *lines[-1]])
        if _points(lines[0], name) != _points(lines[-1], name)
    ]
    first, last = days[0], days[-1]
    return Change(
        from_day=start,
        to_day=end,
        rulebook=book.name,
        score_from=first.score,
        score_to=last.score,
        raw_from=first.raw_score,
        raw_to=last.raw_score,
        tier_from=first.tier,
        tier_to=last.tier,
        first_day=next((day.as_of for day in days if day.raw_score != first.raw_score), None),
        moves=tuple(sorted(moves, key=lambda move: (-abs(move.change), move.factor))),
    )


Lines = Mapping[str, Contribution]


def _lines(assessment: Assessment) -> Lines:
    return {line.factor: line for line in assessment.contributions}


def _points(lines: Lines, name: str) -> float:
    """What a line contributes; a cap that does not act has none."""
    return lines[name].points if name in lines else 0.0


def _move(history: History, name: str, title: str, days: Sequence[Assessment], lines: Sequence[Lines]) -> Move:
    before, after = lines[0].get(name), lines[-1].get(name)
    place = next(n for n, each in enumerate(lines) if _points(each, name) != _points(lines[0], name))
    then, earlier = lines[place].get(name), lines[place - 1].get(name)
    return Move(
        factor=name,
        title=title,
        change=_points(lines[-1], name) - _points(lines[0], name),
        points_from=_points(lines[0], name),
        points_to=_points(lines[-1], name),
        value_from=before.value if before else None,
        value_to=after.value if after else None,
        reason=after.reason if after else "It no longer acts.",
        first_day=days[place].as_of,
        entered=tuple(_ends(history, then or earlier, days[place].as_of)),
        left=tuple(_starts(history, earlier, then)),
    )


def _ends(history: History, line: Contribution | None, day: dt.date) -> Iterator[str]:
    """The figures of the day that came in, as far as there are any."""
    for handle in line.evidence if line else ():
        field = handle.split(":")[1]
        yield from _if_any(history, field, day, day)


def _starts(history: History, earlier: Contribution | None, then: Contribution | None) -> Iterator[str]:
    """The figures of the days that went out: those before the window's first day now, from its first day before."""
    if earlier is None or then is None:
        return
    for old, new in zip(earlier.evidence, then.evidence, strict=False):
        _, field, first, _ = old.split(":")
        until = dt.date.fromisoformat(new.split(":")[2]) - dt.timedelta(days=1)
        yield from _if_any(history, field, dt.date.fromisoformat(first), until)


def _if_any(history: History, field: str, first: dt.date, last: dt.date) -> Iterator[str]:
    counter = "identified_minor" if field == "customers" else field
    if first <= last and history.total(counter, first, last):
        yield f"days:{field}:{first}:{last}"

"""Why a score is not what it was: a waterfall between two days, and the day and figures with which each step began."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from vaultra_core.domain.activity import CustomerWindow, History
from vaultra_core.domain.readiness.assessment import Assessment, Tier
from vaultra_core.domain.readiness.contribution import Contribution, Line
from vaultra_core.domain.readiness.explaining import explain
from vaultra_core.domain.readiness.measures import MEASURES
from vaultra_core.domain.readiness.rulebook import DEFAULT_RULEBOOK, get_rulebook
from vaultra_core.domain.readiness.rules import Rulebook
from vaultra_core.domain.readiness.scoring import assess, assess_from, line_of
from vaultra_core.domain.readiness.standpoint import Standpoint
from vaultra_core.errors import Unprocessable
from vaultra_core.periods import days_between

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
    first, last = assess(history, start, rulebook), assess(history, end, rulebook)
    if first is None or last is None:
        return None
    before, after = _lines(first), _lines(last)
    moved = [name for name in dict.fromkeys([*before, *after]) if _points(before, name) != _points(after, name)]
    first_day, turns = _turns(history, book, first, moved, end)
    moves = [
        _move(history, book, name, _told(before, name, book, start), _told(after, name, book, end), turn)
        for name, turn in turns.items()
    ]
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
        first_day=first_day,
        moves=tuple(sorted(moves, key=lambda move: (-abs(move.change), move.factor))),
    )


Lines = Mapping[str, Line]


def _lines(assessment: Assessment) -> Lines:
    return {line.factor: line for line in assessment.lines}


def _told(lines: Lines, name: str, book: Rulebook, day: dt.date) -> Contribution | None:
    return explain(lines[name], book, day) if name in lines else None


def _points(lines: Lines, name: str) -> float:
    """What a line contributes; a cap that does not act has none."""
    return lines[name].points if name in lines else 0.0


class _Turn(msgspec.Struct, frozen=True):
    """The first day on which a line's points were not those of the start, with what it said then and the day before."""

    day: dt.date
    then: Contribution | None
    earlier: Contribution | None


def _turns(
    history: History, book: Rulebook, first: Assessment, moved: Iterable[str], end: dt.date
) -> tuple[dt.date | None, dict[str, _Turn]]:
    """The first day whose raw score is not that of the start, and the turn of each line that moved.

    Days are looked at until all is found: most lines turn soon. A factor is read alone once nothing is looked for that
    takes them all, as the raw score and the caps do.
    """
    start, window = _lines(first), CustomerWindow(history)
    earlier, wanted, first_day = start, dict.fromkeys(moved), None
    turns = dict[str, _Turn]()
    for day in days_between(first.as_of + dt.timedelta(days=1), end):
        seen = Standpoint(history, day, window)
        factors = [book.factor(name) for name in wanted]
        if first_day is None or None in factors:
            today = assess_from(seen, book)
            assert today is not None
            lines = _lines(today)
            if first_day is None and today.raw_score != first.raw_score:
                first_day = day
        else:
            lines = {each.name: line_of(each, MEASURES[each.measure](seen)) for each in factors if each}
        for name in [name for name in wanted if _points(lines, name) != _points(start, name)]:
            said, before = _told(lines, name, book, day), _told(earlier, name, book, day - dt.timedelta(days=1))
            turns[name] = _Turn(day, said, before)
            del wanted[name]
        if first_day is not None and not wanted:
            break
        earlier = lines
    return first_day, turns


def _move(
    history: History, book: Rulebook, name: str, before: Contribution | None, after: Contribution | None, turn: _Turn
) -> Move:
    points_from, points_to = (line.points if line else 0.0 for line in (before, after))
    return Move(
        factor=name,
        title=book.title_of(name),
        change=points_to - points_from,
        points_from=points_from,
        points_to=points_to,
        value_from=before.value if before else None,
        value_to=after.value if after else None,
        reason=after.reason if after else "It no longer acts.",
        first_day=turn.day,
        entered=tuple(_ends(history, turn.then or turn.earlier, turn.day)),
        left=tuple(_starts(history, turn.earlier, turn.then)),
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

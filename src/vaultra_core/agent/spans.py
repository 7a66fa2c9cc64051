"""Spans of days in owners' words: last month, since June, this week, over the past 90 days."""

import datetime as dt
import re
from typing import Final

import msgspec

from vaultra_core.agent.numbers import DateMention, found_in, plain

_UNITS: Final = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}
_PAST: Final = re.compile(
    r"\b(?:last|past|previous|over)\s+(?:the\s+)?(?:last\s+|past\s+)?(\d+|two|three|four|six|twelve)\s+(day|week|month|year)s?\b"
)
_WORDS: Final = {"two": 2, "three": 3, "four": 4, "six": 6, "twelve": 12}


class Span(msgspec.Struct, frozen=True):
    """From the end of `start` to the end of `end`; None where it is left to whoever is asked."""

    start: dt.date | None = None
    end: dt.date | None = None


def span_in(question: str, today: dt.date) -> Span | None:
    """The span of days that a question speaks of, seen from today; None when it names none."""
    text = plain(question).lower()
    if match := _PAST.search(text):
        count = int(match[1]) if match[1].isdigit() else _WORDS[match[1]]
        if 0 < count * _UNITS[match[2]] <= 36_500:
            return Span(start=today - dt.timedelta(days=count * _UNITS[match[2]]))
    if (spoken := _spoken(text, today)) is not None:
        return spoken
    dates = [each for each in found_in(text) if isinstance(each, DateMention)]
    days = [day for each in dates if (day := _latest(each, today)) is not None]
    if len(days) > 1:
        return Span(min(days), max(days))
    if days and dates[0].day is not None:
        return Span(start=days[0])
    if days:
        return _month(days[0]) if not re.search(r"\bsince\b", text) else Span(start=_before(days[0]))
    return _bare_month(text, today)


# How far back from today an expression reaches, in days.
_BACK: Final = {
    r"yesterday|overnight": 2,
    r"this week|past week": 7,
    r"lately|recently|past month": 30,
    r"(?:last|past|this) quarter": 91,
    r"(?:last|past|this) year": 365,
}


def _spoken(text: str, today: dt.date) -> Span | None:
    first = today.replace(day=1)
    monday = today - dt.timedelta(days=today.weekday())
    calendar = {
        r"than (?:last|the last|the previous) month": Span(start=_before(first)),
        r"than (?:last|the last|the previous) week": Span(start=_before(monday)),
        r"(?:last|previous) month": _month(_before(first)),
        r"this month|month to date": Span(start=_before(first)),
        r"(?:last|previous) week": Span(_before(monday - dt.timedelta(days=7)), _before(monday)),
    }
    back = {words: Span(start=today - dt.timedelta(days=days)) for words, days in _BACK.items()}
    spoken = {**calendar, **back}
    return next((span for words, span in spoken.items() if re.search(rf"\b(?:{words})\b", text)), None)


def _bare_month(text: str, today: dt.date) -> Span | None:
    """A month by its name alone: "in October", "since June"; "may" only after a preposition."""
    names = [dt.date(2000, n, 1).strftime("%B").lower() for n in range(1, 13)]
    match = re.search(rf"\b(in|since|during|from|of|for)\s+({'|'.join(names)})\b", text)
    if match is None:
        return None
    month = names.index(match[2]) + 1
    first = dt.date(today.year if month <= today.month else today.year - 1, month, 1)
    return Span(start=_before(first)) if match[1] in ("since", "from") else _month(first)


def _latest(said: DateMention, today: dt.date) -> dt.date | None:
    """The day that a date means, the latest past one where the year is left out; the first of a month without day."""
    years = [said.year] if said.year else [today.year, today.year - 1]
    for year in years:
        try:
            day = dt.date(year, said.month, said.day or 1)
        except ValueError:
            continue
        if day <= today:
            return day
    return None


def _month(day: dt.date) -> Span:
    """From the last day before a day's month to the last day of that month."""
    first = day.replace(day=1)
    following = (first + dt.timedelta(days=32)).replace(day=1)
    return Span(_before(first), _before(following))


def _before(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=1)

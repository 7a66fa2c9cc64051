"""Numbers in prose, however they are written: 1,234.56 USD, 3.1 %, ninety-five, 13.5k, ½, 3 March 2026."""

import datetime as dt
import functools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

import msgspec

PERCENT: Final = "%"
CHANGE: Final = "change"  # per cent more than before, as in doubled
DAY_COUNT: Final = "day"

# What is counted, by the words for it. A number of one thing is no number of another.
NOUNS: Final[Mapping[str, str]] = {
    "chargeback": "chargeback",
    "dispute": "chargeback",
    "refund": "refund",
    "payout": "payout",
    "sale": "sale",
    "charge": "sale",
    "transaction": "sale",
    "payment": "sale",
    "order": "sale",
    "customer": "customer",
    "week": "week",
    "month": "month",
    "year": "year",
    "day": DAY_COUNT,
    "point": "point",
    "hour": "hour",
    "factor": "factor",
    "tier": "tier",
}
_CURRENCIES: Final = {"$": "usd", "€": "eur", "£": "gbp", "¥": "jpy"}
_SCALES: Final = {"k": 3, "thousand": 3, "m": 6, "mn": 6, "million": 6, "bn": 9, "billion": 9}
_UNITS: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS: Final[Mapping[str, int]] = {
    **{word: value for value, word in enumerate(_UNITS)},
    **{word: 10 * place for place, word in enumerate(_TENS, 2)},
    "dozen": 12,
}
_MULTIPLIERS: Final = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip

_WORD: Final = "|".join(sorted([*_WORDS, *_MULTIPLIERS], key=len, reverse=True))
_SPELLED: Final = re.compile(rf"\b(?:{_WORD})(?:(?:[\s-]+(?:and[\s-]+)?)(?:{_WORD}))*\b", re.IGNORECASE)
_MONTH: Final = "|".join(f"{month[:3]}(?:{month[3:]})?" for month in _MONTHS)
_DATES: Final = (
    re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b"),
    re.compile(
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<month>{_MONTH})\b\.?,?(?:\s+(?P<year>\d{{4}})\b)?", re.I
    ),
    re.compile(
        rf"\b(?P<month>{_MONTH})\b\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\s*%)(?:,?\s+(?P<year>\d{{4}})\b)?", re.I
    ),
    re.compile(rf"\b(?P<month>{_MONTH})\b\.?,?\s+(?P<year>\d{{4}})\b", re.I),
)
_DIGITS: Final = re.compile(
    r"(?P<sign>[-+−–](?=[\d$€£¥.]))?(?P<symbol>[$€£¥]\s?)?(?P<digits>\d(?:[\d,.'’](?=\d)|\d|[  ](?=\d{3}\b))*)"
    r"(?P<scale>\s?(?:k|mn|m|bn|thousand|million|billion)\b)?",
    re.IGNORECASE,
)
_AFTER: Final = re.compile(
    r"\s*(?P<percent>%|‰|per\s?cent\b|percent\b|percentage points?\b|pp\b|basis points?\b|bps\b)"
    r"|\s*(?P<currency>(?:[A-Z]{3}|[a-z]{3})\b|[$€£¥]|dollars?\b|euros?\b|pounds?\b)"
    r"|[\s-]*(?:\w+\s+){0,2}?(?P<noun>[A-Za-z]+)\b"
)
_NAMED_CURRENCIES: Final = {"dollar": "usd", "euro": "eur", "pound": "gbp"}
_IDENTIFIER: Final = re.compile(r"(?<![\w])(?=[\w:-]*\d)(?=[\w:-]*[A-Za-z])[A-Za-z0-9][\w:-]*(?:\.[\w-]+)*")
_FRACTION: Final = re.compile(
    r"(?<!first )(?<!second )(?<!other )\bhal(?:f|ved|ves|ving)\b(?! (?:a|an|the) (?:year|hour|day|dozen)s?\b)"
    r"|\b(?:a|one|two|by a) thirds?\b|\b(?:a|one|three) quarters?\b(?= (?:of|less|more|lower|higher|fewer)\b)"
    r"|\b(?:twice|doubl(?:e|ed|es|ing)|tripl(?:e|ed|es|ing)|thrice)\b",
    re.IGNORECASE,
)
_SHARES: Final = {"hal": Decimal(50), "third": Decimal(100) / 3, "quarter": Decimal(25)}
# Without any of these there is nothing to find: digits, and the beginnings of words for numbers and months.
_TELLING: Final = re.compile(rf"\d|{_SPELLED.pattern}|{_FRACTION.pattern}|\b(?:{_MONTH})\b", re.IGNORECASE)
_UNIT_SUFFIX: Final = re.compile(r"^[-+−]?\d[\d.,]*(?:k|m|mn|bn|st|nd|rd|th|pp|bps|x|-[A-Za-z]+)$", re.IGNORECASE)


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """A number in a text. `values` are its readings: 1,234 can be 1234 or 1.234. `step` is the unit of its last digit.

    `unit` is per cent, a currency's code, what is counted, or None; `signed` says that a sign was written.
    """

    start: int
    end: int
    text: str
    values: tuple[Decimal, ...]
    step: Decimal
    unit: str | None = None
    signed: bool = False


class DateMention(msgspec.Struct, frozen=True, kw_only=True):
    """A date in a text; `day` or `year` is None where it was not said."""

    start: int
    end: int
    text: str
    year: int | None
    month: int
    day: int | None

    def means(self, date: dt.date) -> bool:
        parts = ((self.year, date.year), (self.month, date.month), (self.day, date.day))
        return all(said is None or said == real for said, real in parts)


class Identifier(msgspec.Struct, frozen=True, kw_only=True):
    """A word with digits in it: an object's id, a handle, the name of a rulebook."""

    start: int
    end: int
    text: str


Found = Mention | DateMention | Identifier


def plain(text: str) -> str:
    """Every script's digits and full-width forms as ASCII, without characters that are not seen."""
    if text.isascii():
        return text
    composed = unicodedata.normalize("NFKC", text).replace("⁄", "/")
    shown = (char for char in composed if unicodedata.category(char) not in ("Cf", "Co", "Cs"))
    return "".join(str(unicodedata.digit(char)) if char.isdigit() and not char.isascii() else char for char in shown)


@functools.lru_cache(maxsize=2048)  # the rules say the same sentences turn after turn
def found_in(text: str) -> tuple[Found, ...]:
    """Dates, identifiers and numbers of a text that is `plain`, in no order; none overlaps another."""
    return tuple(_found_in(text)) if _TELLING.search(text) else ()


def _found_in(text: str) -> Iterator[Found]:
    spans: list[tuple[int, int]] = []
    for match in _IDENTIFIER.finditer(text):
        word = match.group().rstrip(".-:")
        if not _UNIT_SUFFIX.match(word):
            spans.append((match.start(), match.start() + len(word)))
            yield Identifier(start=match.start(), end=match.start() + len(word), text=word)
    yield from _dates(text, spans)
    for match in _FRACTION.finditer(text):
        spans.append(match.span())
        yield _fraction(match)
    for match in _DIGITS.finditer(text):
        if not _overlaps(spans, match.start("digits"), match.end("digits")):
            yield _number(text, match)
    for match in _SPELLED.finditer(text):
        if not _overlaps(spans, match.start(), match.end()) and (mention := _spelled(text, match)):
            yield mention


def _dates(text: str, spans: list[tuple[int, int]]) -> Iterator[DateMention]:
    for pattern in _DATES:
        for match in pattern.finditer(text):
            parts = match.groupdict()
            month = parts["month"]
            number = int(month) if month.isdigit() else [m[:3] for m in _MONTHS].index(month[:3].lower()) + 1
            day = int(parts["day"]) if parts.get("day") else None
            if (day is None or 1 <= day <= 31) and not _overlaps(spans, *match.span()):
                spans.append(match.span())
                year = int(parts["year"]) if parts.get("year") else None
                yield DateMention(
                    start=match.start(), end=match.end(), text=match.group(), year=year, month=number, day=day
                )


def _overlaps(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    return any(start < other_end and other_start < end for other_start, other_end in spans)


def _number(text: str, match: "re.Match[str]") -> Mention:
    digits = re.sub(r"[\s'’  ]", "", match["digits"])
    scale = _SCALES[match["scale"].strip().lower()] if match["scale"] else 0
    readings = [value for reading in _readings(digits) if (value := _decimal(reading)) is not None]
    # A dash after a digit makes a range, no sign.
    sign = None if text[: match.start()].rstrip()[-1:].isdigit() else match["sign"]
    negative = sign is not None and sign != "+"
    unit, factor = _unit(text, match.end(), match["symbol"])
    values = tuple((-value if negative else value).scaleb(scale) * factor for value in readings)
    last: int = readings[0].as_tuple().exponent if readings else 0  # type: ignore[assignment]
    return Mention(
        start=match.start(),
        end=match.end(),
        text=match.group().strip(),
        values=values,
        step=Decimal(1).scaleb(last + scale) * factor,
        unit=unit,
        signed=sign is not None,
    )


def _readings(digits: str) -> Iterator[str]:
    """What a number with commas and points may mean, the English reading first."""
    yield digits.replace(",", "")
    if "," in digits:
        yield digits.replace(".", "").replace(",", ".")
    elif digits.count(".") > 1 or re.fullmatch(r"\d{1,3}\.\d{3}", digits):
        yield digits.replace(".", "")


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _unit(text: str, end: int, symbol: str | None) -> tuple[str | None, Decimal]:
    """What a number counts, from what stands beside it, and what turns it into that unit."""
    one = Decimal(1)
    if symbol:
        return _CURRENCIES[symbol.strip()], one
    after = _AFTER.match(text, end)
    if after is None:
        return None, one
    if percent := after["percent"]:
        small = percent.lower().startswith(("basis", "bps"))
        return PERCENT, Decimal("0.01") if small else Decimal("0.1") if percent == "‰" else one
    if currency := after["currency"]:
        named = _NAMED_CURRENCIES.get(currency.lower().rstrip("s")) or _CURRENCIES.get(currency)
        if named or currency.isupper():
            return named or currency.lower(), one
    return noun_after(text, end), one


def noun_after(text: str, end: int) -> str | None:
    """What a number counts, when one of its next three words says so."""
    for word in re.findall(r"[A-Za-z]+", re.split(r"[.,;:()\d]", text[end : end + 40], maxsplit=1)[0])[:3]:
        lowered = word.lower()
        if noun := NOUNS.get(lowered) or NOUNS.get(lowered.rstrip("s")):
            return noun
        if lowered in ("of", "in", "on", "over", "and", "or", "than", "to", "a", "the", "is", "at", "for"):
            return None
    return None


def _fraction(match: "re.Match[str]") -> Mention:
    """Half of it, a third of it; twice as much is a hundred per cent more."""
    words = match.group().lower()
    share = next((value for word, value in _SHARES.items() if word in words), None)
    unit = CHANGE if share is None else PERCENT
    if share is None:
        value = Decimal(200 if words.startswith(("tripl", "thrice")) else 100)
    else:
        value = share * _numerator(words)
    return Mention(
        start=match.start(), end=match.end(), text=match.group(), values=(value,), step=Decimal(1), unit=unit
    )


def _numerator(words: str) -> int:
    return 2 if "two" in words else 3 if "three" in words else 1


def _spelled(text: str, match: "re.Match[str]") -> Mention | None:
    words = [word for word in re.split(r"[\s-]+", match.group().lower()) if word != "and"]
    total = current = 0
    for word in words:
        if word in _MULTIPLIERS:
            current = max(current, 1) * _MULTIPLIERS[word]
            if word != "hundred":
                total, current = total + current, 0
        else:
            current += _WORDS[word]
    value = Decimal(total + current)
    unit, _ = _unit(text, match.end(), None)
    # "One" is a pronoun more often than a number; it counts when a unit follows.
    if value == 1 and unit is None:
        return None
    return Mention(
        start=match.start(), end=match.end(), text=match.group(), values=(value,), step=Decimal(1), unit=unit
    )

"""Nothing invented: what the tools of a turn found, and whether a sentence states anything else.

A number is grounded when a figure, or a number within a statement, of this turn has its value at the precision it is
written with, counts the same thing, and has the same currency. What a document says is grounded only in a sentence
that cites a document. Dates and ids have to be among those that the tools returned.
"""

import datetime as dt
import functools
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

import msgspec

from vaultra_core.agent.figures import Figure, Kind, Statement, leaves
from vaultra_core.agent.numbers import (
    CHANGE,
    DAY_COUNT,
    NOUNS,
    PERCENT,
    DateMention,
    Identifier,
    Mention,
    found_in,
    plain,
)
from vaultra_core.agent.registry import ToolResult
from vaultra_core.agent.tools.knowledge import Passages, knowledge_handle

_SCORE: Final = "score"
_AROUND: Final = 48  # characters on each side of a number that say what it is
_MOST_MARKER: Final = 12  # steps in a numbered list
_SCALE: Final = re.compile(r"\b0\s*(?:to|-|–|—)\s*100\b|(?<=[\d*])\s*(?:/|of|out of)\s*100\b(?!\s*%)")
_MARKER: Final = re.compile(r"^\s*(\d{1,2})[.)](?=\s|$)")
_CITATION: Final = re.compile(r"\[([a-z0-9][a-z0-9-]*)\]")
_OF_SCORE: Final = re.compile(r"\b(?:score|readiness|rating)\b", re.IGNORECASE)
_SPANS: Final = (DAY_COUNT, "week", "month", "year", "hour")
_COUNTED: Final = frozenset(NOUNS.values())
_MOST_NAME_WORDS: Final = 4


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """A number that may be stated, and the handle that resolves to it. `unit` None counts nothing in particular."""

    value: Decimal
    unit: str | None
    handle: str
    label: str


class Used(msgspec.Struct, frozen=True, kw_only=True):
    """A figure as an answer states it."""

    text: str
    label: str
    handle: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """`invented` are the numbers, dates and ids of a sentence that nothing of this turn stands behind."""

    used: tuple[Used, ...]
    cited: tuple[str, ...]
    invented: tuple[str, ...]


class Grounds:
    """All that may be stated in a turn; every tool result adds to it."""

    def __init__(self, results: Iterable[ToolResult] = ()) -> None:
        self._grounds: list[Ground] = []
        self._days: set[dt.date | str] = set()  # a text is a date that names no year, or no day
        self._words: set[str] = set()
        self._names: set[str] = set()
        self.documents: dict[str, str] = {}
        for result in results:
            self.add(result)

    def add(self, result: ToolResult) -> None:
        words: set[str] = set()
        for leaf in leaves(result.data):
            match leaf:
                case Figure():
                    self._grounds += _of_figure(leaf)
                    words.update(*map(_words_of, (leaf.label, leaf.text, leaf.handle)))
                case Statement():
                    self._grounds += _of_statement(leaf)
                    self._days |= {each.text for each in found_in(plain(leaf.text)) if isinstance(each, DateMention)}
                    words.update(*map(_words_of, (leaf.text, leaf.handle)))
                case dt.datetime():
                    self._days.add(leaf.date())
                case dt.date():
                    self._days.add(leaf)
                case str():
                    words |= _words_of(leaf)
        self._words |= {word.lower() for word in words}
        self._names |= {word for word in words if _is_name(word)}
        if isinstance(result.data, Passages):
            self.documents |= {passage.doc_id: passage.title for passage in result.data.passages}

    def judge(self, sentence: str) -> Verdict:
        """What a sentence states, and which of it is invented."""
        text = plain(sentence)
        cited = tuple(name for name in _CITATION.findall(text) if name in self.documents)
        # A citation, the scale and the marker of a list are no figures, and the name of a document is about none.
        for name in cited:
            text = text.replace(f"[{name}]", " " * (len(name) + 2))
        shown = _SCALE.sub(lambda match: " " * len(match.group()), text)
        marker = _MARKER.match(shown)
        if marker and int(marker[1]) <= _MOST_MARKER:
            shown = " " * marker.end() + shown[marker.end() :]
        for name in self._names:
            shown = re.sub(re.escape(name), lambda match: " " * len(match.group()), shown, flags=re.IGNORECASE)
        used, invented = [], []
        for found in found_in(shown):
            ground = self._behind(found, text, cited)
            if ground is None:
                invented.append(found.text)
            elif isinstance(found, Mention):
                used.append(Used(text=found.text, label=ground.label, handle=ground.handle))
        return Verdict(used=tuple(used), cited=tuple(dict.fromkeys(cited)), invented=tuple(invented))

    def _behind(self, found: Mention | DateMention | Identifier, text: str, cited: Sequence[str]) -> Ground | None:
        if isinstance(found, Identifier):
            known = found.text.lower() in self._words
            return _ANY if known else None
        if isinstance(found, DateMention):
            return _ANY if any(_same_day(found, day) for day in self._days) else None
        unit = _SCORE if _is_score(found, text) else found.unit
        units = {known for known in {each.unit for each in self._grounds} if _counts(unit, known)}
        matching = [
            each for each in self._grounds if each.unit in units and _equals(found, each) and _usable(each, cited)
        ]
        # Of several that fit, the one that speaks of what the sentence speaks of.
        said = _topics(text)
        return max(matching, key=lambda each: len(said & _topics(each.label)), default=None)


_ANY: Final = Ground(value=Decimal(0), unit=None, handle="", label="")


def _of_figure(figure: Figure) -> list[Ground]:
    unit: str | None
    value = figure.value
    match figure.kind:
        case Kind.SHARE:
            unit, value = PERCENT, value * 100
        case Kind.MONEY:
            unit = figure.currency
        case Kind.POINTS:
            unit = "point"
        case Kind.DAYS:
            unit = DAY_COUNT
        case Kind.SCORE:
            unit = _SCORE
        case _:
            words = re.findall(r"[a-z]+", figure.label.lower())
            unit = next((NOUNS[word.rstrip("s")] for word in words if word.rstrip("s") in NOUNS), None)
    ground = Ground(value=value, unit=unit, handle=figure.handle, label=figure.label)
    changes = figure.label.endswith(": change") and unit == PERCENT
    return [ground, msgspec.structs.replace(ground, unit=CHANGE)] if changes else [ground]


def _of_statement(statement: Statement) -> list[Ground]:
    text = plain(statement.text)
    return [
        Ground(value=found.values[0], unit=found.unit, handle=statement.handle, label=_clause(text, found))
        for found in found_in(text)
        if isinstance(found, Mention) and found.values
    ]


def _clause(text: str, found: Mention) -> str:
    """The words around a number of a statement, which say what it is."""
    before, after = text[: found.start].rsplit(". ", 1)[-1], text[found.end :].split(". ", 1)[0]
    if len(before) > _AROUND:
        before = "… " + before[-_AROUND:].partition(" ")[2]
    if len(after) > _AROUND:
        after = after[:_AROUND].rpartition(" ")[0] + " …"
    return " ".join(f"{before}{text[found.start : found.end]}{after}".split()).rstrip(".")


def _is_name(text: str) -> bool:
    """Whether a text with digits is a name, such as Studio 54: short, and about no figure."""
    claims = _OF_SCORE.search(text) or any(sign in text for sign in "%$€£:.!")
    return 1 < len(text.split()) <= _MOST_NAME_WORDS and not claims


@functools.lru_cache(maxsize=2048)  # labels, handles and what the rules say come back turn after turn
def _words_of(text: str) -> frozenset[str]:
    """Ids and names within a text of a tool's data, and the text itself: words that may be repeated as they are."""
    if not any(map(str.isdigit, text)):
        return frozenset()
    return frozenset([text, *(each.text for each in found_in(plain(text)) if isinstance(each, Identifier))])


def _is_score(found: Mention, text: str) -> bool:
    """Whether a bare number is given as the score: "your score is 77", "77 of 100", in bold or not."""
    after = re.match(r"\**", text[found.end :])
    assert after is not None
    return found.unit is None and bool(_OF_SCORE.search(text) or _SCALE.match(text, found.end + after.end()))


def _counts(said: str | None, known: str | None) -> bool:
    """Whether a number of one unit can be one of another: what is said without a unit may be anything but a share or a
    span of time, and what is known without one may be any count."""
    if said == known:
        return True
    if said is None:
        return known not in (PERCENT, CHANGE, *_SPANS)
    if said in (_SCORE, "point"):
        return known in (_SCORE, "point") or (known is None and said == "point")
    return known is None and said in _COUNTED


def _equals(found: Mention, ground: Ground) -> bool:
    """Whether a number is the ground's, rounded to the digits that it shows. Nothing but nought is nought."""
    for value in found.values:
        real = ground.value if found.signed else abs(ground.value)
        if value == real or (value != 0 and abs(value - real) * 2 <= found.step):
            return True
    return False


@functools.lru_cache(maxsize=2048)
def _topics(text: str) -> frozenset[str]:
    return frozenset(word.rstrip("s") for word in re.findall(r"[a-z]{4,}", text.lower()))


def _usable(ground: Ground, cited: Sequence[str]) -> bool:
    document = ground.handle.startswith(knowledge_handle(""))
    return not document or any(ground.handle == knowledge_handle(name) for name in cited)


def _same_day(found: DateMention, day: dt.date | str) -> bool:
    return day.lower() == found.text.lower() if isinstance(day, str) else found.means(day)

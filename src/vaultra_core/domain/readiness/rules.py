"""What a rulebook is made of: plain data, immutable once released, and readable by people and programs alike."""

import bisect
import datetime as dt
import enum
import functools
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal

import msgspec

from vaultra_core.domain.wording import number, percent


class Unit(enum.StrEnum):
    """What a factor's value counts."""

    USD_PER_MONTH = "usd_per_month"
    DAYS = "days"
    WEEKS = "weeks"  # weak weeks per 26
    SHARE = "share"  # part of a whole, 0–1
    RATIO = "ratio"  # of one thing to another, above 0
    GROWTH = "growth"  # fraction per 4 weeks or per period, −1 when all is lost
    VARIATION = "variation"  # standard deviation over mean
    COUNT = "count"

    def text(self, value: float) -> str:
        """A value of this unit in words."""
        match self:
            case Unit.USD_PER_MONTH:
                return f"{number(value, 0)} USD a month"
            case Unit.DAYS:
                return f"{number(value, 0)} days"
            case Unit.WEEKS:
                return f"{number(value, 1)} weak weeks in 26"
            case Unit.COUNT:
                return number(value, 0)
            case _:
                return percent(value)

    def allows(self, value: float) -> bool:
        """Whether a value is possible at all."""
        match self:
            case Unit.SHARE:
                return 0 <= value <= 1
            case Unit.GROWTH:
                return value >= -1
            case Unit.USD_PER_MONTH:
                return True
            case _:
                return value >= 0


_TESTS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "=": operator.eq,
    "<": operator.lt,
    "else": lambda value, threshold: True,
}


class Band(msgspec.Struct, frozen=True):
    """Values that pass `test` against `threshold` earn `points`; the first band that fits counts, the last fits all."""

    points: float
    test: Literal[">=", ">", "=", "<", "else"] = "else"
    threshold: float = 0.0

    def fits(self, value: float) -> bool:
        return _TESTS[self.test](value, self.threshold)

    def edge(self) -> float | None:
        """The value within the band that is closest to its threshold; None for the last one, which has none."""
        match self.test:
            case ">":
                return math.nextafter(self.threshold, math.inf)
            case "<":
                return math.nextafter(self.threshold, -math.inf)
            case "else":
                return None
            case _:
                return self.threshold

    def text(self, unit: Unit) -> str:
        """The band in words: below 2 %."""
        return _band_text(self.test, self.threshold, unit)


@functools.cache
def _band_text(test: str, threshold: float, unit: Unit) -> str:
    words = {">=": "at least", ">": "more than", "=": "exactly", "<": "below"}
    return "anything else" if test == "else" else f"{words[test]} {unit.text(threshold)}"


class Factor(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One thing that is judged: how it is measured, what its values earn, and where the bands come from.

    `neutral` points stand for "nothing known"; `max_points` are the most that a band gives. `effort` is what it takes
    to climb by one band, on a scale where refunds take 1; None where only time does it.
    """

    name: str
    title: str
    measure: str  # a name in `measures.MEASURES`
    unit: Unit
    max_points: float
    neutral: float
    bands: tuple[Band, ...]
    source: str
    effort: float | None = None

    def band(self, value: float) -> Band:
        for test, threshold, band in self._tests:  # some forty times a score: `fits` would take twice as long
            if test(value, threshold):
                return band
        raise AssertionError(f"the last band of {self.name} fits everything")

    def better(self, present: Band) -> Sequence[Band]:
        """The bands that earn more than one, from the least points to the most."""
        points = [band.points for band in self._ascending]
        return self._ascending[bisect.bisect_right(points, present.points) :]

    @functools.cached_property
    def _ascending(self) -> Sequence[Band]:
        return sorted(self.bands, key=lambda band: band.points)

    @functools.cached_property
    def _tests(self) -> Sequence[tuple[Callable[[float, float], bool], float, Band]]:
        return [(_TESTS[band.test], band.threshold, band) for band in self.bands]

    @functools.cached_property
    def worst(self) -> Band:
        return min(self.bands, key=lambda band: band.points)

    @functools.cached_property
    def best(self) -> Band:
        return max(self.bands, key=lambda band: band.points)

    @functools.cached_property
    def best_text(self) -> str:
        """What it takes to be best, in words: below 2 % would earn the full 8 points."""
        return f"{self.best.text(self.unit)} would earn {self.full_points}"

    @functools.cached_property
    def full_points(self) -> str:
        """What the best band earns, in words: the full 8 points."""
        return f"the full {number(self.best.points)} points"

    def severity(self, points: float) -> int:
        """How many bands would earn more: 0 for the best."""
        return sum(band.points > points for band in self.bands)


class Cap(msgspec.Struct, frozen=True, kw_only=True):
    """A ceiling on the whole score: the points of the first band that fits are the most that can be reached."""

    name: str
    title: str
    measure: str  # a name in `caps.MEASURES`
    unit: Unit
    ceilings: tuple[Band, ...]
    source: str

    def ceiling(self, value: float) -> Band | None:
        for band in self.ceilings:
            if band.fits(value):
                return band
        return None


class Component(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the score as a figure of 0–1: the share of its factors' points, or `intercept + slope × value`."""

    name: str
    factors: tuple[str, ...]
    line: tuple[float, float] | None = None  # intercept and slope


class Rulebook(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A named set of scoring rules. A new idea is a new rulebook; a released one never changes."""

    name: str
    title: str
    released: dt.date
    base: float  # what every score starts from, beside the factors
    factors: tuple[Factor, ...]
    caps: tuple[Cap, ...]
    components: tuple[Component, ...]
    caveats: tuple[str, ...]

    @functools.cached_property
    def max_points(self) -> float:
        """The most that all factors give together."""
        return sum(factor.max_points for factor in self.factors)

    @functools.cached_property
    def component_points(self) -> Mapping[str, float]:
        """The most that the factors of each component give together."""
        most = {factor.name: factor.max_points for factor in self.factors}
        return {each.name: sum(most[factor] for factor in each.factors) for each in self.components}

    def factor(self, name: str) -> Factor | None:
        return self._by_name.get(name)

    @functools.cached_property
    def _by_name(self) -> Mapping[str, Factor]:
        return {factor.name: factor for factor in self.factors}

    def cap(self, name: str) -> Cap | None:
        return next((cap for cap in self.caps if cap.name == name), None)

    def title_of(self, line: str) -> str:
        """The title of a line of a score: a factor's, a cap's, or that of what is neither."""
        titles = {factor.name: factor.title for factor in self.factors} | {cap.name: cap.title for cap in self.caps}
        return titles.get(line, line.capitalize())


class Reading(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What a measure found for one factor on one day, in figures. `statements` says it in words.

    The points move from neutral to the band's by `weight`, 0–1; without a value they are neutral, unless `worst` says
    that the value cannot be computed but is known to be as bad as can be. `confidence`, 0–1, is how much the value
    rests on data. `figures` are what the value was made of, by name; amounts (`…_minor`) are in minor units of
    `currency`, which is only given where it is the finding. `assumed` marks a value that nobody measured.
    """

    value: float | None = None
    weight: float = 1.0
    confidence: float = 1.0
    worst: bool = False
    assumed: bool = False
    figures: dict[str, int | float] = {}
    currency: str = ""


def no_reading(**figures: int | float) -> Reading:
    """What a measure says when there is nothing to measure: neutral points, no confidence."""
    return Reading(weight=0.0, confidence=0.0, figures=figures)


def earned(factor: Factor, reading: Reading) -> tuple[float, Band | None]:
    """The points of a reading, and the band that gave them; none did when nothing is known."""
    if reading.value is not None:
        band = factor.band(reading.value)
    elif reading.worst:
        band = factor.worst
    else:
        return factor.neutral, None
    return factor.neutral + reading.weight * (band.points - factor.neutral), band

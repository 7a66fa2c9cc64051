"""Readings + rulebook → score. Its lines add up to the raw score exactly: all points are eighths."""

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from typing import Final

from vaultra_core.domain.activity import History
from vaultra_core.domain.readiness import caps
from vaultra_core.domain.readiness.assessment import Assessment, Tier
from vaultra_core.domain.readiness.contribution import Line
from vaultra_core.domain.readiness.measures import MEASURES
from vaultra_core.domain.readiness.rulebook import DEFAULT_RULEBOOK, get_rulebook
from vaultra_core.domain.readiness.rules import Band, Cap, Factor, Reading, Rulebook, earned
from vaultra_core.domain.readiness.standpoint import Standpoint

# The highest score of each tier.
TIERS: Final = (
    (40, Tier.NOT_READY),
    (70, Tier.IMPROVING),
    (85, Tier.FUNDING_READY),
    (100, Tier.HIGHLY_ATTRACTIVE),
)


def assess(history: History, as_of: dt.date, rulebook: str = DEFAULT_RULEBOOK) -> Assessment | None:
    """The readiness score at the end of a day, from what happened up to then; None before the first successful charge.

    Raise `InvalidInput` when there is no such rulebook.
    """
    return assess_from(Standpoint(history, as_of), get_rulebook(rulebook))


def assess_from(seen: Standpoint, book: Rulebook) -> Assessment | None:
    """The score as it is seen from one day; None before the first successful charge."""
    return score(book, seen, read(book, seen)) if seen.days else None


def read(book: Rulebook, seen: Standpoint) -> dict[str, Reading]:
    """What each factor's measure finds, by factor."""
    return {factor.name: MEASURES[factor.measure](seen) for factor in book.factors}


def score(book: Rulebook, seen: Standpoint, readings: Mapping[str, Reading]) -> Assessment:
    """The assessment that readings lead to, measured or assumed."""
    lines = _base_lines(book)
    lines += [line_of(factor, readings[factor.name]) for factor in book.factors]
    confidence = _confidence(book, readings)
    raw = sum([line.points for line in lines])
    components = _components(book, lines, readings)
    for line in (*_cap_lines(book, seen, readings, confidence, raw), *_clamp_lines(book, raw)):
        lines.append(line)
        raw += line.points
    points = rounded(raw)
    return Assessment(
        as_of=seen.as_of,
        rulebook=book.name,
        score=points,
        raw_score=raw,
        tier=tier(points),
        confidence=confidence,
        components=components,
        lines=tuple(lines),
    )


def raw_score(book: Rulebook, seen: Standpoint, readings: Mapping[str, Reading]) -> float:
    """The raw score that `score` comes to, without saying why: what trying out many readings takes."""
    raw = book.base + sum([earned(factor, readings[factor.name])[0] for factor in book.factors])
    for _, _, ceiling in _ceilings(book, seen, readings, _confidence(book, readings), raw):
        raw = ceiling.points
    return raw if book.caps else min(max(raw, 0.0), 100.0)


def rounded(raw: float) -> int:
    """The score that a raw score is shown as: a half goes up."""
    return math.floor(raw + 0.5)


def _confidence(book: Rulebook, readings: Mapping[str, Reading]) -> float:
    parts = [factor.max_points * readings[factor.name].confidence for factor in book.factors]
    return math.fsum(parts) / book.max_points


def tier(points: int) -> Tier:
    """The tier of a score of 0–100."""
    for highest, name in TIERS:
        if points <= highest:
            return name
    raise AssertionError(f"{points} is no score")


def lowest_score(wanted: Tier) -> int:
    """The score at which a tier begins."""
    names = [name for _, name in TIERS]
    place = names.index(wanted)
    return TIERS[place - 1][0] + 1 if place else 0


def line_of(factor: Factor, reading: Reading) -> Line:
    """What a reading earns: the points of its band, drawn towards neutral by its weight."""
    return Line(factor=factor.name, points=float(earned(factor, reading)[0]), reading=reading)


def _cap_lines(
    book: Rulebook, seen: Standpoint, readings: Mapping[str, Reading], confidence: float, raw: float
) -> list[Line]:
    """What ceilings take off, one after the other; those that nothing exceeds leave no line."""
    lines = []
    for cap, value, ceiling in _ceilings(book, seen, readings, confidence, raw):
        found = caps.reading(cap.measure, value, readings)
        lines.append(Line(factor=cap.name, points=ceiling.points - raw, reading=found))
        raw = ceiling.points
    return lines


def _ceilings(
    book: Rulebook, seen: Standpoint, readings: Mapping[str, Reading], confidence: float, raw: float
) -> Iterator[tuple[Cap, float, Band]]:
    """The ceilings that a raw score meets, with the values that do it; each is lower than the score was left by the
    one before."""
    for cap in book.caps:
        value = caps.MEASURES[cap.measure](seen, readings, confidence)
        ceiling = None if value is None else cap.ceiling(value)
        if value is not None and ceiling is not None and raw > ceiling.points:
            yield cap, value, ceiling
            raw = ceiling.points


def _base_lines(book: Rulebook) -> list[Line]:
    return [Line(factor="base", points=float(book.base))] if book.base else []


def _clamp_lines(book: Rulebook, raw: float) -> list[Line]:
    """Brings a sum of adjustments back into 0–100, when it has left it. Sums with caps cannot."""
    excess = min(max(raw, 0.0), 100.0) - raw
    return [] if book.caps or excess == 0 else [Line(factor="clamp", points=excess)]


def _components(book: Rulebook, lines: list[Line], readings: Mapping[str, Reading]) -> dict[str, float]:
    """Parts of the score as figures of 0–1; one that has no data is left out."""
    points = {line.factor: line.points for line in lines}
    components = {}
    for component in book.components:
        if component.line is None:
            earned_points = sum([points[factor] for factor in component.factors])
            components[component.name] = earned_points / book.component_points[component.name]
        elif (value := readings[component.factors[0]].value) is not None:
            intercept, slope = component.line
            components[component.name] = min(max(intercept + slope * value, 0.0), 1.0)
    return components

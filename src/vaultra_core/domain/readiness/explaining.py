"""The lines of a score in words: why each has its points, and what to look at."""

import datetime as dt

from vaultra_core.domain.readiness import caps
from vaultra_core.domain.readiness.contribution import Contribution, Line
from vaultra_core.domain.readiness.rules import Cap, Factor, Reading, Rulebook, earned
from vaultra_core.domain.readiness.statements import evidence, statement
from vaultra_core.domain.wording import number, percent


def explain(line: Line, book: Rulebook, as_of: dt.date) -> Contribution:
    """What a line of a score under a rulebook says on its day."""
    if line.reading is None:
        return _plain(line, book)
    if factor := book.factor(line.factor):
        return _of_factor(line, line.reading, factor, as_of)
    cap = book.cap(line.factor)
    assert cap is not None, line.factor
    return _of_cap(line, line.reading, cap, book, as_of)


def band_text(factor: Factor, reading: Reading) -> str:
    """The band that a reading falls in, in words."""
    if reading.value is None:
        return "no value: worst band" if reading.worst else "no data"
    return factor.band(reading.value).text(factor.unit)


def _of_factor(line: Line, reading: Reading, factor: Factor, as_of: dt.date) -> Contribution:
    return Contribution(
        factor=factor.name,
        points=line.points,
        max_points=float(factor.max_points),
        value=reading.value,
        band=band_text(factor, reading),
        reason=_reason(factor, reading),
        confidence=reading.confidence,
        evidence=evidence(factor.measure, reading, as_of),
    )


def _reason(factor: Factor, reading: Reading) -> str:
    said, (_, band) = statement(factor, reading), earned(factor, reading)
    if band is None:
        neutral = f"{number(factor.neutral)} of {number(factor.max_points)} points"
        return f"{said}; until then it counts as neutral, {neutral}."
    text = f"{said}; that earns {factor.full_points}."
    if band.points < factor.best.points:
        text = f"{said}; {factor.best_text}."
    if reading.weight < 1:
        text += f" It counts at {percent(reading.weight)} until there are 12 weeks of revenue."
    return text


def _of_cap(line: Line, reading: Reading, cap: Cap, book: Rulebook, as_of: dt.date) -> Contribution:
    said, handles = caps.told(cap, reading, book, as_of)
    assert reading.value is not None
    ceiling = cap.ceiling(reading.value)
    assert ceiling is not None
    within = ceiling.text(cap.unit)
    return Contribution(
        factor=cap.name,
        points=line.points,
        max_points=0.0,
        value=reading.value,
        band=within,
        reason=f"{said}; {within}, the score is at most {number(ceiling.points)}.",
        confidence=1.0,
        evidence=handles,
    )


def _plain(line: Line, book: Rulebook) -> Contribution:
    """The base, and the clamp that brings a sum of adjustments back into 0–100."""
    base = line.factor == "base"
    return Contribution(
        factor=line.factor,
        points=line.points,
        max_points=max(line.points, 0.0),
        value=None,
        band="",
        reason=f"Every score starts from {number(book.base)}." if base else "A score lies between 0 and 100.",
        confidence=1.0,
    )

"""What a rule looks at, and what it needs to turn a finding into advice: reachable targets and their simulated gain."""

import datetime as dt
import functools
import math
from collections.abc import Callable, Mapping, Sequence

import msgspec

from vaultra_core.domain.metrics import MetricsSnapshot, metrics_from
from vaultra_core.domain.readiness.assessment import Assessment
from vaultra_core.domain.readiness.rules import Band, Factor, Reading, Rulebook
from vaultra_core.domain.readiness.scoring import raw_score, read, score
from vaultra_core.domain.readiness.standpoint import Standpoint
from vaultra_core.domain.readiness.statements import statement
from vaultra_core.domain.readiness.what_if import assume
from vaultra_core.domain.recommendations.base import Advice, Category, Priority
from vaultra_core.domain.wording import money

REACH = 2  # bands: further is no plan for one quarter


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    """A better band that a factor can reach, what it means in the owner's units, and what it brings."""

    factor: Factor
    reading: Reading
    band: Band
    need: float  # what the rule's own arithmetic says that the band takes
    changes: dict[str, float]
    severity: int

    @property
    def now(self) -> str:
        value = self.reading.value
        return "no value" if value is None else self.factor.unit.text(value)

    @property
    def statement(self) -> str:
        """What was found, without a full stop."""
        return statement(self.factor, self.reading)

    @property
    def target(self) -> str:
        """The band in words: below 0.75 %."""
        return self.band.text(self.factor.unit)


class Situation:
    """A business on one day, under one rulebook."""

    def __init__(self, seen: Standpoint, book: Rulebook) -> None:
        self.history = seen.history
        self.as_of = seen.as_of
        self.book = book
        self.seen = seen
        self.readings = read(book, seen)

    @functools.cached_property
    def assessment(self) -> Assessment:
        return score(self.book, self.seen, self.readings)

    @functools.cached_property
    def metrics(self) -> MetricsSnapshot:
        return metrics_from(self.seen)

    def money(self, minor: float) -> str:
        return money(round(minor), self.history.currency)

    def later(self, days: int) -> dt.date:
        return self.as_of + dt.timedelta(days=days)

    def gain(self, changes: Mapping[str, float]) -> float:
        """Raw points that the score would gain if these factors had these values."""
        return self.gain_of(assume(self.book, self.readings, changes)) if changes else 0.0

    def gain_of(self, readings: Mapping[str, Reading]) -> float:
        """Raw points that the score would gain with these readings."""
        return raw_score(self.book, self.seen, readings) - self.assessment.raw_score

    def goal(self, name: str, need: Callable[[Band], float | None] | None = None, *, reach: int = REACH) -> Goal | None:
        """The best band within reach of a factor; None when it has no data, is best already, or nothing is reachable.

        `need` says what a band takes in the owner's units, None when it cannot be reached by acting.
        """
        factor, reading = self.book.factor(name), self.readings.get(name)
        if factor is None or reading is None or reading.weight == 0:
            return None
        present = factor.worst if reading.value is None else factor.band(reading.value)
        for band in reversed(factor.better(present)[:reach]):
            edge = band.edge()
            needed = need(band) if need else edge
            if edge is not None and needed is not None:
                severity = factor.severity(present.points)
                changes = {name: edge}
                return Goal(factor=factor, reading=reading, band=band, need=needed, changes=changes, severity=severity)
        return None


def advice(
    situation: Situation,
    *,
    key: str,
    title: str,
    category: Category,
    description: Sequence[str],
    impact: float,
    by: dt.date,
    metric_refs: Mapping[str, float | int | str | None],
    severity: int,
) -> Advice:
    """An advice with its priority and the words for its impact; sentences of the description are joined.

    `metric_refs` hold the figures now and those to reach (`target_…`), `by` when that can count in full.
    """
    return Advice(
        key=key,
        title=title,
        description=" ".join(description),
        priority=priority(impact),
        category=category,
        impact_points=impact,
        estimated_impact=estimated_impact(impact),
        metric_refs={**metric_refs, "by": by.isoformat(), "as_of": situation.as_of.isoformat()},
        severity=severity,
    )


def priority(impact: float) -> Priority:
    """More than 10 points are high, 5–10 medium, less is low."""
    if impact > 10:
        return Priority.HIGH
    return Priority.MEDIUM if impact >= 5 else Priority.LOW


def estimated_impact(impact: float) -> str:
    """As in "+5-10 points": the span of five in which the simulated gain lies."""
    if impact <= 0:
        return "no points by itself"
    if impact < 5:
        return "+1-5 points" if impact >= 1 else "up to +1 point"
    low = 5 if impact <= 10 else 5 * math.ceil(impact / 5) - 5
    return f"+{low}-{low + 5} points"

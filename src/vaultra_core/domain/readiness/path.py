"""The least effort that brings a score to a target: which factors to lift, into which bands, and what that takes."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from vaultra_core.domain.activity import History
from vaultra_core.domain.readiness import caps
from vaultra_core.domain.readiness.assessment import Assessment, Tier
from vaultra_core.domain.readiness.explaining import band_text
from vaultra_core.domain.readiness.levers import LEVERS
from vaultra_core.domain.readiness.rulebook import DEFAULT_RULEBOOK, get_rulebook
from vaultra_core.domain.readiness.rules import Cap, Factor, Reading, Rulebook, earned
from vaultra_core.domain.readiness.scoring import TIERS, read, score
from vaultra_core.domain.readiness.standpoint import Standpoint
from vaultra_core.domain.readiness.statements import evidence
from vaultra_core.domain.readiness.what_if import assume, assume_value
from vaultra_core.errors import Unprocessable

GRID: Final = 16  # points are sixteenths at the finest


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One factor lifted into a better band. `effort` is the sum over the bands climbed; `action` says what it takes."""

    factor: str
    title: str
    points: float
    effort: float
    value_now: float | None
    value_target: float
    band_now: str
    band_target: str
    action: str
    evidence: tuple[str, ...]


class Path(msgspec.Struct, frozen=True, kw_only=True):
    """The cheapest steps from the score of one day to a target.

    When `reached` is false, no steps within reach lead there: the levers end at `highest`, or a ceiling that only time
    lifts lies below the target; `obstacles` names such ceilings.
    """

    as_of: dt.date
    rulebook: str
    score: int
    tier: Tier
    target: int
    reached: bool
    steps: tuple[Step, ...]
    effort: float
    score_after: int
    tier_after: Tier
    highest: int
    obstacles: tuple[str, ...]


def path(history: History, as_of: dt.date, target: int | None = None, rulebook: str = DEFAULT_RULEBOOK) -> Path | None:
    """The cheapest set of band improvements that reaches a score, by default the next tier's lowest.

    Exact: of all sets that reach the target it takes the one of least effort, then of most points, then of fewest
    steps. None before the first charge. Raise `InvalidInput` for an unknown rulebook, `Unprocessable` for a target
    outside 0–100.
    """
    book = get_rulebook(rulebook)
    if target is not None and not 0 <= target <= 100:
        raise Unprocessable("A target lies between 0 and 100.", field="target", reason="out of range")
    seen = Standpoint(history, as_of)
    if not seen.days:
        return None
    readings = read(book, seen)
    present = score(book, seen, readings)
    wanted = next_tier(present.score) if target is None else target
    ceilings = _Ceilings(book, seen, readings, present.confidence)
    groups = [_choices(factor, seen, readings[factor.name]) for factor in book.factors]
    chosen: Sequence[Choice] | None = ()
    if present.score < wanted:
        needed = wanted - 0.5  # of raw points: a score is rounded half up
        under = [[choice for choice in group if ceilings.over(choice) >= needed] for group in groups]
        free = ceilings.fixed >= needed
        chosen = cheapest(under, needed - book.base) if free else None
    steps = [choice.step for choice in chosen or () if choice.step]
    after = _after(book, seen, readings, steps)
    best = [max(group, key=lambda choice: choice.points).step for group in groups]
    return Path(
        as_of=as_of,
        rulebook=book.name,
        score=present.score,
        tier=present.tier,
        target=wanted,
        reached=chosen is not None,
        steps=tuple(sorted(steps, key=lambda step: (step.effort, -step.points))),
        effort=math.fsum(step.effort for step in steps),
        score_after=after.score,
        tier_after=after.tier,
        highest=_after(book, seen, readings, [step for step in best if step]).score,
        obstacles=tuple(line.reason for line in present.contributions if line.factor.startswith("cap_"))
        if chosen is None
        else (),
    )


def next_tier(points: int) -> int:
    """The lowest score of the tier above that of a score; the score itself in the highest one."""
    return next((highest + 1 for highest, _ in TIERS[:-1] if points <= highest), points)


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What may be done about one factor: nothing, or one step. `points` are all that the factor earns then."""

    factor: str
    reading: Reading
    points: float
    step: Step | None = None

    @property
    def effort(self) -> float:
        return self.step.effort if self.step else 0.0


def cheapest(groups: Sequence[Sequence[Choice]], needed: float) -> Sequence[Choice] | None:
    """One choice of each group such that their points reach what is needed, for the least effort; None if none do.

    A dynamic programme over the sum of points: of the choices that end in one sum only the best can be part of an
    answer, and sums are sixteenths, so there are few.
    """
    best: dict[int, tuple[float, int, tuple[Choice, ...]]] = {0: (0.0, 0, ())}
    for group in groups:
        after: dict[int, tuple[float, int, tuple[Choice, ...]]] = {}
        for total, (effort, steps, chosen) in best.items():
            for choice in group:
                place = total + round(choice.points * GRID)
                price = effort + choice.effort, steps + (choice.step is not None)
                if place not in after or price < after[place][:2]:
                    after[place] = (*price, (*chosen, choice))
        best = after
    enough = [
        (effort, -total, steps, chosen) for total, (effort, steps, chosen) in best.items() if total >= needed * GRID
    ]
    return min(enough, key=lambda each: each[:3])[3] if enough else None


class _Ceilings:
    """How high each cap of a rulebook lets a score rise; infinitely high where it does not act."""

    def __init__(self, book: Rulebook, seen: Standpoint, readings: Mapping[str, Reading], confidence: float) -> None:
        self._caps = book.caps
        self._seen = seen
        self._readings = readings
        self._confidence = confidence

    @property
    def fixed(self) -> float:
        """The lowest one that no factor lifts."""
        return min(
            (self._height(cap, self._readings) for cap in self._caps if cap.measure not in caps.FACTOR),
            default=math.inf,
        )

    def over(self, choice: Choice) -> float:
        """The lowest one that looks at the choice's factor."""
        readings = {**self._readings, choice.factor: choice.reading}
        mine = [cap for cap in self._caps if caps.FACTOR.get(cap.measure) == choice.factor]
        return min((self._height(cap, readings) for cap in mine), default=math.inf)

    def _height(self, cap: Cap, readings: Mapping[str, Reading]) -> float:
        value = caps.MEASURES[cap.measure](self._seen, readings, self._confidence)
        ceiling = None if value is None else cap.ceiling(value)
        return math.inf if ceiling is None else ceiling.points


def _choices(factor: Factor, seen: Standpoint, reading: Reading) -> list[Choice]:
    """To leave a factor as it is, or to lift it into any better band that its lever reaches."""
    now = earned(factor, reading)[0]
    choices = [Choice(factor=factor.name, reading=reading, points=now)]
    if factor.effort is None or reading.weight == 0 or (reading.value is None and not reading.worst):
        return choices
    present = factor.worst if reading.value is None else factor.band(reading.value)
    better = factor.better(present)
    worse = present
    for climbed, band in enumerate(better, 1):
        edge, beside = band.edge(), worse
        worse = band
        value = beside.threshold if edge is None else edge
        if factor.band(value) is not band:
            continue
        action = LEVERS[factor.measure](seen, msgspec.structs.replace(band, threshold=value) if edge is None else band)
        if action is None:
            continue
        lifted = assume_value(factor, reading, value)
        points = earned(factor, lifted)[0]
        step = Step(
            factor=factor.name,
            title=factor.title,
            points=points - now,
            effort=factor.effort * climbed,
            value_now=reading.value,
            value_target=value,
            band_now=band_text(factor, reading),
            band_target=band.text(factor.unit),
            action=action,
            evidence=evidence(factor.measure, reading, seen.as_of),
        )
        choices.append(Choice(factor=factor.name, reading=lifted, points=points, step=step))
    return choices


def _after(book: Rulebook, seen: Standpoint, readings: Mapping[str, Reading], steps: Iterable[Step]) -> Assessment:
    return score(book, seen, assume(book, readings, {step.factor: step.value_target for step in steps}))

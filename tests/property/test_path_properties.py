"""The path to a target against brute force, and the promises that each step makes."""

import itertools
import math
from collections.abc import Iterator, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from property.strategies import histories
from support.histories import AS_OF
from vaultra_core import RULEBOOKS, History, assess, path, simulate
from vaultra_core.domain.readiness.path import Choice, Step, cheapest
from vaultra_core.domain.readiness.rules import Reading

NAMES = st.sampled_from(sorted(RULEBOOKS))
SIXTEENTHS = st.integers(0, 16 * 16).map(lambda units: units / 16)


def a_choice(points: float, halves: int) -> Choice:
    reading = Reading(value=0.0)
    step = Step(
        factor="x",
        title="X",
        points=points,
        effort=halves / 2,
        value_now=0.0,
        value_target=1.0,
        band_now="",
        band_target="",
        action="",
        evidence=(),
    )
    return Choice(factor="x", reading=reading, points=points, step=step if halves else None)


GROUPS = st.lists(
    st.lists(st.builds(a_choice, SIXTEENTHS, st.integers(0, 12)), min_size=0, max_size=4), min_size=1, max_size=6
)


@given(GROUPS, st.integers(0, 16 * 40).map(lambda units: units / 16))
@settings(deadline=None)
def test_the_programme_finds_what_brute_force_finds(groups: list[list[Choice]], needed: float) -> None:
    """Least effort, then most points, then fewest steps, over every combination there is."""

    def rank(chosen: Sequence[Choice]) -> tuple[float, float, int]:
        effort = math.fsum(choice.effort for choice in chosen)
        return effort, -math.fsum(choice.points for choice in chosen), sum(choice.step is not None for choice in chosen)

    enough = [rank(chosen) for chosen in itertools.product(*groups) if -rank(chosen)[1] >= needed]
    found = cheapest(groups, needed)
    assert (None if found is None else rank(found)) == min(enough, default=None)


def steps_below(steps: dict[str, list[Step]], budget: float) -> Iterator[dict[str, float]]:
    """Every set of steps, at most one a factor, that costs less than a budget."""
    if not steps:
        if budget > 0:
            yield {}
        return
    (name, mine), *rest = steps.items()
    yield from steps_below(dict(rest), budget)
    for step in mine:
        if step.effort < budget:
            for others in steps_below(dict(rest), budget - step.effort):
                yield {name: step.value_target, **others}


def all_steps(history: History, rulebook: str) -> dict[str, list[Step]]:
    """Every step that any path takes: each factor's, from the paths to every target."""
    found: dict[str, dict[float, Step]] = {}
    for target in range(101):
        way = path(history, AS_OF, target, rulebook)
        assert way is not None
        for step in way.steps:
            found.setdefault(step.factor, {})[step.value_target] = step
    return {name: list(steps.values()) for name, steps in found.items()}


@given(histories(), NAMES, st.integers(1, 100))
@settings(max_examples=25, deadline=None)
def test_no_cheaper_set_of_steps_reaches_the_target(history: History, rulebook: str, target: int) -> None:
    """Caps included: what the path promises, and what it is cheaper than, is assessed as any what-if is."""
    way = path(history, AS_OF, target, rulebook)
    assert way is not None
    steps = all_steps(history, rulebook)
    budget = way.effort if way.reached else math.inf
    cheaper = list(itertools.islice(steps_below(steps, budget), 1500))
    for changes in cheaper:
        simulated = simulate(history, AS_OF, changes, rulebook)
        assert simulated is not None
        assert simulated.score < target or way.score >= target, changes


@given(histories(), NAMES, st.none() | st.integers(0, 100))
@settings(deadline=None)
def test_a_path_keeps_its_promises(history: History, rulebook: str, target: int | None) -> None:
    now, way = assess(history, AS_OF, rulebook), path(history, AS_OF, target, rulebook)
    assert now is not None and way is not None
    assert (way.score, way.tier) == (now.score, now.tier)
    after = simulate(history, AS_OF, {step.factor: step.value_target for step in way.steps}, rulebook)
    assert after is not None
    assert (way.score_after, way.tier_after) == (after.score, after.tier)
    assert way.reached == (way.score_after >= way.target)
    assert way.reached == (way.highest >= way.target)
    assert way.highest >= way.score_after
    earned = {line.factor: line.points for line in now.contributions}
    reached = {line.factor: line.points for line in after.contributions}
    for step in way.steps:
        assert step.points == reached[step.factor] - earned[step.factor] > 0
        assert step.effort > 0 and step.action and step.evidence
    assert "history" not in {step.factor for step in way.steps}

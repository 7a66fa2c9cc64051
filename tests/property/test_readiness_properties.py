import datetime as dt
import math
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from property.strategies import histories
from support.histories import AS_OF
from vaultra_core import RULEBOOKS, Assessment, History, assess, metrics, outlook, path, recommend, replay, simulate
from vaultra_core.domain import wording
from vaultra_core.domain.activity import ColumnarHistory, CustomerWindow, DayActivity
from vaultra_core.domain.readiness.lender_2 import LENDER_2
from vaultra_core.domain.readiness.scoring import tier
from vaultra_core.domain.results import LOOK_BACK_DAYS, SHORTER_LOOK_BACK_DAYS, compute

NAMES = st.sampled_from(sorted(RULEBOOKS))


def assessed(history: History, rulebook: str = "lender-2") -> Assessment:
    assessment = assess(history, AS_OF, rulebook)
    assert assessment is not None
    return assessment


def changed(history: History, index: int, **more: int) -> History:
    """A history with more of something on one of its days."""
    day = history.days[index]
    values: dict[str, Any] = {name: getattr(day, name) + amount for name, amount in more.items()}
    days = list(history.days)
    days[index] = msgspec.structs.replace(day, **values)
    return msgspec.structs.replace(history, days=tuple(days))


@given(histories(), NAMES)
def test_contributions_add_up_to_the_raw_score_exactly(history: History, rulebook: str) -> None:
    assessment = assessed(history, rulebook)
    exact = sum(Fraction(line.points) for line in assessment.contributions)
    assert exact == Fraction(assessment.raw_score)
    assert math.fsum(line.points for line in assessment.contributions) == assessment.raw_score
    assert (Fraction(assessment.raw_score) * 16).denominator == 1
    assert 0 <= assessment.raw_score <= 100
    assert assessment.score == math.floor(assessment.raw_score + 0.5)
    assert assessment.tier is tier(assessment.score)
    assert 0 <= assessment.confidence <= 1 + 1e-12
    assert all(0 <= value <= 1 for value in assessment.components.values())


@given(histories(), NAMES)
def test_the_figures_of_a_score_are_enough_for_its_words(history: History, rulebook: str) -> None:
    """What is stored of a score, and read back, says the same."""
    assessment = assessed(history, rulebook)
    read = msgspec.json.decode(msgspec.json.encode(assessment), type=Assessment)
    assert read == assessment
    assert read.contributions == assessment.contributions
    assert all(line.reason.endswith(".") for line in read.contributions)


@given(histories())
def test_each_factor_stays_within_its_maximum_and_only_caps_take_away(history: History) -> None:
    for line in assessed(history).contributions:
        rule = LENDER_2.factor(line.factor)
        if rule is None:
            assert line.factor.startswith("cap_")
            assert line.points < 0
        else:
            assert 0 <= line.points <= line.max_points == rule.max_points


@given(histories(), st.data(), st.integers(1, 30), NAMES)
def test_more_chargebacks_never_raise_a_score(history: History, data: st.DataObject, more: int, rulebook: str) -> None:
    index = data.draw(st.integers(0, len(history.days) - 1))
    worse = changed(history, index, chargeback_count=more, chargeback_minor=data.draw(st.integers(0, 100_000)))
    assert assessed(worse, rulebook).raw_score <= assessed(history, rulebook).raw_score


@given(histories(), st.data(), st.integers(0, 10**9))
def test_more_clean_revenue_never_lowers_scale(history: History, data: st.DataObject, more: int) -> None:
    index = data.draw(st.integers(0, len(history.days) - 1))
    better = changed(history, index, gross_minor=more, charge_count=1)

    def scale(of: History) -> tuple[float, float]:
        (line,) = [line for line in assessed(of).contributions if line.factor == "scale"]
        assert line.value is not None
        return line.points, line.value

    # A first sale that comes earlier makes the average longer: revenue on days the business did not trade yet is new
    # history, not more of the same.
    if better.first_day == history.first_day:
        assert scale(better) >= scale(history)


@given(histories(with_charge=False))
def test_no_charge_no_score(history: History) -> None:
    days = tuple(msgspec.structs.replace(day, charge_count=0, gross_minor=0) for day in history.days)
    bare = msgspec.structs.replace(history, days=days)
    assert assess(bare, AS_OF) is None
    assert simulate(bare, AS_OF, {"disputes": 0.1}) is None
    assert recommend(bare, AS_OF) == []


@given(histories(), NAMES)
def test_assuming_what_is_measured_changes_nothing(history: History, rulebook: str) -> None:
    assessment = assessed(history, rulebook)
    factors = {factor.name for factor in RULEBOOKS[rulebook].factors}
    measured = {
        line.factor: line.value
        for line in assessment.contributions
        if line.factor in factors and line.value is not None
    }
    simulated = simulate(history, AS_OF, measured, rulebook)
    assert simulated is not None
    assert simulated.raw_score == assessment.raw_score


@given(histories(), NAMES)
def test_impact_is_what_the_simulation_says_and_orders_the_advice(history: History, rulebook: str) -> None:
    found = recommend(history, AS_OF, rulebook)
    ranks = ["high", "medium", "low"]
    order = [(ranks.index(each.priority), -each.impact_points) for each in found]
    assert order == sorted(order)
    assert len({each.key for each in found}) == len(found)
    for each in found:
        expected = "high" if each.impact_points > 10 else "medium" if each.impact_points >= 5 else "low"
        assert each.priority == expected
        assert each.impact_points >= 0
        assert len(each.description) > 80
        # The figure now, the figure to reach, and by when.
        targets = [name for name in each.metric_refs if name.startswith("target_")]
        assert targets and all(each.metric_refs[name] is not None for name in targets)
        assert each.metric_refs.keys() - {*targets, "by", "as_of"}  # None when more than half the weeks were empty
        by = dt.date.fromisoformat(str(each.metric_refs["by"]))
        assert by > AS_OF and wording.day(by) in each.description


def columnar(history: History, *, as_of: dt.date | None = None) -> History:
    """The same history as a store hands it over, with what rules look at from a day, or with everything."""
    fields = [name for name in DayActivity.__struct_fields__ if name != "day"]
    columns = {name: [getattr(day, name) for day in _looked_at(history, name, as_of)] for name in fields}
    return ColumnarHistory(
        currency=history.currency,
        first_sale=history.first_day,
        ordinals=[day.day.toordinal() for day in history.days],
        customer_days=columns.pop("customers"),
        columns=columns,
    )


def _looked_at(history: History, field: str, as_of: dt.date | None) -> list[DayActivity]:
    days = SHORTER_LOOK_BACK_DAYS.get(field, LOOK_BACK_DAYS)
    return [day for day in history.days if as_of is None or day.day > as_of - dt.timedelta(days=days)]


@given(histories())
@settings(max_examples=30, deadline=None)
def test_a_history_in_columns_says_what_its_days_say(history: History) -> None:
    columns = columnar(history)
    assert columns.between(dt.date.min, dt.date.max) == history.days
    assert (columns.first_day, columns.last_day) == (history.first_day, history.last_day)
    for call in (assess, recommend, metrics):
        assert call(columns, AS_OF) == call(history, AS_OF)
    assert outlook(columns, AS_OF, 40) == outlook(history, AS_OF, 40)
    assert path(columns, AS_OF) == path(history, AS_OF)


@given(histories(), st.integers(0, 20), NAMES)
@settings(max_examples=30, deadline=None)
def test_rules_look_back_no_further_than_they_say(history: History, days: int, rulebook: str) -> None:
    """What is read of a history is enough: the days before change nothing, nor do fields that few days are read of."""
    as_of = AS_OF - dt.timedelta(days=days)
    since = as_of - dt.timedelta(days=LOOK_BACK_DAYS - 1)
    recent = [day for day in history.days if day.day >= since]
    kept = History(currency=history.currency, days=tuple(recent), first_sale=history.first_day)
    read = columnar(kept, as_of=as_of)
    for call in (assess, recommend):
        assert call(read, as_of, rulebook) == call(history, as_of, rulebook)
    assert metrics(read, as_of) == metrics(history, as_of)


@given(histories(), st.integers(0, 4), NAMES)
@settings(max_examples=30, deadline=None)
def test_results_are_what_each_rule_says_by_itself(history: History, back: int, rulebook: str) -> None:
    measured, scored = ([AS_OF - dt.timedelta(days=n) for n in range(most, -1, -1)] for most in (back, 2))
    results = compute(history, measured=measured, scored=scored, advised=AS_OF, rulebook=rulebook)
    alone = [assess(history, day, name) for day in scored for name in RULEBOOKS]
    assert results.snapshots == [metrics(history, day) for day in measured]
    assert results.assessments == [each for each in alone if each is not None]
    assert results.advice == recommend(history, AS_OF, rulebook)


@given(histories(), NAMES)
@settings(max_examples=30, deadline=None)
def test_replay_is_the_assessment_of_each_day(history: History, rulebook: str) -> None:
    """Byte for byte, over a span in which days and customers enter and leave every window."""
    start = AS_OF - dt.timedelta(days=140)
    alone = [assess(fresh(history), start + dt.timedelta(days=n), rulebook) for n in range(161)]
    together = replay(history, start, start + dt.timedelta(days=160), rulebook)
    assert msgspec.json.encode(together) == msgspec.json.encode([each for each in alone if each is not None])


@given(histories(), st.lists(st.tuples(st.integers(-220, 25), st.integers(0, 120)), min_size=1, max_size=12))
def test_a_window_of_customers_says_what_a_fresh_sum_says(history: History, spans: list[tuple[int, int]]) -> None:
    """Whichever way it moves: on, back, wider, or somewhere else altogether."""
    window = CustomerWindow(history)
    for offset, length in spans:
        last = AS_OF + dt.timedelta(days=offset)
        first = last - dt.timedelta(days=length)
        expected = {customer: amount for customer, amount in history.customers(first, last).items() if amount}
        assert {customer: amount for customer, amount in window.over(first, last).items() if amount} == expected


def fresh(history: History) -> History:
    """The same history without what it remembers."""
    return History(currency=history.currency, days=history.days)


@pytest.mark.parametrize("factor", LENDER_2.factors, ids=lambda factor: factor.name)
def test_bands_are_monotone(factor: Any) -> None:
    """From one end of its values to the other, a factor's points only ever rise or only ever fall."""
    thresholds = [band.threshold for band in factor.bands[:-1]]
    values = sorted({t + d for t in thresholds for d in (-1e-6, 0, 1e-6)})
    points = [factor.band(value).points for value in values]
    assert points in (sorted(points), sorted(points, reverse=True))
    assert {band.points for band in factor.bands} >= set(points)

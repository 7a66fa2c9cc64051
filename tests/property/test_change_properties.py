"""A waterfall adds up, begins on the right day, and points at what came and went."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from property.strategies import histories
from support.histories import AS_OF, history_of
from vaultra_core import RULEBOOKS, DayActivity, History, assess, explain_change, replay
from vaultra_core.domain.readiness.evidence import resolve
from vaultra_core.errors import Unprocessable


@given(histories(), st.integers(0, 150), st.sampled_from(sorted(RULEBOOKS)))
@settings(max_examples=40, deadline=None)
def test_the_moves_add_up_to_the_difference(history: History, span: int, rulebook: str) -> None:
    start = AS_OF - dt.timedelta(days=span)
    first, last = assess(history, start, rulebook), assess(history, AS_OF, rulebook)
    change = explain_change(history, start, AS_OF, rulebook)
    assert first is not None and last is not None and change is not None
    assert (change.score_from, change.score_to) == (first.score, last.score)
    assert sum(move.change for move in change.moves) == change.raw_to - change.raw_from
    assert change.raw_to - change.raw_from == last.raw_score - first.raw_score
    days = replay(history, start, AS_OF, rulebook)
    assert change.first_day == next((day.as_of for day in days if day.raw_score != first.raw_score), None)
    for move in change.moves:
        points = [next((line.points for line in day.contributions if line.factor == move.factor), 0.0) for day in days]
        assert move.first_day == next(
            day.as_of for day, its in zip(days, points, strict=True) if its != move.points_from
        )
        earlier = assess(history, move.first_day - dt.timedelta(days=1), rulebook)
        then = assess(history, move.first_day, rulebook)
        assert earlier is not None and then is not None
        before, after = (
            next((line.points for line in day.contributions if line.factor == move.factor), 0.0)
            for day in (earlier, then)
        )
        assert before == move.points_from != after
        for handle in (*move.entered, *move.left):
            assert resolve(handle, history, AS_OF).handle == handle


def test_the_chargebacks_that_moved_it_are_named() -> None:
    """Nine chargebacks on one day lower the score on that day, and raise it again 180 days later."""
    bad = AS_OF - dt.timedelta(days=200)
    days = [DayActivity(day=AS_OF - dt.timedelta(days=back), charge_count=9, gross_minor=9_000) for back in range(500)]
    history = history_of(*(msgspec.structs.replace(d, chargeback_count=9) if d.day == bad else d for d in days))
    down = explain_change(history, bad - dt.timedelta(days=9), bad + dt.timedelta(days=9))
    assert down is not None
    move = next(move for move in down.moves if move.factor == "disputes")
    assert move.change < 0
    assert down.first_day == move.first_day == bad
    assert f"days:chargeback_count:{bad}:{bad}" in move.entered
    up = explain_change(history, AS_OF - dt.timedelta(days=30), AS_OF)
    assert up is not None
    move = next(move for move in up.moves if move.factor == "disputes")
    assert move.change > 0
    assert move.first_day == bad + dt.timedelta(days=180)
    assert f"days:chargeback_count:{bad}:{bad}" in move.left


def test_a_span_without_a_score_explains_nothing() -> None:
    history = history_of(DayActivity(day=AS_OF, charge_count=1, gross_minor=1))
    assert explain_change(history, AS_OF - dt.timedelta(days=1), AS_OF) is None
    same = explain_change(history, AS_OF, AS_OF)
    assert same is not None and (same.moves, same.first_day) == ((), None)
    for start, end in ((AS_OF, AS_OF - dt.timedelta(days=1)), (AS_OF - dt.timedelta(days=401), AS_OF)):
        with pytest.raises(Unprocessable):
            explain_change(history, start, end)

"""`baseline-1` held to the first specification."""

import datetime as dt
from typing import Any

import pytest

from support.histories import AS_OF, history_of, weekly_history
from vaultra_core import Assessment, DayActivity, History, assess
from vaultra_core.domain.readiness.baseline_1 import BASELINE_1


def assessed(history: History) -> Assessment:
    assessment = assess(history, AS_OF, "baseline-1")
    assert assessment is not None
    return assessment


def earned(history: History) -> dict[str, float]:
    return {line.factor: line.points for line in assessed(history).contributions}


def two_periods(before: int, now: int, **fields: Any) -> History:
    """A sale on the first day of each of two periods of 30 days, and `fields` on the last day."""
    return history_of(
        DayActivity(day=AS_OF - dt.timedelta(days=59), charge_count=1, gross_minor=before),
        DayActivity(day=AS_OF - dt.timedelta(days=29), charge_count=1, gross_minor=now),
        DayActivity(day=AS_OF, **fields),
    )


@pytest.mark.parametrize(
    ("now", "points"), [(1051, 10), (1050, 0), (1000, 0), (950, 0), (949, -5), (0, -5), (9999, 10)]
)
def test_revenue_against_the_period_before(now: int, points: int) -> None:
    assert earned(two_periods(1000, now))["revenue_trend"] == points


def test_the_trend_is_missing_before_60_days_and_without_revenue_to_compare_with() -> None:
    short = history_of(
        DayActivity(day=AS_OF - dt.timedelta(days=58), charge_count=1, gross_minor=1),
        DayActivity(day=AS_OF, charge_count=1, gross_minor=100),
    )
    assert earned(short)["revenue_trend"] == 0
    assert earned(two_periods(0, 100))["revenue_trend"] == 0


@pytest.mark.parametrize(("swing", "points"), [(19, 5), (20, 0), (50, 0), (51, -10)])
def test_volatility_of_weeks(swing: int, points: int) -> None:
    weeks = [100 - swing, 100 + swing] * 6
    assert earned(weekly_history(weeks))["revenue_volatility"] == points


def test_volatility_needs_four_weeks() -> None:
    assert earned(weekly_history([10, 1000, 10]))["revenue_volatility"] == 0


@pytest.mark.parametrize(("chargebacks", "points"), [(0, 5), (4, 5), (5, 0), (20, 0), (21, -15)])
def test_chargeback_ratio(chargebacks: int, points: int) -> None:
    history = two_periods(100, 100, charge_count=999, chargeback_count=chargebacks)
    assert earned(history)["chargeback_ratio"] == points


@pytest.mark.parametrize(("paid", "points"), [(100, 10), (96, 10), (95, 0), (80, 0), (79, -10), (0, -10)])
def test_payout_reliability(paid: int, points: int) -> None:
    history = two_periods(100, 100, payout_due_count=100, payout_ok_count=paid)
    assert earned(history)["payout_reliability"] == points


def test_a_missing_metric_contributes_nothing_and_has_no_component() -> None:
    assessment = assessed(history_of(DayActivity(day=AS_OF, charge_count=1, gross_minor=100)))
    assert earned(history_of(DayActivity(day=AS_OF, charge_count=1, gross_minor=100))) == {
        "base": 50,
        "revenue_trend": 0,
        "revenue_volatility": 0,
        "chargeback_ratio": 5,
        "payout_reliability": 0,
    }
    assert assessment.components == {"risk_signals": 1.0}
    assert assessment.score == 55


def test_components() -> None:
    history = two_periods(100, 100, charge_count=98, chargeback_count=3, payout_due_count=4, payout_ok_count=3)
    components = assessed(history).components
    assert components["risk_signals"] == pytest.approx(1 - 10 * 3 / 99)
    assert components["payout_reliability"] == 0.75
    assert components["revenue_stability"] == 0  # eleven quiet weeks of thirteen


def test_its_totals_are_the_multiples_of_five_from_10_to_80() -> None:
    totals = {BASELINE_1.base}
    for factor in BASELINE_1.factors:
        totals = {total + band.points for total in totals for band in factor.bands}
    assert totals == set(range(10, 81, 5))

"""What-if in the names of the metrics, and the steps of a path in the owner's units."""

import datetime as dt

import pytest

from support.histories import AS_OF, history_of
from vaultra_core import DayActivity, History, assess, path, simulate
from vaultra_core.domain.readiness.assumptions import METRICS, known_names
from vaultra_core.domain.readiness.rulebook import RULEBOOKS
from vaultra_core.errors import InvalidInput, Unprocessable


def steady(days: int = 400, *, chargebacks: tuple[int, ...] = (), currency: str = "usd") -> History:
    """100.00 a day from ten sales and five customers; a chargeback so many days back, for each."""
    return history_of(
        *(
            DayActivity(
                day=AS_OF - dt.timedelta(days=back),
                charge_count=10,
                gross_minor=10_000,
                chargeback_count=chargebacks.count(back),
                payout_due_count=1,
                payout_due_minor=9_000,
                payout_ok_count=1,
                payout_ok_minor=9_000,
                identified_minor=10_000,
                returning_minor=8_000,
                customers={f"cus_{n}": 2_000 for n in range(5)},
            )
            for back in range(days)
        ),
        currency=currency,
    )


def value(history: History, changes: dict[str, float], factor: str, rulebook: str = "lender-2") -> float | None:
    simulated = simulate(history, AS_OF, changes, rulebook)
    assert simulated is not None
    return next(line.value for line in simulated.contributions if line.factor == factor)


@pytest.mark.parametrize(
    ("changes", "factor", "expected"),
    [
        ({"chargeback_ratio": 0.01}, "disputes", (18 + 2.5) / 2300),
        ({"refund_value_ratio": 0.1}, "refunds", (90 + 2) / 950),
        ({"refund_ratio": 0.1}, "refunds", (90 + 2) / 950),
        ({"payout_reliability": 0.5}, "payouts", (90 + 9.5) / 190),
        ({"revenue_total": 6_000}, "scale", 2 * 100 * 30.4375),
        ({"monthly_average": 5_000}, "scale", 5_000),
        ({"revenue_volatility": 0.3}, "steadiness", 0.3),
        ({"weekly_trend": 0.02}, "trend", 0.02),
        ({"top_customer_share": 0.4}, "top_customer", 0.4),
        ({"returning_share": 0.4}, "returning", 0.4),
        ({"continuity": 2}, "continuity", 2),
    ],
)
def test_a_metric_moves_its_factor(changes: dict[str, float], factor: str, expected: float) -> None:
    assert value(steady(), changes, factor) == pytest.approx(expected, rel=1e-12)


def test_amounts_are_in_the_business_s_own_currency() -> None:
    assert value(steady(currency="eur"), {"monthly_average": 1_000}, "scale") == pytest.approx(1038.9)
    assert value(steady(), {"revenue_total": 3_300}, "revenue_trend", "baseline-1") == pytest.approx(0.1)


def test_the_ratio_of_the_past_moves_nothing() -> None:
    """Assuming what is: 3 chargebacks on 1,800 sales are the ratio that the factor is measured from."""
    history = steady(chargebacks=(40, 50, 60))
    assessment = assess(history, AS_OF)
    assert assessment is not None
    assert value(history, {"chargeback_ratio": 3 / 1800}, "disputes") == pytest.approx(5.5 / 2300, rel=1e-12)
    assert next(line.value for line in assessment.contributions if line.factor == "disputes") == 5.5 / 2300


def test_every_metric_of_the_table_is_known_somewhere() -> None:
    known = {name for book in RULEBOOKS.values() for name in known_names(book)}
    assert set(METRICS) <= known


def test_names_and_values_that_make_no_sense_are_refused() -> None:
    with pytest.raises(InvalidInput, match="no metric 'charm'") as unknown:
        simulate(steady(), AS_OF, {"charm": 1})
    assert unknown.value.details["known"] == known_names(RULEBOOKS["lender-2"])
    with pytest.raises(InvalidInput, match="assumed already"):
        simulate(steady(), AS_OF, {"revenue_total": 1, "monthly_average": 2})
    for changes in ({"chargeback_ratio": 1.1}, {"revenue_total": float("nan")}, {"returning": 2}, {"trend": -1.5}):
        with pytest.raises(Unprocessable):
            simulate(steady(), AS_OF, changes)


@pytest.mark.parametrize(
    ("back", "more", "action"),
    [
        ((1, 9, 17, 25, *range(155, 163)), 3, "at most 4 chargebacks in the next 30 days"),
        ((1, 9, 17, 25, *range(155, 163)), 5, "4 chargebacks fewer in the next 30 days than in the last"),
        (
            tuple(range(12)),
            3,
            "no new chargeback until 19 December 2025, when enough old ones are 180 days past",
        ),
    ],
)
def test_a_path_says_how_many_chargebacks_fewer(back: tuple[int, ...], more: int, action: str) -> None:
    """12 on 1,800 sales are 0.63 %; at most 8 are below 0.5 %, at most 4 below 0.3 %."""
    history = steady(chargebacks=back)
    assessment = assess(history, AS_OF)
    assert assessment is not None
    way = path(history, AS_OF, target=assessment.score + more)
    assert way is not None and way.reached
    assert {step.factor: step.action for step in way.steps} == {"disputes": action}


def test_a_lever_ends_where_the_owner_s_power_ends() -> None:
    """200 sales and no chargeback: the prior alone holds the ratio above 0.2 %, and no effort changes that."""
    history = history_of(*(day for day in steady().days if day.day.toordinal() % 18 == 0))
    way = path(history, AS_OF, target=100)
    assert way is not None
    assert not way.reached
    assert way.highest < 100
    for target in range(101):
        found = path(history, AS_OF, target)
        assert found is not None
        assert "disputes" not in {step.factor for step in found.steps}


def test_a_ceiling_that_only_time_lifts_is_named() -> None:
    way = path(steady(80), AS_OF, target=71)
    assert way is not None
    assert not way.reached
    assert any("80 days" in obstacle for obstacle in way.obstacles)
    with pytest.raises(Unprocessable):
        path(steady(), AS_OF, target=101)

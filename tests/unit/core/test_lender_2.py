"""`lender-2` held to the table it was specified by, written down here a second time."""

import datetime as dt
import math
from typing import Any

import pytest

from support.histories import AS_OF, history_of, weekly_history
from vaultra_core import DayActivity, assess
from vaultra_core.domain.activity import History
from vaultra_core.domain.readiness.assessment import Assessment, Tier
from vaultra_core.domain.readiness.contribution import Contribution
from vaultra_core.domain.readiness.lender_2 import LENDER_2
from vaultra_core.domain.readiness.scoring import tier
from vaultra_core.errors import InvalidInput

# factor: (maximum, (value, points)…) with values on both sides of every threshold.
BANDS: dict[str, tuple[int, tuple[tuple[float, int], ...]]] = {
    "scale": (
        12,
        (
            (20_000, 12),
            (19_999.99, 11),
            (15_000, 11),
            (14_999.99, 9),
            (10_000, 9),
            (9_999.99, 7),
            (8_333, 7),
            (8_332.99, 4),
            (1_000, 4),
            (999.99, 0),
            (-5, 0),
        ),
    ),
    "history": (8, ((365, 8), (364, 6), (180, 6), (179, 3), (90, 3), (89, 0), (1, 0))),
    "trend": (
        14,
        (
            (0.5, 14),
            (0.03, 14),
            (0.0299, 12),
            (0.01, 12),
            (0.0099, 10),
            (1e-12, 10),
            (0.0, 7),
            (-1e-12, 4),
            (-0.02, 4),
            (-0.0201, 2),
            (-0.05, 2),
            (-0.0501, 0),
        ),
    ),
    "steadiness": (
        12,
        ((0, 12), (0.1199, 12), (0.12, 10), (0.2, 7), (0.3499, 7), (0.35, 4), (0.5, 2), (0.7499, 2), (0.75, 0)),
    ),
    "continuity": (8, ((0, 8), (0.49, 8), (0.5, 6), (1, 6), (1.5, 4), (2, 4), (2.5, 2), (4, 2), (4.49, 2), (4.5, 0))),
    "disputes": (
        16,
        (
            (0.00199, 16),
            (0.002, 14),
            (0.00299, 14),
            (0.003, 11),
            (0.00499, 11),
            (0.005, 7),
            (0.00749, 7),
            (0.0075, 4),
            (0.00999, 4),
            (0.01, 2),
            (0.01499, 2),
            (0.015, 0),
        ),
    ),
    "refunds": (8, ((0.0199, 8), (0.02, 6), (0.0399, 6), (0.04, 4), (0.08, 2), (0.1499, 2), (0.15, 0), (1.5, 0))),
    "payouts": (8, ((1, 8), (0.98, 8), (0.9799, 6), (0.95, 6), (0.9, 4), (0.8999, 2), (0.8, 2), (0.7999, 0))),
    "top_customer": (8, ((0.0999, 8), (0.1, 6), (0.1999, 6), (0.2, 4), (0.35, 2), (0.4999, 2), (0.5, 0), (1, 0))),
    "returning": (6, ((1, 6), (0.7, 6), (0.6999, 5), (0.5, 5), (0.3, 3), (0.2999, 2), (0.15, 2), (0.1499, 0))),
}


@pytest.mark.parametrize(
    ("factor", "value", "points"), [(name, v, p) for name, (_, cases) in BANDS.items() for v, p in cases]
)
def test_bands(factor: str, value: float, points: int) -> None:
    rule = LENDER_2.factor(factor)
    assert rule is not None
    assert rule.band(value).points == points


def test_maxima_add_to_100_and_neutrals_to_50() -> None:
    assert {factor.name: factor.max_points for factor in LENDER_2.factors} == {n: m for n, (m, _) in BANDS.items()}
    assert sum(factor.max_points for factor in LENDER_2.factors) == 100
    assert all(factor.neutral == factor.max_points / 2 == factor.best.points / 2 for factor in LENDER_2.factors)


def test_rulebooks_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        LENDER_2.factors[0].max_points = 99  # type: ignore[misc]


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (0, Tier.NOT_READY),
        (40, Tier.NOT_READY),
        (41, Tier.IMPROVING),
        (70, Tier.IMPROVING),
        (71, Tier.FUNDING_READY),
        (85, Tier.FUNDING_READY),
        (86, Tier.HIGHLY_ATTRACTIVE),
        (100, Tier.HIGHLY_ATTRACTIVE),
    ],
)
def test_tiers(score: int, expected: Tier) -> None:
    assert tier(score) is expected


def test_tiers_read_as_people_write_them() -> None:
    assert [tier.label for tier in Tier] == ["Not ready", "Improving", "Funding-ready", "Highly attractive"]


def assessed(history: History, as_of: dt.date = AS_OF) -> Assessment:
    assessment = assess(history, as_of)
    assert assessment is not None
    return assessment


def lines(history: History, as_of: dt.date = AS_OF) -> dict[str, Contribution]:
    return {line.factor: line for line in assessed(history, as_of).contributions}


def one_day(**fields: Any) -> History:
    """A year of history: a sale at its beginning, and everything else on the last day."""
    start = DayActivity(day=AS_OF - dt.timedelta(days=399), charge_count=1, gross_minor=100)
    return history_of(start, DayActivity(day=AS_OF, **fields))


def test_without_a_charge_there_is_no_score() -> None:
    assert assess(history_of(), AS_OF) is None
    assert assess(history_of(DayActivity(day=AS_OF, failed_count=3, payout_due_count=1)), AS_OF) is None
    assert assess(one_day(charge_count=1), AS_OF - dt.timedelta(days=400)) is None


def test_an_unknown_rulebook_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"lender-9.*baseline-1, lender-2"):
        assess(history_of(), AS_OF, "lender-9")


def test_scale_is_net_per_month_of_the_days_there_are() -> None:
    sales = one_day(charge_count=1, gross_minor=1_000_000, refunded_minor=50_000, chargeback_minor=50_000)
    assert lines(sales)["scale"].value == pytest.approx(9000 / 91 * 30.4375, rel=1e-15)
    young = history_of(DayActivity(day=AS_OF - dt.timedelta(days=9), charge_count=1, gross_minor=100_000))
    assert lines(young)["scale"].value == pytest.approx(1000 / 10 * 30.4375, rel=1e-15)


@pytest.mark.parametrize(
    ("currency", "minor", "usd"), [("eur", 1_000_000, 10_389.0), ("jpy", 16_306, 103.89), ("usd", 1_000_000, 10_000)]
)
def test_scale_compares_in_usd_at_the_dated_rate(currency: str, minor: int, usd: float) -> None:
    day = DayActivity(day=AS_OF, charge_count=1, gross_minor=minor)
    assert lines(history_of(day, currency=currency))["scale"].value == pytest.approx(usd * 30.4375, rel=1e-15)


def test_scale_is_neutral_in_a_currency_without_a_rate_and_caps_nothing() -> None:
    line = lines(history_of(DayActivity(day=AS_OF, charge_count=1, gross_minor=10), currency="kwd"))["scale"]
    assert (line.value, line.points, line.confidence) == (None, 6, 0)


def test_disputes_are_shrunk_over_180_days() -> None:
    line = lines(one_day(charge_count=1500, chargeback_count=6))["disputes"]
    assert line.value == 8.5 / 2000
    assert (line.points, line.confidence) == (11, 1500 / 2000)
    assert line.evidence == tuple(
        f"days:{field}:{AS_OF - dt.timedelta(days=179)}:{AS_OF}" for field in ("chargeback_count", "charge_count")
    )
    # On the threshold itself: 2.5/1250 is two per mille exactly, and that is not below it.
    assert lines(one_day(charge_count=750))["disputes"].points == 14
    assert lines(one_day(charge_count=751))["disputes"].points == 16


@pytest.mark.parametrize(("count", "said"), [(1, "There was 1 chargeback on"), (6, "There were 6 chargebacks on")])
def test_one_chargeback_is_told_as_one(count: int, said: str) -> None:
    assert lines(one_day(charge_count=1500, chargeback_count=count))["disputes"].reason.startswith(said)


def test_disputes_leave_the_window_after_180_days() -> None:
    history = one_day(charge_count=1500, chargeback_count=6)
    before, after = (AS_OF + dt.timedelta(days=days) for days in (179, 180))
    assert lines(history, before)["disputes"].value == 8.5 / 2000
    line = lines(history, after)["disputes"]
    assert (line.value, line.points, line.confidence) == (None, 8, 0)


def test_refunds_are_shrunk_by_value_over_90_days() -> None:
    line = lines(one_day(charge_count=150, gross_minor=100_000, refunded_minor=5_000))["refunds"]
    assert line.value == pytest.approx((0.05 * 150 + 2) / 200, rel=1e-15)
    assert (line.points, line.confidence) == (4, 0.75)
    assert "Refunds are 5 % of sales over the last 90 days" in line.reason
    assert "below 2 % would earn the full 8 points" in line.reason


def test_payouts_are_shrunk_and_weighted_by_amount() -> None:
    fields = {"payout_due_count": 10, "payout_due_minor": 1000, "payout_ok_count": 9, "payout_ok_minor": 500}
    line = lines(one_day(charge_count=1, **fields))["payouts"]
    assert line.value == pytest.approx((5 + 9.5) / 20, rel=1e-15)
    assert (line.points, line.confidence) == (0, 0.5)
    assert lines(one_day(charge_count=1))["payouts"].points == 4


def test_customers_need_70_percent_of_revenue() -> None:
    known = {"charge_count": 5, "gross_minor": 1000, "customers": {"a": 300, "b": 400}, "returning_minor": 210}
    line = lines(one_day(identified_minor=700, **known))
    assert (line["top_customer"].value, line["top_customer"].points) == (400 / 700, 0)
    assert (line["returning"].value, line["returning"].points) == (0.3, 3)
    unknown = lines(one_day(identified_minor=699, **known))
    for factor, neutral in (("top_customer", 4), ("returning", 3)):
        assert (unknown[factor].value, unknown[factor].points, unknown[factor].confidence) == (None, neutral, 0)


def test_returning_needs_60_days_of_history() -> None:
    day = DayActivity(
        day=AS_OF, charge_count=1, gross_minor=100, identified_minor=100, returning_minor=80, customers={"a": 100}
    )
    for days, value in ((59, None), (60, 0.8)):
        first = DayActivity(day=AS_OF - dt.timedelta(days=days - 1), charge_count=1)
        assert lines(history_of(first, day))["returning"].value == value


WEEKLY = ("trend", "steadiness", "continuity")


@pytest.mark.parametrize(("weeks", "weight"), [(7, 0), (8, 0.5), (9, 0.625), (11, 0.875), (12, 1), (26, 1), (40, 1)])
def test_weekly_factors_gain_weight_from_8_to_12_weeks(weeks: int, weight: float) -> None:
    line = lines(weekly_history([100_000] * weeks))
    best = {"trend": 7, "steadiness": 12, "continuity": 8}  # flat, even, without a gap
    for factor in WEEKLY:
        neutral = line[factor].max_points / 2
        assert line[factor].confidence == weight
        assert line[factor].points == neutral + weight * (best[factor] - neutral)
        assert (line[factor].value is None) == (weight == 0)


@pytest.mark.parametrize(
    ("growth", "points"), [(0.05, 14), (0.02, 12), (0.005, 10), (0, 7), (-0.01, 4), (-0.04, 2), (-0.08, 0)]
)
def test_steady_growth_is_measured_as_such(growth: float, points: int) -> None:
    weeks = [round(10_000_000 * (1 + growth) ** (i / 4)) for i in range(26)]
    line = lines(weekly_history(weeks))["trend"]
    assert line.points == points
    # The floor under the logarithm takes a little off.
    assert line.value == pytest.approx(growth, rel=0.08, abs=1e-9)


def test_noise_without_growth_is_no_trend() -> None:
    assert lines(weekly_history([100, 300, 200, 150, 250, 180, 220, 90] * 3))["trend"].value == 0


def test_a_shop_that_sells_on_weekdays_only_is_perfectly_steady() -> None:
    days = [AS_OF - dt.timedelta(days=n) for n in range(182)]
    history = history_of(*(DayActivity(day=d, charge_count=1, gross_minor=5000) for d in days if d.weekday() < 5))
    line = lines(history, max(d for d in days if d.weekday() == 6))
    assert (line["steadiness"].value, line["steadiness"].points) == (0, 12)


def test_steadiness_is_the_sample_variation_with_its_small_sample_correction() -> None:
    weeks = [90_000, 110_000] * 13
    expected = 0.1 * math.sqrt(26 / 25) * (1 + 1 / 104)
    assert lines(weekly_history(weeks))["steadiness"].value == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("weeks", "weak", "points"), [(26, 0, 8), (26, 1, 6), (26, 2, 4), (26, 4, 2), (26, 5, 0), (13, 1, 4), (13, 3, 0)]
)
def test_continuity_counts_weak_weeks_per_half_year(weeks: int, weak: int, points: int) -> None:
    line = lines(weekly_history([1000] + [249] * weak + [1000] * (weeks - weak - 1)))["continuity"]
    assert (line.value, line.points) == (weak * 26 / weeks, points)
    # A quarter of the usual week is not below it.
    assert lines(weekly_history([1000] + [250] * weak + [1000] * (weeks - weak - 1)))["continuity"].value == 0


def test_when_most_weeks_are_empty_the_trend_is_missing_and_steadiness_at_its_worst() -> None:
    line = lines(weekly_history([100_000] + [0] * 15 + [100_000] * 10))
    assert (line["trend"].value, line["trend"].points, line["trend"].confidence) == (None, 7, 0)
    assert (line["steadiness"].value, line["steadiness"].points) == (None, 0)
    assert (line["continuity"].value, line["continuity"].points) == (15, 0)


def thriving(days: int = 400, **last_day: Any) -> History:
    """A history that is best in everything that does not take `days`; `last_day` overrides fields of its last day."""
    history = []
    for n in range(days):
        day = AS_OF - dt.timedelta(days=days - 1 - n)
        gross = round(200_000 * 1.002**n)
        fields: dict[str, Any] = {
            "charge_count": 40,
            "gross_minor": gross,
            "identified_minor": gross,
            "returning_minor": gross * 3 // 4 if n > 30 else 0,
            "customers": {f"cus_{c}": gross // 40 for c in range(40)},
            "payout_due_count": 1,
            "payout_due_minor": gross,
            "payout_ok_count": 1,
            "payout_ok_minor": gross,
        }
        history.append(DayActivity(day=day, **(fields | (last_day if day == AS_OF else {}))))
    return history_of(*history)


def test_best_in_everything_is_100_without_a_cap() -> None:
    assessment = assessed(thriving())
    assert (assessment.score, assessment.tier) == (100, Tier.HIGHLY_ATTRACTIVE)
    assert {line.factor for line in assessment.contributions} == set(BANDS)
    assert assessment.components == dict.fromkeys(
        ["revenue_scale", "growth", "revenue_stability", "risk_signals", "payout_reliability", "customer_base"], 1.0
    )


def caps(assessment: Assessment) -> dict[str, float]:
    return {line.factor: line.points for line in assessment.contributions if line.factor.startswith("cap_")}


@pytest.mark.parametrize(("days", "score", "cap"), [(89, 70, -21.0), (90, 94, None)])
def test_short_history_caps_at_70(days: int, score: int, cap: float | None) -> None:
    assessment = assessed(thriving(days))
    assert assessment.score == score
    assert caps(assessment).get("cap_history") == cap


def test_small_revenue_caps_at_70() -> None:
    small = history_of(
        *(
            DayActivity(
                day=day.day,
                charge_count=40,
                gross_minor=3000,
                identified_minor=3000,
                returning_minor=2900,
                customers={f"cus_{n}": 75 for n in range(40)},
                payout_due_count=1,
                payout_due_minor=1,
                payout_ok_count=1,
                payout_ok_minor=1,
            )
            for day in thriving().days
        )
    )
    assessment = assessed(small)
    assert lines(small)["scale"].points == 0
    assert (assessment.score, caps(assessment)) == (70, {"cap_scale": -11.0})


@pytest.mark.parametrize(("chargebacks", "score"), [(68, 88), (69, 70), (128, 70), (129, 40)])
def test_chargebacks_that_are_no_chance_cap_at_70_and_at_40(chargebacks: int, score: int) -> None:
    # Wilson's lower bound exceeds p exactly when d/n > p + z·√(p(1−p)/n): with 7,200 sales from 68.3 and 128.2 on.
    for limit, count in ((0.0075, 68.35), (0.015, 128.22)):
        assert 7200 * (limit + 1.96 * math.sqrt(limit * (1 - limit) / 7200)) == pytest.approx(count, abs=0.01)
    assessment = assessed(thriving(chargeback_count=chargebacks))
    assert assessment.score == score
    assert ("cap_chargebacks" in caps(assessment)) == (score < 88)


def test_fewer_than_five_chargebacks_cap_nothing() -> None:
    few = one_day(charge_count=100, chargeback_count=4)
    assert "cap_chargebacks" not in caps(assessed(few))


def test_no_sale_in_30_days_caps_at_40() -> None:
    quiet = AS_OF + dt.timedelta(days=30)
    assert "cap_no_sales" not in caps(assessed(thriving(), quiet - dt.timedelta(days=1)))
    assessment = assessed(thriving(), quiet)
    assert assessment.score == 40
    assert caps(assessment)["cap_no_sales"] < 0


def test_little_data_caps_at_70_and_85() -> None:
    # One large sale a month for two years, no customers, no payouts: confidence is a little above one half.
    days = [DayActivity(day=AS_OF - dt.timedelta(days=28 * n), charge_count=1, gross_minor=10**9) for n in range(26)]
    assessment = assessed(history_of(*days))
    assert assessment.confidence < 0.5
    assert assessment.score <= 70


def test_confidence_is_the_share_of_points_that_rest_on_data() -> None:
    line = lines(thriving())
    expected = sum(each.max_points * each.confidence for each in line.values()) / 100
    assert assessed(thriving()).confidence == pytest.approx(expected)
    assert line["disputes"].confidence == 7200 / 7700

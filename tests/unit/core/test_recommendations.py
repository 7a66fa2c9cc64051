import datetime as dt
from typing import Any

import pytest

from support.histories import AS_OF, history_of, weekly_history
from vaultra_core import Advice, DayActivity, History, assess, recommend, simulate
from vaultra_core.domain.readiness.baseline_1 import BASELINE_1
from vaultra_core.domain.readiness.lender_2 import LENDER_2
from vaultra_core.domain.readiness.rules import Rulebook
from vaultra_core.domain.recommendations.base import Category, Priority
from vaultra_core.domain.recommendations.catalogue import FACTORS_OF, RULES
from vaultra_core.domain.recommendations.situation import estimated_impact, priority
from vaultra_core.errors import InvalidInput, Unprocessable


def shop(recent: dict[str, Any] | None = None, **every_day: Any) -> History:
    """A year of a healthy shop; `every_day` overrides fields of all days, `recent` those of the last 30."""
    history = []
    for back in range(365):
        fields: dict[str, Any] = {
            "charge_count": 20,
            "gross_minor": 100_000,
            "identified_minor": 100_000,
            "returning_minor": 80_000,
            "customers": {f"cus_{n}": 5_000 for n in range(20)},
            "payout_due_count": 1,
            "payout_due_minor": 90_000,
            "payout_ok_count": 1,
            "payout_ok_minor": 90_000,
        } | every_day
        if back < 30:
            fields |= recent or {}
        history.append(DayActivity(day=AS_OF - dt.timedelta(days=back), **fields))
    return history_of(*history)


def advice(history: History, rulebook: str = "lender-2") -> dict[str, Advice]:
    return {each.key: each for each in recommend(history, AS_OF, rulebook)}


def raw_score(history: History, rulebook: str = "lender-2") -> float:
    assessment = assess(history, AS_OF, rulebook)
    assert assessment is not None
    return assessment.raw_score


def test_a_healthy_shop_hears_only_of_growth() -> None:
    assert set(advice(shop())) == {"restart_growth"}  # flat, at 30,000 a month


# A history in which each factor is below its best, and the rule that speaks of it.
BELOW_BEST: dict[str, tuple[History, str]] = {
    "scale": (shop(gross_minor=20_000, identified_minor=20_000), "raise_revenue"),
    "trend": (shop(), "restart_growth"),
    "steadiness": (weekly_history([80_000, 120_000] * 13), "smooth_revenue"),
    "continuity": (weekly_history([100_000] * 12 + [0] + [100_000] * 13), "close_gaps"),
    "disputes": (history_of(*shop().days[:-60], DayActivity(day=AS_OF, charge_count=900, chargeback_count=15)), ""),
    "refunds": (shop(refund_count=1, refunded_minor=9_000), "lower_refunds"),
    "payouts": (shop(payout_ok_minor=80_000), "secure_payouts"),
    "top_customer": (shop(customers={"big": 45_000, "small": 5_000}), "spread_customers"),
    "returning": (shop(returning_minor=40_000), "win_back_customers"),
}
BELOW_BEST["disputes"] = (shop(recent={}, chargeback_count=0), "lower_disputes")
_DAYS = list(BELOW_BEST["disputes"][0].days)
_DAYS[-100] = DayActivity(day=_DAYS[-100].day, charge_count=20, gross_minor=100_000, chargeback_count=20)
BELOW_BEST["disputes"] = (history_of(*_DAYS), "lower_disputes")


@pytest.mark.parametrize("factor", BELOW_BEST)
def test_every_factor_that_an_owner_can_act_on_has_a_rule(factor: str) -> None:
    history, key = BELOW_BEST[factor]
    assessment = assess(history, AS_OF)
    assert assessment is not None
    line = next(line for line in assessment.contributions if line.factor == factor)
    assert line.points < line.max_points
    found = advice(history)[key]
    assert found.impact_points > 0
    assert found.severity > 0
    # The step to take, the figure now, the figure to reach, and by when.
    assert found.description.count(".") >= 3
    assert str(found.metric_refs["as_of"]) == AS_OF.isoformat()
    assert any(character.isdigit() for character in found.description)
    assert " 2025" in found.description, found.description


def test_the_factors_without_a_rule_are_those_that_only_time_improves() -> None:
    assert {factor.name for factor in LENDER_2.factors} - BELOW_BEST.keys() == {"history"}


def test_impact_is_the_simulated_difference() -> None:
    history = shop(returning_minor=40_000)
    found = advice(history)["win_back_customers"]
    target = found.metric_refs["target_returning"]
    assert isinstance(target, float)
    simulated = simulate(history, AS_OF, {"returning": target})
    assert simulated is not None
    assert found.impact_points == simulated.raw_score - raw_score(history) == 3


def test_more_than_two_percent_chargebacks_raise_the_first_alarm_and_silence_the_milder_one() -> None:
    spike = shop(recent={"chargeback_count": 1})  # 30 on 600 sales
    found = advice(spike)
    assert "lower_disputes" not in found
    alarm = found["reduce_chargebacks"]
    assert (alarm.title, alarm.category) == ("Reduce chargebacks", Category.RISK)
    assert "30 chargebacks on 600 sales" in alarm.description
    assert "at most 12" in alarm.description
    assert alarm.metric_refs["chargeback_ratio"] == 0.05
    at_two_percent = history_of(*shop().days[:-1], DayActivity(day=AS_OF, charge_count=20, chargeback_count=12))
    assert "reduce_chargebacks" not in advice(at_two_percent)


@pytest.mark.parametrize("rulebook", ["lender-2", "baseline-1"])
def test_the_four_rules_of_the_first_specification_hold_under_both_rulebooks(rulebook: str) -> None:
    troubled = weekly_history(
        [100_000, 1_000, 1_000, 1_000] * 7,
        chargeback_count=2,
        payout_due_count=4,
        payout_due_minor=400,
        payout_ok_count=1,
        payout_ok_minor=100,
    )
    found = advice(troubled, rulebook)
    titles = {
        "reduce_chargebacks": "Reduce chargebacks",
        "stabilize_revenue": "Stabilize revenue streams",
        "improve_payouts": "Improve payout timing",
        "focus_core": "Focus on core metrics",
    }
    assert {key: found[key].title for key in titles} == titles
    assert found["improve_payouts"].category is Category.CASH_FLOW
    assert found["focus_core"].impact_points > 0


def test_focus_core_speaks_below_50_only() -> None:
    assert raw_score(shop()) >= 50
    assert "focus_core" not in advice(shop())


def test_a_threshold_that_nears_is_warned_of_before_it_is_crossed() -> None:
    rising = shop(recent={"charge_count": 10})
    days = [*rising.days[:-1], DayActivity(day=AS_OF, charge_count=10, gross_minor=100_000, chargeback_count=5)]
    warned = advice(history_of(*days))["dispute_warning"]
    assert warned.metric_refs["disputes"] == 7.5 / 3800
    assert warned.metric_refs["disputes_if_repeated"] == (10 + 2.5) / (3800 - 300)
    assert warned.impact_points == 5  # from 16 points to 11
    assert "into a worse band" in warned.description
    refunds = advice(shop(recent={"refunded_minor": 5_000}))["refund_warning"]
    assert refunds.impact_points > 0
    assert not {"dispute_warning", "refund_warning"} & advice(shop(refunded_minor=2_000)).keys()


def test_no_advice_for_a_factor_without_data_but_to_get_the_data() -> None:
    anonymous = shop(identified_minor=20_000)
    found = advice(anonymous)
    assert not {"spread_customers", "win_back_customers"} & found.keys()
    assert found["identify_customers"].category is Category.DATA
    assert found["identify_customers"].impact_points == 0
    young = history_of(DayActivity(day=AS_OF, charge_count=1, gross_minor=100))
    assert not {"smooth_revenue", "close_gaps", "restart_growth", "secure_payouts"} & advice(young).keys()


def test_nobody_is_told_to_have_fewer_chargebacks_than_none() -> None:
    few_sales = history_of(DayActivity(day=AS_OF, charge_count=50, gross_minor=100_000))
    line = {line.factor: line for line in getattr(assess(few_sales, AS_OF), "contributions")}  # noqa: B009
    assert line["disputes"].points < 16
    assert "lower_disputes" not in advice(few_sales)


@pytest.mark.parametrize(
    ("impact", "level", "text"),
    [
        (0, Priority.LOW, "no points by itself"),
        (0.5, Priority.LOW, "up to +1 point"),
        (3, Priority.LOW, "+1-5 points"),
        (5, Priority.MEDIUM, "+5-10 points"),
        (10, Priority.MEDIUM, "+5-10 points"),
        (10.5, Priority.HIGH, "+10-15 points"),
        (23, Priority.HIGH, "+20-25 points"),
    ],
)
def test_priority_and_words_follow_the_impact(impact: float, level: Priority, text: str) -> None:
    assert (priority(impact), estimated_impact(impact)) == (level, text)


def test_a_rules_name_is_its_key() -> None:
    seen = {each.key for history, _ in BELOW_BEST.values() for each in recommend(history, AS_OF)}
    assert seen <= RULES.keys()


def test_what_if_refuses_what_cannot_be() -> None:
    with pytest.raises(InvalidInput, match="no metric 'luck'"):
        simulate(shop(), AS_OF, {"luck": 1})
    for value in (float("nan"), -0.1):
        with pytest.raises(Unprocessable):
            simulate(shop(), AS_OF, {"disputes": value})
    with pytest.raises(Unprocessable):
        simulate(shop(), AS_OF, {"payouts": 1.01})


def test_a_lower_dispute_ratio_lifts_the_cap_that_it_caused() -> None:
    spike = shop(recent={"chargeback_count": 4})
    before = assess(spike, AS_OF)
    after = simulate(spike, AS_OF, {"disputes": 0.0019})
    assert before is not None
    assert after is not None
    assert "cap_chargebacks" in {line.factor for line in before.contributions}
    assert "cap_chargebacks" not in {line.factor for line in after.contributions}
    assert after.raw_score > before.raw_score + 16


@pytest.mark.parametrize("book", [BASELINE_1, LENDER_2], ids=lambda book: book.name)
def test_every_lever_of_a_rulebook_has_a_rule_that_pulls_it(book: Rulebook) -> None:
    assert FACTORS_OF.keys() == RULES.keys()
    pulled = frozenset[str]().union(*FACTORS_OF.values())
    assert {factor.name for factor in book.factors if factor.effort is not None} <= pulled

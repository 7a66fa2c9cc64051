import datetime as dt

import pytest

from support.histories import AS_OF, history_of, weekly_history
from vaultra_core import DayActivity, metrics
from vaultra_core.domain.activity import History


def day(back: int, **fields: int) -> DayActivity:
    return DayActivity(day=AS_OF - dt.timedelta(days=back), **fields)  # type: ignore[arg-type]


def test_without_data_there_are_no_made_up_numbers() -> None:
    snapshot = metrics(history_of(), AS_OF)
    assert (snapshot.period_start, snapshot.period_end) == (dt.date(2025, 6, 1), AS_OF)
    assert (snapshot.revenue_total_minor, snapshot.transaction_count) == (0, 0)
    nothing = ["average_transaction_size_minor", "revenue_volatility", "chargeback_ratio", "refund_ratio"]
    assert {getattr(snapshot, name) for name in (*nothing, "payout_reliability", "mrr_minor")} == {None}
    assert snapshot.extra.chargeback_ratio_interval is None
    assert snapshot.extra.monthly_average_minor is None


def test_the_period_is_thirty_days_that_end_with_as_of() -> None:
    history = history_of(
        day(30, charge_count=100, gross_minor=10_000),
        day(29, charge_count=1, gross_minor=300),
        day(0, charge_count=3, gross_minor=501, refund_count=1, refunded_minor=100, chargeback_count=1),
        day(-1, charge_count=100, gross_minor=10_000),
    )
    snapshot = metrics(history, AS_OF)
    assert (snapshot.revenue_total_minor, snapshot.transaction_count) == (801, 4)
    assert snapshot.average_transaction_size_minor == 200  # 200.25
    assert (snapshot.refund_ratio, snapshot.chargeback_ratio) == (0.25, 0.25)
    assert snapshot.extra.net_revenue_minor == 701


def test_half_a_cent_is_rounded_up() -> None:
    snapshot = metrics(history_of(day(0, charge_count=2, gross_minor=5)), AS_OF)
    assert snapshot.average_transaction_size_minor == 3


def test_payouts_are_counted_and_those_that_can_still_fail_are_shown() -> None:
    # 2025-06-30 is a Monday; five business days after Monday the 23rd.
    history = history_of(
        day(7, payout_due_count=1, payout_ok_count=1),
        day(6, payout_due_count=2, payout_ok_count=1),
        day(0, payout_due_count=1, payout_ok_count=1),
    )
    snapshot = metrics(history, AS_OF)
    assert snapshot.payout_reliability == 0.75
    assert snapshot.extra.payouts_not_final == 2


def weekday_shop(weeks: int) -> History:
    days = [AS_OF - dt.timedelta(days=n) for n in range(7 * weeks)]
    return history_of(*(DayActivity(day=d, charge_count=1, gross_minor=100) for d in days if d.weekday() < 5))


def test_a_shop_that_takes_the_same_every_weekday_has_no_volatility() -> None:
    last_sunday = dt.date(2025, 6, 29)
    assert metrics(weekday_shop(20), last_sunday).revenue_volatility == 0


def test_volatility_looks_at_thirteen_complete_weeks_and_needs_four() -> None:
    assert metrics(weekly_history([100] * 3), AS_OF).revenue_volatility is None
    assert metrics(weekly_history([100] * 4), AS_OF).revenue_volatility == 0
    assert metrics(weekly_history([9999] + [100] * 13), AS_OF).revenue_volatility == 0
    assert metrics(weekly_history([9999] + [100] * 12), AS_OF).revenue_volatility != 0
    # A week that is not complete does not count: after one more day the weeks begin one day later.
    assert metrics(weekly_history([100] * 4), AS_OF - dt.timedelta(days=1)).revenue_volatility is None


def test_volatility_is_the_population_deviation_over_the_mean() -> None:
    assert metrics(weekly_history([50, 150, 50, 150]), AS_OF).revenue_volatility == 0.5


def test_shares_of_customers_are_of_revenue_that_has_one() -> None:
    known = DayActivity(
        day=AS_OF,
        charge_count=4,
        gross_minor=2000,
        failed_count=1,
        identified_minor=1000,
        returning_minor=250,
        customers={"a": 500, "b": 500},
    )
    extra = metrics(history_of(known), AS_OF).extra
    assert (extra.top_customer_share, extra.effective_customers, extra.returning_share) == (0.5, 2, 0.25)
    assert extra.failed_charge_ratio == 0.2


@pytest.mark.parametrize(("days", "expected"), [(91, 10_000 * 30.4375 / 91), (10, 10_000 * 30.4375 / 10)])
def test_the_monthly_average_takes_the_days_there_are(days: int, expected: float) -> None:
    history = history_of(day(days - 1, charge_count=1, gross_minor=10_000))
    assert metrics(history, AS_OF).extra.monthly_average_minor == round(expected)

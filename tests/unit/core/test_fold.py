import datetime as dt

import pytest

from support.histories import at, charge, dispute, payout, refund, transaction
from vaultra_core.domain.activity import CUSTOMERS_KEPT, DayActivity
from vaultra_core.domain.fold import fold, fold_days
from vaultra_core.domain.ledger import ChargeStatus, DisputeStatus, LedgerObject, PayoutStatus, Record, RefundStatus

NOON = at("2025-06-02")


def day_of(*objects: LedgerObject, currency: str = "usd") -> DayActivity:
    """The only day that some objects fall on."""
    (day,) = fold_days(objects, currency=currency)
    return day


def test_a_charge_counts_with_its_captured_amount_and_only_if_it_succeeded_and_was_captured() -> None:
    day = day_of(
        charge(1, NOON, 700),
        charge(2, NOON, 0, captured=False),
        charge(3, NOON, 500, status=ChargeStatus.FAILED, captured=False),
        charge(4, NOON, 500, status=ChargeStatus.PENDING),
    )
    assert (day.charge_count, day.gross_minor, day.failed_count) == (1, 700, 1)


def test_only_refunds_that_succeeded_count_once_each_with_their_amount() -> None:
    states = [refund(i, NOON, 100, status=status) for i, status in enumerate(RefundStatus)]
    day = day_of(charge(1, NOON), *states, refund(9, NOON, 250))
    assert (day.refund_count, day.refunded_minor) == (2, 350)


def test_releasing_an_authorisation_is_no_refund() -> None:
    assert fold_days([charge(1, NOON, 0, captured=False), refund(1, NOON, charge="ch_1")], currency="usd") == ()


@pytest.mark.parametrize(
    ("status", "chargebacks", "won"),
    [
        (DisputeStatus.WARNING_NEEDS_RESPONSE, 0, 0),
        (DisputeStatus.WARNING_UNDER_REVIEW, 0, 0),
        (DisputeStatus.WARNING_CLOSED, 0, 0),
        (DisputeStatus.PREVENTED, 0, 0),
        (DisputeStatus.NEEDS_RESPONSE, 1, 0),
        (DisputeStatus.UNDER_REVIEW, 1, 0),
        (DisputeStatus.LOST, 1, 0),
        (DisputeStatus.WON, 1, 1),
    ],
)
def test_inquiries_are_no_chargebacks_and_won_disputes_still_are(
    status: DisputeStatus, chargebacks: int, won: int
) -> None:
    day = day_of(charge(1, NOON), dispute(1, NOON, status=status), dispute(2, NOON))
    assert (day.chargeback_count, day.chargeback_won_count) == (chargebacks + 1, won)


def test_an_inquiry_that_escalates_counts_on_its_first_day() -> None:
    seen = [
        Record(state=dispute(1, NOON, status=DisputeStatus.WARNING_NEEDS_RESPONSE), observed_at=NOON),
        Record(state=dispute(1, NOON, status=DisputeStatus.NEEDS_RESPONSE), observed_at=NOON + 9 * 86_400),
    ]
    (day,) = fold_days(seen, currency="usd")
    assert (day.day, day.chargeback_count) == (dt.date(2025, 6, 2), 1)


def test_payouts_are_due_on_their_arrival_date_unless_cancelled_or_negative() -> None:
    objects = [
        payout(1, "2025-06-04", 5000),
        payout(2, "2025-06-04", 3000, status=PayoutStatus.FAILED),
        payout(3, "2025-06-04", 2000, status=PayoutStatus.IN_TRANSIT),
        payout(4, "2025-06-04", 1000, status=PayoutStatus.CANCELED),
        payout(5, "2025-06-04", -4000),
    ]
    # The date is one in UTC, wherever the business is.
    (day,) = fold_days(objects, currency="usd", timezone="America/Los_Angeles")
    assert day.day == dt.date(2025, 6, 4)
    assert (day.payout_due_count, day.payout_due_minor) == (3, 10_000)
    assert (day.payout_ok_count, day.payout_ok_minor) == (1, 5000)


@pytest.mark.parametrize(("paid", "ok"), [("2025-06-03", 1), ("2025-06-04", 1), ("2025-06-05", 0)])
def test_a_payout_is_in_time_when_it_was_paid_by_its_arrival_date(paid: str, ok: int) -> None:
    assert day_of(payout(1, "2025-06-04", milestones={"paid": at(paid, 23)})).payout_ok_count == ok


def test_a_payout_that_failed_after_it_was_paid_is_not_ok() -> None:
    milestones = {"paid": at("2025-06-04"), "failed": at("2025-06-06")}
    assert day_of(payout(1, "2025-06-04", status=PayoutStatus.FAILED, milestones=milestones)).payout_ok_count == 0


def test_foreign_amounts_take_the_rate_of_their_charge_and_are_estimated_until_it_is_known() -> None:
    sale = charge(1, NOON, 1000, currency="eur", balance_transaction="txn_1")
    others = [refund(1, NOON, 500, currency="eur", charge="ch_1"), dispute(1, NOON, 300, currency="eur", charge="ch_1")]
    known = day_of(sale, transaction(1, NOON, exchange_rate="1.25"), *others)
    assert (known.gross_minor, known.estimated_minor) == (1250, 0)
    assert (known.refunded_minor, known.chargeback_minor) == (625, 375)
    unknown = day_of(sale, *others)
    assert (unknown.gross_minor, unknown.estimated_minor) == (1039, 1039)  # 10.389 at the reference rate
    assert (unknown.refunded_minor, unknown.chargeback_minor) == (519, 312)


def test_a_currency_without_any_rate_is_counted_and_its_amount_is_left_out_and_said() -> None:
    day = day_of(charge(1, NOON, 700), charge(2, NOON, 9999, currency="xxx", customer="cus_1"))
    assert (day.charge_count, day.gross_minor, day.identified_minor, day.unconverted_count) == (2, 700, 0, 1)


@pytest.mark.parametrize(
    ("source", "target", "minor", "rate", "expected"),
    [
        ("jpy", "usd", 1000, "0.0065", 650),
        ("usd", "jpy", 650, "150", 975),
        ("kwd", "usd", 1000, "3.25", 325),
        ("usd", "kwd", 325, "0.3", 975),
        ("eur", "usd", 1, "0.5", 1),  # half a cent, rounded up
    ],
)
def test_conversion_respects_the_exponents_of_both_currencies(
    source: str, target: str, minor: int, rate: str, expected: int
) -> None:
    sale = charge(1, NOON, minor, currency=source, balance_transaction="txn_1")
    settled = transaction(1, NOON, currency=target, exchange_rate=rate)
    assert day_of(sale, settled, currency=target).gross_minor == expected


def test_a_day_is_a_calendar_day_over_there_also_when_the_clocks_change() -> None:
    late = int(dt.datetime(2025, 3, 30, 21, 59, 59, tzinfo=dt.UTC).timestamp())  # 23:59:59 in Vienna, in summer time
    days = fold_days([charge(1, late), charge(2, late + 1)], currency="usd", timezone="Europe/Vienna")
    assert [day.day for day in days] == [dt.date(2025, 3, 30), dt.date(2025, 3, 31)]


def test_a_customer_returns_when_the_first_charge_is_more_than_thirty_days_older() -> None:
    month = 30 * 86_400
    sales = [charge(i, NOON + after, 100 * 10**i, customer="cus_1") for i, after in enumerate((0, month, month + 1))]
    assert [day.returning_minor for day in fold_days(sales, currency="usd")] == [0, 10_000]


def test_a_slice_knows_its_customers_from_outside() -> None:
    sale = charge(1, NOON, 500, customer="cus_1")
    (day,) = fold_days([sale], currency="usd", first_charges={"cus_1": NOON - 31 * 86_400})
    assert day.returning_minor == 500


def test_a_day_keeps_its_largest_customers_only() -> None:
    sales = [charge(i, NOON, 1000 + i, customer=f"cus_{i}") for i in range(100)]
    day = day_of(*sales)
    assert len(day.customers) == CUSTOMERS_KEPT
    assert min(day.customers.values()) == 1000 + 100 - CUSTOMERS_KEPT
    assert day.identified_minor == sum(sale.amount_minor for sale in sales)


def test_sums_over_any_stretch_equal_plain_ones() -> None:
    sales = [charge(i, at("2025-01-01") + i * 86_400 * 3, 100 + i) for i in range(20)]
    history = fold(sales, currency="usd")
    first, last = dt.date(2025, 1, 5), dt.date(2025, 2, 11)
    expected = sum(day.gross_minor for day in history.days if first <= day.day <= last)
    assert history.total("gross_minor", first, last) == expected > 0
    assert history.total("gross_minor", dt.date(1999, 1, 1), dt.date(2030, 1, 1)) == sum(s.amount_minor for s in sales)
    assert history.total("gross_minor", dt.date(2026, 1, 1), dt.date(2026, 2, 1)) == 0
    assert history.total("gross_minor", dt.date(1999, 1, 1), dt.date(1999, 2, 1)) == 0
    assert fold([], currency="usd").total("gross_minor", first, last) == 0

import datetime as dt
from typing import Any

import pytest

from support.histories import AS_OF, at
from vaultra_core.domain.activity import History
from vaultra_core.domain.ledger import Discount, PriceTier, Subscription, SubscriptionItem, SubscriptionStatus
from vaultra_core.domain.mrr import recurring_revenue

LONG_AGO = at("2024-01-15")
DAY = 86_400
END = at(AS_OF, 0) + DAY  # the end of AS_OF


def item(**fields: Any) -> SubscriptionItem:
    defaults: dict[str, Any] = {"quantity": 1, "interval": "month", "interval_count": 1, "unit_amount": "1000"}
    return SubscriptionItem(id="si_1", **(defaults | fields))


def subscription(*items: SubscriptionItem, number: int = 1, **fields: Any) -> Subscription:
    defaults: dict[str, Any] = {"currency": "usd", "status": SubscriptionStatus.ACTIVE, "started_at": LONG_AGO}
    return Subscription(id=f"sub_{number}", created=LONG_AGO, items=items or (item(),), **(defaults | fields))


def mrr(*subscriptions: Subscription, as_of: dt.date = AS_OF, currency: str = "usd") -> int | None:
    return recurring_revenue(History(currency=currency, subscriptions=subscriptions), as_of).mrr_minor


def test_without_subscriptions_there_is_no_mrr_rather_than_zero() -> None:
    assert mrr() is None
    assert mrr(subscription(started_at=END)) is None
    assert mrr(subscription(status=SubscriptionStatus.PAUSED)) == 0


@pytest.mark.parametrize(
    ("interval", "count", "monthly"),
    [("month", 1, 1000), ("month", 3, 333), ("year", 1, 83), ("week", 1, 4348), ("week", 2, 2174), ("day", 1, 30_438)],
)
def test_intervals_are_brought_to_a_month(interval: str, count: int, monthly: int) -> None:
    assert mrr(subscription(item(interval=interval, interval_count=count))) == monthly


def test_items_add_up_before_anything_is_rounded() -> None:
    thirds = [subscription(item(interval_count=3), number=n) for n in range(3)]
    assert mrr(*thirds) == 1000
    assert mrr(subscription(item(quantity=7, unit_amount="0.5"), item(unit_amount="0.5"))) == 4


TIERS = (
    PriceTier(up_to=5, unit_amount="100", flat_amount="50"),
    PriceTier(up_to=10, unit_amount="80", flat_amount="20"),
    PriceTier(unit_amount="10"),
)


@pytest.mark.parametrize(
    ("quantity", "graduated", "volume"),
    [(0, 50, 50), (1, 150, 150), (5, 550, 550), (6, 650, 500), (10, 970, 820), (12, 990, 120)],
)
def test_tiers(quantity: int, graduated: int, volume: int) -> None:
    for mode, expected in (("graduated", graduated), ("volume", volume)):
        tiered = item(quantity=quantity, unit_amount=None, tiers_mode=mode, tiers=TIERS)
        assert mrr(subscription(tiered)) == expected


def test_a_price_that_was_not_shown_makes_mrr_unknown_rather_than_wrong() -> None:
    assert mrr(subscription(), subscription(item(unit_amount=None), number=2)) is None
    assert mrr(subscription(item(unit_amount=None, tiers_mode="volume"))) is None


@pytest.mark.parametrize(
    ("discount", "expected"),
    [
        (Discount(percent_off="25"), 1500),
        (Discount(percent_off="12.5"), 1750),
        (Discount(amount_off_minor=300), 1700),
        (Discount(amount_off_minor=9999), 0),
        (Discount(percent_off="25", ends_at=END), 1500),
        (Discount(percent_off="25", ends_at=END - 1), 2000),
        (Discount(percent_off="25", starts_at=END), 2000),
    ],
)
def test_discounts_in_force_lower_it(discount: Discount, expected: int) -> None:
    assert mrr(subscription(item(quantity=2), discounts=(discount,))) == expected


def test_an_amount_off_comes_with_every_bill_and_a_discount_of_an_item_is_its_own() -> None:
    yearly = item(interval="year", unit_amount="12000")
    assert mrr(subscription(yearly, discounts=(Discount(amount_off_minor=1200),))) == 900
    assert mrr(subscription(item(discounts=(Discount(percent_off="50"),)), item())) == 1500


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({"status": SubscriptionStatus.TRIALING, "trial_end": END + DAY}, False),
        ({"status": SubscriptionStatus.TRIALING}, False),
        ({"trial_end": END - 1}, True),
        ({"trial_end": END}, False),  # active by now, in trial then
        ({"paused": True}, False),
        ({"status": SubscriptionStatus.PAUSED}, False),
        ({"status": SubscriptionStatus.UNPAID}, False),
        ({"status": SubscriptionStatus.INCOMPLETE}, False),
        ({"status": SubscriptionStatus.INCOMPLETE_EXPIRED}, False),
        ({"status": SubscriptionStatus.CANCELED}, False),
        ({"status": SubscriptionStatus.CANCELED, "ended_at": END - 1}, False),
        ({"status": SubscriptionStatus.CANCELED, "ended_at": END}, True),  # cancelled since
        ({"status": SubscriptionStatus.PAST_DUE, "milestones": {"past_due": END - 30 * DAY}}, True),
        ({"status": SubscriptionStatus.PAST_DUE, "milestones": {"past_due": END - 30 * DAY - 1}}, False),
        ({"status": SubscriptionStatus.PAST_DUE, "milestones": {"past_due": END + DAY}}, True),
        ({"status": SubscriptionStatus.UNPAID, "milestones": {"unpaid": END + DAY}}, True),
        ({"status": SubscriptionStatus.PAST_DUE, "items": (item(current_period_start=END - 30 * DAY),)}, True),
        ({"status": SubscriptionStatus.PAST_DUE, "items": (item(current_period_start=END - 31 * DAY),)}, False),
    ],
)
def test_what_counts(fields: dict[str, Any], counts: bool) -> None:
    items = fields.pop("items", (item(),))
    assert mrr(subscription(*items, **fields)) == (1000 if counts else 0)


def test_metered_items_are_not_recurring() -> None:
    assert mrr(subscription(item(), item(metered=True, unit_amount=None))) == 1000


def test_other_currencies_are_converted_and_those_without_a_rate_left_out_and_counted() -> None:
    assert mrr(subscription(currency="eur")) == 1039
    assert mrr(subscription(currency="jpy"), currency="usd") == 637  # 1000 yen
    both = History(currency="usd", subscriptions=(subscription(), subscription(currency="xxx", number=2)))
    revenue = recurring_revenue(both, AS_OF)
    assert (revenue.mrr_minor, revenue.unconverted) == (1000, 1)


def test_new_and_churned_revenue_of_the_period() -> None:
    inside, before = at("2025-06-10"), at("2025-05-20")
    subscriptions = (
        subscription(number=1),
        subscription(item(unit_amount="500"), number=2, started_at=inside),
        subscription(item(unit_amount="300"), number=3, trial_end=inside),
        subscription(item(unit_amount="70"), number=4, status=SubscriptionStatus.CANCELED, ended_at=inside),
        subscription(item(unit_amount="9"), number=5, status=SubscriptionStatus.CANCELED, ended_at=before),
    )
    revenue = recurring_revenue(History(currency="usd", subscriptions=subscriptions), AS_OF)
    assert (revenue.mrr_minor, revenue.new_minor, revenue.churned_minor) == (1800, 800, 70)

"""One fact in the shape of each API version that told it differently: whichever it came in, the ledger is the same."""

import json
from typing import Any

import pytest

from vaultra_core.domain.ledger import Charge, ChargeStatus, Discount, LedgerObject, Refund, RefundStatus, Subscription
from vaultra_core.domain.stripe_objects import is_newer_than_known, minimal_event, observe_event

NOW = "2026-10-28.endive"
CHARGE: dict[str, Any] = {
    "object": "charge", "id": "ch_1", "created": 1_700_000_000, "currency": "usd", "livemode": True, "amount": 1000,
    "captured": True, "status": "succeeded", "customer": "cus_1", "balance_transaction": "txn_1", "paid": True,
}  # fmt: skip
CAPTURED = {**CHARGE, "amount_captured": 1000}
REFUND: dict[str, Any] = {
    "object": "refund", "id": "re_1", "created": 1_700_000_100, "currency": "usd", "amount": 300, "charge": "ch_1",
    "status": "succeeded",
}  # fmt: skip
COUPON = {"id": "co_1", "object": "coupon", "percent_off": 25, "amount_off": None, "duration": "forever"}
PLAN = {"id": "pl", "object": "plan", "amount": 1500, "currency": "usd", "interval": "month", "interval_count": 1}
PRICE = {
    "id": "pl", "object": "price", "currency": "usd", "unit_amount": 1500, "type": "recurring",
    "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"},
}  # fmt: skip
SUBSCRIPTION: dict[str, Any] = {
    "object": "subscription", "id": "sub_1", "created": 1_699_000_000, "livemode": True, "status": "active",
    "customer": "cus_1", "start_date": 1_699_000_000,
}  # fmt: skip


def subscription(item: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {**SUBSCRIPTION, "items": {"object": "list", "data": [{"id": "si_1", "quantity": 2, **item}]}, **fields}


def discount(**fields: Any) -> dict[str, Any]:
    return {"id": "di_1", "object": "discount", "start": 1_699_000_000, "end": None, **fields}


BEGAN = 1_700_000_000  # the current period
OFF = Discount(percent_off="25", starts_at=1_699_000_000)
# Per version: the objects of the events that tell one story.
CHARGES = {
    "2019-12-03": ("charge.refunded", {**CHARGE, "refunds": {"object": "list", "data": [REFUND], "has_more": False}}),
    "2020-08-27": ("charge.refunded", {**CAPTURED, "refunds": {"object": "list", "data": [REFUND], "has_more": False}}),
    "2022-11-15": ("charge.refunded", CAPTURED),
    NOW: ("charge.refunded", {**CAPTURED, "refunds": None}),
}
REFUNDS = {
    "2019-12-03": ("charge.refund.updated", {**REFUND, "status": None}),
    "2022-11-15": ("charge.refund.updated", REFUND),
    NOW: ("refund.updated", {**REFUND, "charge": {"object": "charge", "id": "ch_1"}}),
}
SUBSCRIPTIONS = {
    "2019-12-03": subscription({"plan": PLAN}, current_period_start=BEGAN, discount=discount(coupon=COUPON)),
    "2020-08-27": subscription(
        {"plan": {**PLAN, "amount_decimal": "1500"}, "price": {**PRICE, "unit_amount_decimal": "1500"}},
        current_period_start=BEGAN,
        discount=discount(coupon=COUPON),
    ),
    "2024-06-20": subscription(
        {"price": {**PRICE, "unit_amount_decimal": "1500"}, "discounts": []},
        current_period_start=BEGAN,
        discount=discount(coupon=COUPON),
        discounts=["di_1"],
    ),
    "2025-03-31.basil": subscription(
        {"price": {**PRICE, "unit_amount_decimal": "1500"}, "current_period_start": BEGAN},
        discounts=[discount(coupon=COUPON)],
    ),
    NOW: subscription(
        {"price": {**PRICE, "unit_amount_decimal": "1500"}, "current_period_start": BEGAN},
        discounts=[discount(source={"type": "coupon", "coupon": COUPON})],
    ),
}


def told(kind: str, raw: dict[str, Any], version: str) -> list[LedgerObject]:
    """The states that an event teaches, by way of the inbox."""
    event = {
        "object": "event", "id": "evt_1", "type": kind, "created": 1_700_000_500, "livemode": True,
        "account": "acct_1", "api_version": version, "data": {"object": raw},
    }  # fmt: skip
    kept = minimal_event(json.dumps(event))
    assert (kept.unread, kept.api_version) == (None, version)
    records = observe_event(kept.payload)
    assert records == observe_event(json.dumps(event))
    assert not any(record.contested for record in records)
    return [record.state for record in records]


@pytest.mark.parametrize("version", CHARGES)
def test_a_charge_says_the_same_in_every_version(version: str) -> None:
    kind, raw = CHARGES[version]
    charge, *refunds = told(kind, raw, version)
    assert charge == Charge(
        id="ch_1", created=1_700_000_000, currency="usd", amount_minor=1000, captured=True,
        status=ChargeStatus.SUCCEEDED, customer="cus_1", balance_transaction="txn_1",
        milestones={"succeeded": 1_700_000_500},
    )  # fmt: skip
    # Expanded until 2022-11-15; since then they come by events of their own.
    assert [refund.id for refund in refunds] == (["re_1"] if version < "2022-11-15" else [])


@pytest.mark.parametrize("version", REFUNDS)
def test_a_refund_says_the_same_in_every_version(version: str) -> None:
    (refund,) = told(*REFUNDS[version], version)
    assert refund == Refund(
        id="re_1", created=1_700_000_100, currency="usd", amount_minor=300, status=RefundStatus.SUCCEEDED,
        charge="ch_1", milestones={"succeeded": 1_700_000_500},
    )  # fmt: skip


@pytest.mark.parametrize("version", SUBSCRIPTIONS)
def test_a_subscription_says_the_same_in_every_version(version: str) -> None:
    (state,) = told("customer.subscription.updated", SUBSCRIPTIONS[version], version)
    assert isinstance(state, Subscription)
    (item,) = state.items
    assert (item.quantity, item.unit_amount, item.interval, item.interval_count) == (2, "1500", "month", 1)
    assert item.current_period_start == BEGAN
    assert state.discounts == (OFF,)
    assert (state.currency, state.status, state.started_at) == ("usd", "active", 1_699_000_000)


def test_a_price_below_a_cent_is_exact_where_the_version_tells_it() -> None:
    exact = {**PRICE, "unit_amount": None, "unit_amount_decimal": "0.05"}
    (state,) = told("customer.subscription.updated", subscription({"price": exact}), NOW)
    assert isinstance(state, Subscription)
    assert state.items[0].unit_amount == "0.05"


@pytest.mark.parametrize(
    ("version", "newer"),
    [
        (None, False),
        ("2014-01-31", False),
        ("2025-03-31.basil", False),
        (NOW, False),
        ("2026-11-25.endive", True),
        ("2031-01-01", True),
        ("unstable", True),
        ("", True),
    ],
)
def test_a_version_of_a_later_date_is_noticed(version: str | None, newer: bool) -> None:
    assert is_newer_than_known(version) is newer


def test_an_object_of_a_version_from_the_future_is_read_as_far_as_it_is_known() -> None:
    (state,) = told("charge.succeeded", {**CAPTURED, "amount_teleported": 7}, "2031-01-01.zinnia")
    assert isinstance(state, Charge)
    assert state.amount_minor == 1000

import json
from pathlib import Path
from typing import Any

import pytest

from vaultra_core.domain.ledger import (
    BalanceTransaction,
    Charge,
    Discount,
    Dispute,
    DisputeStatus,
    Payout,
    PayoutStatus,
    Refund,
    RefundStatus,
    Subscription,
)
from vaultra_core.domain.stripe_objects import (
    carried_kind,
    lacks_object,
    minimal_event,
    observe,
    observe_account,
    observe_event,
)
from vaultra_core.errors import InvalidInput

FIXTURES = Path(__file__).parents[4] / "shared" / "data" / "stripe-fixtures.json"

CHARGE: dict[str, Any] = {
    "object": "charge",
    "id": "ch_1",
    "created": 1_700_000_000,
    "currency": "usd",
    "livemode": True,
    "amount": 1000,
    "amount_captured": 800,
    "captured": True,
    "status": "succeeded",
    "customer": "cus_1",
    "balance_transaction": "txn_1",
    "billing_details": {"name": "Jenny Rosen", "email": "jenny@example.com"},
    "payment_method_details": {"card": {"last4": "4242"}},
}
TRANSACTION: dict[str, Any] = {
    "object": "balance_transaction",
    "id": "txn_1",
    "created": 1_700_000_000,
    "currency": "eur",
    "amount": 720,
    "fee": 20,
    "net": 700,
    "available_on": 1_700_100_000,
    "reporting_category": "charge",
    "exchange_rate": 0.9,
    "source": "ch_1",
}
REFUND: dict[str, Any] = {
    "object": "refund",
    "id": "re_1",
    "created": 1_700_000_100,
    "currency": "usd",
    "amount": 300,
    "status": "succeeded",
    "charge": "ch_1",
}
PRICE: dict[str, Any] = {
    "currency": "usd",
    "billing_scheme": "per_unit",
    "unit_amount": 1500,
    "unit_amount_decimal": "1500",
    "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"},
}
SUBSCRIPTION: dict[str, Any] = {
    "object": "subscription",
    "id": "sub_1",
    "created": 1_700_000_000,
    "start_date": 1_699_000_000,
    "currency": "usd",
    "livemode": True,
    "customer": "cus_1",
    "status": "active",
    "discounts": [],
    "items": {"data": [{"id": "si_1", "quantity": 3, "price": PRICE, "current_period_start": 1_700_000_000}]},
}


def event(kind: str, data: dict[str, Any] | None, **fields: Any) -> bytes:
    envelope = {
        "object": "event",
        "id": "evt_1",
        "type": kind,
        "created": 1_700_000_500,
        "account": "acct_1",
        "livemode": True,
        "api_version": "2025-03-31.basil",
    }
    return json.dumps({**envelope, **({} if data is None else {"data": {"object": data}}), **fields}).encode()


def subscription_of(raw: dict[str, Any]) -> tuple[Subscription, bool]:
    (record,) = observe(raw, 5).records
    assert isinstance(record.state, Subscription)
    return record.state, record.contested


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    if not FIXTURES.exists():
        pytest.skip("../shared/data/stripe-fixtures.json is not there: this clone stands alone")
    resources: dict[str, Any] = json.loads(FIXTURES.read_text())["resources"]
    return resources


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("charge", Charge),
        ("refund", Refund),
        ("dispute", Dispute),
        ("payout", Payout),
        ("subscription", Subscription),
        ("balance_transaction", BalanceTransaction),
    ],
)
def test_stripes_own_examples_are_read_field_by_field(published: dict[str, Any], name: str, kind: type) -> None:
    raw = published[name]
    observation = observe(raw, 42)
    record = observation.records[0]
    assert type(record.state) is kind
    assert (record.state.id, record.state.created) == (raw["id"], raw["created"])
    assert record.state.currency == raw["currency"]
    assert record.observed_at == 42
    assert observation.livemode is raw.get("livemode")
    # As an event says it, and as the inbox keeps that event.
    kinds = {"charge": "charge.updated", "refund": "refund.updated", "dispute": "charge.dispute.updated"}
    kinds |= {"payout": "payout.updated", "subscription": "customer.subscription.updated"}
    if name in kinds:
        whole = event(kinds[name], raw)
        assert observe_event(minimal_event(whole).payload) == observe_event(whole) != []


def test_stripes_own_examples_carry_the_figures_we_expect(published: dict[str, Any]) -> None:
    charge, dispute, payout = (observe(published[k], 0).records[0].state for k in ("charge", "dispute", "payout"))
    assert isinstance(charge, Charge)
    assert (charge.amount_minor, charge.captured) == (0, False)  # authorised, never captured
    assert isinstance(dispute, Dispute)
    assert dispute.status is DisputeStatus.WARNING_NEEDS_RESPONSE
    assert isinstance(payout, Payout)
    assert (payout.amount_minor, payout.status) == (1100, PayoutStatus.IN_TRANSIT)
    assert payout.arrival_date == published["payout"]["arrival_date"]


def test_stripes_own_account_and_event_are_read(published: dict[str, Any]) -> None:
    account = observe_account(published["account"])
    assert (account.id, account.currency, account.timezone) == (published["account"]["id"], "usd", "Etc/UTC")
    raw = json.dumps(published["event"])
    kept = minimal_event(raw)
    assert (kept.id, kept.type, kept.livemode) == (published["event"]["id"], "plan.created", False)
    assert observe_event(raw) == observe_event(kept.payload) == []


def test_a_charge_brings_its_transaction_and_its_refunds_along() -> None:
    raw = {**CHARGE, "balance_transaction": TRANSACTION, "refunds": {"object": "list", "data": [REFUND]}}
    charge, transaction, refund = (record.state for record in observe(raw, 5).records)
    assert isinstance(charge, Charge)
    assert (charge.amount_minor, charge.balance_transaction, charge.customer) == (800, "txn_1", "cus_1")
    assert isinstance(transaction, BalanceTransaction)
    assert (transaction.exchange_rate, transaction.net_minor, transaction.source) == ("0.9", 700, "ch_1")
    assert isinstance(refund, Refund)
    assert refund.charge == "ch_1"


def test_expanded_references_are_their_ids() -> None:
    charge = observe({**CHARGE, "customer": {"id": "cus_9", "email": "jenny@example.com"}}, 5).records[0].state
    refund = observe({**REFUND, "charge": {"id": "ch_9", "object": "charge"}}, 5).records[0].state
    assert isinstance(charge, Charge)
    assert isinstance(refund, Refund)
    assert (charge.customer, refund.charge) == ("cus_9", "ch_9")


def test_older_shapes_without_a_captured_amount_or_a_refund_status_are_read() -> None:
    older = {name: value for name, value in CHARGE.items() if name != "amount_captured"}
    charge = observe(older, 5).records[0].state
    assert isinstance(charge, Charge)
    assert charge.amount_minor == 1000
    refund = observe({**REFUND, "status": None}, 5).records[0].state
    assert isinstance(refund, Refund)
    assert refund.status is RefundStatus.SUCCEEDED


def test_basil_and_older_subscriptions_say_the_same() -> None:
    older = {
        **{name: value for name, value in SUBSCRIPTION.items() if name not in ("discounts", "start_date", "items")},
        "start_date": 1_699_000_000,
        "current_period_start": 1_700_000_000,
        "items": {
            "data": [{"id": "si_1", "quantity": 3, "plan": {"interval": "month", "amount": 1500, "currency": "usd"}}]
        },
    }
    assert subscription_of(older) == subscription_of(SUBSCRIPTION)
    state, contested = subscription_of(SUBSCRIPTION)
    assert (state.items[0].unit_amount, state.items[0].current_period_start) == ("1500", 1_700_000_000)
    assert not contested


COUPON = {"percent_off": 12.5, "amount_off": None, "duration": "forever"}
IN_FORCE = Discount(percent_off="12.5", starts_at=1, ends_at=9)


@pytest.mark.parametrize(
    "discounts",
    [
        {"discount": {"start": 1, "end": 9, "coupon": COUPON}},
        {"discounts": [{"start": 1, "end": 9, "coupon": COUPON}]},
        {"discounts": [{"start": 1, "end": 9, "source": {"type": "coupon", "coupon": COUPON}}]},
        {"discounts": ["di_1"], "discount": {"start": 1, "end": 9, "coupon": COUPON}},
    ],
)
def test_discounts_are_read_in_every_shape_there_was(discounts: dict[str, Any]) -> None:
    state, contested = subscription_of({**SUBSCRIPTION, **discounts})
    assert state.discounts == (IN_FORCE,)
    assert not contested


def test_a_coupon_that_is_used_once_does_not_recur() -> None:
    once = {"discounts": [{"start": 1, "coupon": {"amount_off": 500, "duration": "once"}}]}
    assert subscription_of({**SUBSCRIPTION, **once}) == subscription_of(SUBSCRIPTION)


@pytest.mark.parametrize(
    "change",
    [
        {"discounts": ["di_1"]},
        {"discounts": [{"start": 1, "source": {"coupon": "co_1"}}]},
        {"items": {"data": [], "has_more": True}},
        {"items": {"data": [{"id": "si_1", "price": {**PRICE, "billing_scheme": "tiered", "tiers_mode": "volume"}}]}},
    ],
)
def test_what_the_api_left_out_makes_a_subscription_contested_so_that_it_is_fetched_again(
    change: dict[str, Any],
) -> None:
    assert subscription_of({**SUBSCRIPTION, **change})[1]


def test_packages_of_a_price_become_units() -> None:
    for how, units in (("up", 2), ("down", 1)):
        price = {**PRICE, "transform_quantity": {"divide_by": 2, "round": how}}
        state, _ = subscription_of({**SUBSCRIPTION, "items": {"data": [{"id": "si_1", "quantity": 3, "price": price}]}})
        assert state.items[0].quantity == units


def test_test_clock_subscriptions_are_dropped() -> None:
    assert observe({**SUBSCRIPTION, "test_clock": "clock_1"}, 5).records == ()


def test_the_inbox_never_sees_a_card_a_name_or_an_address() -> None:
    kept = minimal_event(event("charge.succeeded", CHARGE))
    for secret in (b"Jenny", b"jenny@", b"4242"):
        assert secret not in kept.payload
    assert (kept.id, kept.type, kept.created, kept.account) == ("evt_1", "charge.succeeded", 1_700_000_500, "acct_1")
    assert kept.api_version == "2025-03-31.basil"
    foreign = minimal_event(event("customer.created", {"object": "customer", "email": "jenny@example.com"}))
    assert b"jenny@" not in foreign.payload
    assert observe_event(foreign.payload) == []


def test_an_event_shows_a_state_at_its_moment_and_notes_the_milestone() -> None:
    (record,) = observe_event(event("charge.succeeded", CHARGE))
    assert record.observed_at == 1_700_000_500
    assert record.state.milestones == {"succeeded": 1_700_000_500}


@pytest.mark.parametrize(
    ("kind", "carried"),
    [
        ("charge.succeeded", "charge"),
        ("charge.refunded", "charge"),
        ("charge.refund.updated", "refund"),
        ("refund.created", "refund"),
        ("charge.dispute.funds_withdrawn", "dispute"),
        ("payout.reconciliation_completed", "payout"),
        ("customer.subscription.paused", "subscription"),
        ("customer.created", None),
        ("invoice.paid", None),
        ("account.application.deauthorized", None),
    ],
)
def test_event_types_carry_known_kinds(kind: str, carried: str | None) -> None:
    assert carried_kind(kind) == carried


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"object":"banana"}',
        b'{"id":"ch_1"}',
        json.dumps({**CHARGE, "amount": "10"}).encode(),
        json.dumps({**CHARGE, "amount": -1, "amount_captured": -1}).encode(),
        json.dumps({**CHARGE, "created": 10**18}).encode(),
        json.dumps({**CHARGE, "currency": "dollars"}).encode(),
        json.dumps({**CHARGE, "status": "vanished"}).encode(),
        json.dumps({**TRANSACTION, "exchange_rate": "NaN"}).encode(),
        json.dumps({**TRANSACTION, "exchange_rate": 0}).encode(),
        json.dumps({**SUBSCRIPTION, "items": {"data": [{"id": "si_1"}]}}).encode(),
    ],
)
def test_what_is_no_ledger_object_is_refused_with_a_reason(raw: bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        observe(raw, 0)
    assert len(caught.value.message) > 10


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"object":"v2.core.event","id":"evt_1","type":"v2.x"}', "thin event"),
        (b'{"object":"charge"}', "not an event"),
    ],
)
def test_events_that_are_none_are_refused_with_a_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        minimal_event(raw)
    assert caught.value.details["reason"] == reason


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (event("payout.paid", CHARGE), "carries a charge"),
        (event("payout.paid", None), "carries no object"),
        (event("charge.updated", {**CHARGE, "status": "vanished"}), "'vanished'"),
        (event("charge.updated", {**CHARGE, "amount": "10"}), "$.amount"),
        (event("charge.updated", {**CHARGE, "object": "charge_next"}), "'charge_next'"),
        (event("charge.updated", {**CHARGE, "object": "x" * 10_000}), "The charge in the event evt_1"),
    ],
)
def test_an_event_whose_object_cannot_be_read_keeps_its_envelope_and_says_why(raw: bytes, why: str) -> None:
    kept = minimal_event(raw)
    assert (kept.id, kept.account) == ("evt_1", "acct_1")
    assert kept.unread is not None
    assert why in kept.unread
    assert len(kept.payload) < 1_000
    assert b"Jenny" not in kept.payload
    assert lacks_object(kept.payload)
    for payload in (raw, kept.payload):
        with pytest.raises(InvalidInput) as caught:
            observe_event(payload)
        assert why in caught.value.message


def test_an_event_that_can_be_read_or_need_not_be_lacks_nothing() -> None:
    for raw in (event("charge.succeeded", CHARGE), event("customer.created", {"object": "customer"})):
        assert not lacks_object(minimal_event(raw).payload)

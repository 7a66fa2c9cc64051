"""The sample businesses' books: what any account at Stripe can be relied on for."""

import itertools
import time
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from unit.sandbox.conftest import named, objects
from vaultra_sandbox import bulk, loading, shapes, world
from vaultra_sandbox.listing import EVENTS_KEPT
from vaultra_sandbox.samples import SAMPLES
from vaultra_sandbox.store import Account, Store, open_store

DAY = 86_400
SELLING = [name for name, profile in SAMPLES.items() if profile.days]


def check_books(store: Store, account: Account) -> None:
    """Every movement has its source, every charge its movement, and payouts add up to the cent."""
    moves = {move["id"]: move for move in objects(store, account, "balance_transaction")}
    charges = {charge["id"]: charge for charge in objects(store, account, "charge")}
    refunded: Counter[str] = Counter()
    for move in moves.values():
        assert move["net"] == move["amount"] - move["fee"]
        assert sum(fee["amount"] for fee in move["fee_details"]) == move["fee"]
    for charge in charges.values():
        if charge["status"] == "failed":
            assert charge["balance_transaction"] is None
            continue
        move = moves[charge["balance_transaction"]]
        assert (move["source"], move["created"]) == (charge["id"], charge["created"])
        assert move["fee"] == (move["amount"] * 29 + 500) // 1000 + 30
        if charge["currency"] == move["currency"]:
            assert (move["amount"], move["exchange_rate"]) == (charge["amount"], None)
        else:
            exact = charge["amount"] * Decimal(str(move["exchange_rate"]))
            exponents = shapes.exponent(move["currency"]) - shapes.exponent(charge["currency"])
            assert abs(exact.scaleb(exponents) - move["amount"]) <= Decimal("0.5")
    for refund in objects(store, account, "refund"):
        refunded[refund["charge"]] += refund["amount"]
        assert moves[refund["balance_transaction"]]["amount"] < 0
    assert refunded == {c["id"]: c["amount_refunded"] for c in charges.values() if c["amount_refunded"]}
    disputed = {dispute["charge"] for dispute in objects(store, account, "dispute")}
    assert disputed == {charge["id"] for charge in charges.values() if charge["disputed"]}


def check_payouts(store: Store, account: Account) -> int:
    paid_out: defaultdict[str, list[str]] = defaultdict(list)
    for move, payout in store.db.execute(
        "SELECT id, payout FROM objects WHERE account = ? AND payout IS NOT NULL", (account.number,)
    ):
        paid_out[payout.decode()].append(move.decode())
    moves = {move["id"]: move for move in objects(store, account, "balance_transaction")}
    payouts = objects(store, account, "payout")
    for payout in payouts:
        own = payout["balance_transaction"]
        assert moves[own]["amount"] == -payout["amount"]
        others = [moves[id_] for id_ in paid_out.pop(payout["id"]) if id_ != own]
        assert sum(move["net"] for move in others) == payout["amount"]
        assert all(move["available_on"] <= payout["created"] for move in others)
    assert not paid_out
    return len(payouts)


@pytest.mark.parametrize("name", SELLING)
def test_the_books_of_every_sample_business_add_up(samples: Store, name: str) -> None:
    check_books(samples, named(samples, name))
    assert check_payouts(samples, named(samples, name)) >= 4


def test_the_books_of_a_load_test_add_up(store: Store) -> None:
    account = bulk.make(store, name="big", charges=3_000, days=40)
    check_books(store, account)
    assert check_payouts(store, account) == 37  # the last three days wait for theirs
    assert store.counts(account)["charge"] == 3_000
    again = bulk.make(store, name="big", charges=10, days=10)
    assert again.id == account.id
    assert store.counts(again)["charge"] == 10


@pytest.mark.parametrize("name", ["cafe", "saas", "shop", "thrive", "travel"])
def test_a_sample_business_has_the_promised_size_and_past(samples: Store, name: str) -> None:
    counts = samples.counts(named(samples, name))
    assert 2_500 <= sum(counts.values()) - counts["event"] <= 4_000
    first = objects(samples, named(samples, name), "charge")[0]["created"]
    assert 14 * 30 * DAY <= time.time() - first <= 26 * 31 * DAY


def test_nothing_comes_from_the_future_and_events_are_recent(samples: Store) -> None:
    anchor = int(samples.meta("anchor") or 0)
    newest, oldest_event = samples.db.execute(
        "SELECT max(created), min(CASE kind WHEN 'event' THEN created END) FROM objects"
    ).fetchone()
    assert newest <= anchor
    assert anchor - EVENTS_KEPT <= oldest_event <= anchor - EVENTS_KEPT + 3 * DAY


def test_one_customer_of_the_software_company_brings_41_percent(samples: Store) -> None:
    account = named(samples, "saas")
    since = time.time() - 90 * DAY
    revenue: Counter[str] = Counter()
    for charge in objects(samples, account, "charge"):
        if charge["created"] >= since and charge["status"] == "succeeded":
            revenue[charge["customer"]] += charge["amount"]
    assert 0.36 < max(revenue.values()) / revenue.total() < 0.46
    statuses = {subscription["status"] for subscription in objects(samples, account, "subscription")}
    assert {"active", "canceled", "past_due"} <= statuses


def test_the_shop_is_in_a_dispute_spike_and_the_thriving_one_is_not(samples: Store) -> None:
    def ratio(name: str) -> float:
        since = time.time() - 120 * DAY
        account = named(samples, name)
        charges = [c for c in objects(samples, account, "charge") if c["created"] >= since and c["paid"]]
        disputes = [d for d in objects(samples, account, "dispute") if d["created"] >= since]
        return sum(not d["status"].startswith("warning") for d in disputes) / len(charges)

    assert ratio("shop") > 0.0075
    assert ratio("thrive") < 0.005
    assert any(d["status"].startswith("warning_") for d in objects(samples, named(samples, "shop"), "dispute"))
    assert any(p["status"] == "failed" for p in objects(samples, named(samples, "shop"), "payout"))


def test_the_empty_account_has_no_charge_and_the_traveller_three_currencies(samples: Store) -> None:
    assert samples.counts(named(samples, "empty")) == {}
    travel = named(samples, "travel")
    assert {charge["currency"] for charge in objects(samples, travel, "charge")} == {"eur", "usd", "jpy"}
    assert {move["currency"] for move in objects(samples, travel, "balance_transaction")} == {"eur"}


def test_a_history_lived_in_steps_is_the_one_lived_in_one_go(tmp_path: Path) -> None:
    """Whatever the restarts, the same seed and the same days make the same objects."""
    now = int(time.time())
    anchor = now - 45 * DAY
    histories: list[dict[str, Any]] = []
    for steps in ([now], [anchor + 3_600, anchor + 9 * DAY, anchor + 9 * DAY + 7, anchor + 40 * DAY, now]):
        store = open_store(tmp_path / f"{len(steps)}.sqlite", anchor=anchor)
        world.seed_samples(store)
        for name, step in itertools.product(("cafe", "saas", "shop"), steps):
            world.advance(store, named(store, name), now=step)
        histories.append(
            {
                one["id"]: one
                for name in ("cafe", "saas", "shop")
                for kind in ("charge", "refund", "dispute", "payout", "subscription", "balance_transaction")
                for one in objects(store, named(store, name), kind)
            }
        )
        store.close()
    assert len(histories[0]) > 9_000
    assert histories[0] == histories[1]


def test_a_tick_brings_news_that_is_dated_now(tmp_path: Path) -> None:
    now = int(time.time())
    store = open_store(tmp_path / "sandbox.sqlite", anchor=now)
    world.seed_samples(store)
    shop = named(store, "shop")
    before = len(objects(store, shop, "charge"))
    assert world.advance(store, shop, seconds=30 * DAY, now=now + 60) > 60
    charges = objects(store, shop, "charge")
    assert len(charges) > before + 50
    assert {charge["created"] for charge in charges[before:]} <= set(range(now, now + 61))
    check_books(store, shop)
    # From then on the business lives with the real time again, a month ahead.
    world.advance(store, shop, now=now + DAY)
    more = objects(store, shop, "charge")[len(charges) :]
    assert 1 <= len(more) <= 12
    assert all(now + 60 < charge["created"] <= now + DAY for charge in more)
    store.close()


def test_events_are_forgotten_after_thirty_days_and_nothing_else_is(store: Store) -> None:
    account, _ = loading.load(store, b"date,amount\n2020-01-01,5\n", name="file")
    now = int(time.time())
    for number, age in enumerate((31, 29)):
        row = (100 + number, account.number, "event", now - age * DAY, f"evt_{age}", "ping", None, None, "{}")
        store.put([row])
        store.db.execute("INSERT INTO deliveries (event, account) VALUES (?, ?)", (100 + number, account.number))
    world.forget_old_events(store)
    assert store.counts(account) == {"charge": 1, "balance_transaction": 1, "event": 1}
    assert store.db.execute("SELECT event FROM deliveries").fetchall() == [(101,)]

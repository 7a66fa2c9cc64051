"""Complete to the cent, or it says what differs: over the sandbox's books, whole and with something taken out."""

import asyncio
import datetime as dt
import json
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from support.product import Product, a_product, settings_for_tests
from support.sandbox import Sandbox, a_sandbox
from vaultra_core.ports.runtime import Job


async def completeness(owner: Product) -> dict[str, Any]:
    answer = await owner.get("/integrations/stripe/status")
    found: dict[str, Any] = answer.json()["completeness"]
    return found


def last_closed_day() -> str:
    return str((dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)).date() - dt.timedelta(days=1))


@pytest.mark.parametrize("account", ["saas", "shop", "travel", "empty"])
async def test_an_imported_account_is_complete_to_the_cent(product: Product, account: str) -> None:
    owner = await product.signed_up()
    await owner.business()
    await owner.connect((await owner.get("/users/me")).json()["businesses"][0]["id"], account)
    before = await completeness(owner)
    assert (before["state"], before["complete_through"], before["checked_at"]) == ("checking", None, None)
    await owner.run(Job.STRIPE_SYNC, Job.SETTLE_DOUBTS, Job.CERTIFY)
    after = await completeness(owner)
    assert (after["state"], after["differences"]) == ("complete", [])
    assert after["complete_through"] == last_closed_day()


@pytest.fixture(scope="module")
def own_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox whose books these tests may falsify."""
    with a_sandbox(tmp_path_factory.mktemp("falsified")) as running:
        yield running


@pytest.fixture
async def falsified(engine: AsyncEngine, database_url: str, own_sandbox: Sandbox) -> AsyncIterator[Product]:
    del engine
    async with a_product(settings_for_tests(database_url, sandbox_url=own_sandbox.url)) as running:
        yield running


class Vault:
    """Objects that the sandbox does not show for a while."""

    def __init__(self, sandbox: Sandbox, account: str) -> None:
        self._path = sandbox.data
        (self._account,) = self._execute("SELECT number FROM accounts WHERE name = ?", account)[0]

    def _execute(self, statement: str, *values: Any) -> list[Any]:
        with closing(sqlite3.connect(self._path, timeout=30)) as store, store:
            return store.execute(statement, values).fetchall()

    def some(self, kind: str, where: str = "1") -> dict[str, Any]:
        """The newest of the objects of a kind that are older than 20 days: paid out by now, and long listed."""
        until = int(time.time()) - 20 * 86_400
        rows = self._execute(
            f"SELECT body FROM objects WHERE account = ? AND kind = ? AND created < ? AND {where} "
            "ORDER BY created DESC LIMIT 1",
            self._account, kind, until,
        )  # fmt: skip
        found: dict[str, Any] = json.loads(rows[0][0])
        return found

    def hide(self, *ids: str) -> None:
        for id_ in ids:
            hidden = "UPDATE objects SET kind = 'hidden ' || kind WHERE account = ? AND id = ?"
            self._execute(hidden, self._account, id_)

    def show(self) -> None:
        shown = "UPDATE objects SET kind = substr(kind, 8) WHERE account = ? AND kind LIKE 'hidden %'"
        self._execute(shown, self._account)


async def a_day_later(database_url: str) -> None:
    """As if the last check had been a day ago."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(
            "UPDATE completeness_certificates SET next_at = now(), judged_through = judged_through - 1, "
            "listed_through = listed_through - 86400"
        )
    finally:
        await connection.close()


async def test_what_lists_hid_and_webhooks_lost_is_named_and_repaired(
    falsified: Product, own_sandbox: Sandbox, database_url: str
) -> None:
    vault = Vault(own_sandbox, "shop")
    charge = vault.some("charge", "tag = 'succeeded'")
    refund = vault.some("refund")
    settled = vault.some("refund", f"id <> '{refund['id']}'")
    vault.hide(charge["id"], settled["balance_transaction"], refund["id"], refund["balance_transaction"])
    owner = await falsified.signed_up()
    try:
        await owner.imported("shop")
        found = await completeness(owner)
        problems = {one["id"]: one["problem"] for one in found["differences"]}
        assert found["state"] == "differs"
        assert problems[charge["id"]] == "missing"
        assert problems[settled["id"]] == "unsettled"
        # The refund and its transaction are both unknown: the payout that it went into does not add up.
        assert "items" in problems.values()
        by_id = {one["id"]: one for one in found["differences"]}
        assert by_id[charge["id"]]["expected"] == charge["amount"] / 100
        assert by_id[charge["id"]]["found"] is None
        first = min(dt.date.fromisoformat(one["date"]) for one in found["differences"])
        assert found["complete_through"] == str(first - dt.timedelta(days=1))
        assert (await owner.get("/readiness")).json()["complete_through"] == found["complete_through"]
        before = (await owner.get("/metrics")).json()
    finally:
        vault.show()
    # Nobody looks again before it is time to.
    await owner.run(Job.CERTIFY)
    assert (await completeness(owner))["checked_at"] == found["checked_at"]
    await a_day_later(database_url)
    await owner.run(Job.CERTIFY, Job.COMPUTE_METRICS, Job.COMPUTE_READINESS)
    repaired = await completeness(owner)
    assert (repaired["state"], repaired["differences"]) == ("complete", [])
    assert repaired["complete_through"] == last_closed_day()
    assert (await owner.get("/readiness")).json()["complete_through"] == last_closed_day()
    after = (await owner.get("/metrics")).json()
    assert after["revenue_total"] == pytest.approx(before["revenue_total"] + charge["amount"] / 100)
    assert after["refund_count"] == before["refund_count"] + 1


def tiered_subscription() -> dict[str, Any]:
    """25 items with graduated prices, and a coupon on the whole and on one item: 25 × (10 × 10 $ + 2 × 5 $) less."""
    price = {
        "id": "price_1", "object": "price", "billing_scheme": "tiered", "currency": "usd", "tiers_mode": "graduated",
        "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"}, "type": "recurring",
        "tiers": [
            {"up_to": 10, "unit_amount": 1000, "unit_amount_decimal": "1000", "flat_amount": None},
            {"up_to": None, "unit_amount": 500, "unit_amount_decimal": "500", "flat_amount": None},
        ],
    }  # fmt: skip
    created = int(time.time()) - 100 * 86_400

    def discount(id_: str, percent: int) -> dict[str, Any]:
        coupon = {"id": f"co_{id_}", "object": "coupon", "percent_off": percent, "duration": "forever"}
        return {"id": id_, "object": "discount", "start": created, "source": {"type": "coupon", "coupon": coupon}}

    items = [
        {"id": f"si_{n}", "object": "subscription_item", "price": price, "quantity": 12, "discounts": []}
        for n in range(25)
    ]
    items[24]["discounts"] = [discount("di_item", 50)]
    return {
        "id": "sub_tiers", "object": "subscription", "created": created, "start_date": created, "currency": "usd",
        "status": "active", "livemode": False, "customer": "cus_1", "discounts": [discount("di_all", 10)],
        "items": {"object": "list", "data": items, "has_more": False},
    }  # fmt: skip


async def until_settled(owner: Product, mrr: Any) -> None:
    """A doubt is as young as two seconds before it is looked into; and an answer that took longer than the object is
    old decides nothing, so that Stripe is asked again ten seconds later."""
    async with asyncio.timeout(120):
        while (await owner.get("/metrics")).json()["mrr"] != mrr:
            await owner.run(Job.SETTLE_DOUBTS, Job.COMPUTE_METRICS)
            await asyncio.sleep(0.5)


async def test_a_subscription_that_lists_and_events_show_in_part_is_retrieved_whole(
    falsified: Product, own_sandbox: Sandbox, tmp_path: Path
) -> None:
    created = int(time.time()) - 90 * 86_400
    charge = {"id": "ch_1", "object": "charge", "created": created, "amount": 500, "currency": "usd", "captured": True}
    charge |= {"amount_captured": 500, "status": "succeeded", "livemode": False}
    file = tmp_path / "tiers.jsonl"
    file.write_text("\n".join(json.dumps(one) for one in (charge, tiered_subscription())))
    loaded = await asyncio.to_thread(own_sandbox.run, "load", str(file), "--account", "tiers")
    assert loaded.returncode == 0, loaded.stderr
    owner = await falsified.signed_up()
    business = await owner.business()
    await owner.connect(business, "tiers")
    await owner.run(Job.STRIPE_SYNC, Job.COMPUTE_METRICS)
    whole = pytest.approx((24 * 110 + 55) * 0.9)  # 24 items at 110 $, one at half of it, less 10 %
    assert (await owner.get("/metrics")).json()["mrr"] != whole
    await until_settled(owner, whole)
    # An event shows it in part again, at a later moment: in doubt, and settled again.
    account = (await owner.get("/integrations/stripe/status")).json()["account_id"]
    shown = tiered_subscription() | {"discounts": ["di_all"], "status": "active"}
    shown["items"]["data"] = [item | {"discounts": []} for item in shown["items"]["data"][:20]]
    shown["items"]["has_more"] = True
    event = {"object": "event", "id": "evt_sub", "type": "customer.subscription.updated", "livemode": False}
    event |= {"account": account, "created": int(time.time()), "data": {"object": shown}}
    assert (await owner.webhook(json.dumps(event).encode())).status_code == 200
    await owner.run(Job.APPLY_EVENTS, Job.COMPUTE_METRICS)
    assert (await owner.get("/metrics")).json()["mrr"] != whole
    await until_settled(owner, whole)

"""What becomes of Stripe's objects, told by signed webhooks through the whole product, to the day's figures."""

import json
import time
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from support.product import Product
from vaultra_adapters.postgres.tables import LEDGER
from vaultra_core.ports.runtime import Job

DAY = 86_400
NOW = int(time.time())
BEFORE_YESTERDAY = NOW // DAY * DAY - 2 * DAY + 3_600


def charge(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "object": "charge", "id": f"ch_{number}", "created": BEFORE_YESTERDAY, "currency": "usd", "livemode": False,
        "amount": 1000, "amount_captured": 1000, "captured": True, "status": "succeeded", **fields,
    }  # fmt: skip


def other(kind: str, status: str, **fields: Any) -> dict[str, Any]:
    return {
        "object": kind, "id": f"{kind}_1", "created": BEFORE_YESTERDAY, "currency": "usd", "livemode": False,
        "amount": 1000, "status": status, **fields,
    }  # fmt: skip


PAYOUT = {"arrival_date": BEFORE_YESTERDAY - 3_600, "amount": 4000}
DISPUTE = {"charge": "ch_1"}
# Each life in the order in which it happened: type, object, and the figures of the day after it.
LIVES: dict[str, list[tuple[str, dict[str, Any], dict[str, int]]]] = {
    "a payout that fails after it was paid": [
        ("payout.created", other("payout", "pending", **PAYOUT), {"payout_due_count": 1, "payout_ok_count": 0}),
        ("payout.paid", other("payout", "paid", **PAYOUT), {"payout_ok_count": 1, "payout_ok_minor": 4000}),
        ("payout.failed", other("payout", "failed", **PAYOUT), {"payout_due_count": 1, "payout_ok_count": 0}),
    ],
    "a payout that takes money back": [
        ("payout.paid", other("payout", "paid", **PAYOUT, id="po_0"), {"payout_due_minor": 4000}),
        ("payout.paid", other("payout", "paid", **{**PAYOUT, "amount": -1500}), {"payout_due_minor": 4000}),
    ],
    "an inquiry that becomes a chargeback and is won": [
        ("charge.dispute.created", other("dispute", "warning_needs_response", **DISPUTE), {"charge_count": 1}),
        ("charge.dispute.updated", other("dispute", "warning_under_review", **DISPUTE), {"chargeback_count": 0}),
        ("charge.dispute.updated", other("dispute", "needs_response", **DISPUTE), {"chargeback_count": 1}),
        ("charge.dispute.updated", other("dispute", "under_review", **DISPUTE), {"chargeback_minor": 1000}),
        ("charge.dispute.closed", other("dispute", "won", **DISPUTE), {"chargeback_won_count": 1}),
    ],
    "an inquiry that is closed": [
        ("charge.dispute.created", other("dispute", "warning_needs_response", **DISPUTE), {"chargeback_count": 0}),
        ("charge.dispute.closed", other("dispute", "warning_closed", **DISPUTE), {"chargeback_count": 0}),
    ],
    "a charge that is authorised, then captured in part": [
        ("charge.succeeded", charge(2, captured=False, amount_captured=0), {"gross_minor": 1000, "charge_count": 1}),
        ("charge.captured", charge(2, amount_captured=600), {"gross_minor": 1600, "charge_count": 2}),
        # The rest is released, which Stripe shows as a refund on the charge and by no refund object.
        ("charge.refunded", charge(2, amount_captured=600, amount_refunded=400), {"gross_minor": 1600}),
    ],
    "an authorisation that is released": [
        ("charge.succeeded", charge(2, captured=False, amount_captured=0), {"charge_count": 1}),
        ("refund.created", other("refund", "succeeded", charge="ch_2"), {"refund_count": 0, "refunded_minor": 0}),
        ("charge.refunded", charge(2, captured=False, amount_captured=0), {"charge_count": 1, "refund_count": 0}),
    ],
    "a refund that fails in the end": [
        ("refund.created", other("refund", "pending", charge="ch_1", amount=300), {"refund_count": 0}),
        ("refund.updated", other("refund", "requires_action", charge="ch_1", amount=300), {"refund_count": 0}),
        ("refund.updated", other("refund", "succeeded", charge="ch_1", amount=300), {"refunded_minor": 300}),
        ("refund.failed", other("refund", "failed", charge="ch_1", amount=300), {"refunded_minor": 0}),
    ],
    "a charge that is pending, then fails": [
        ("charge.pending", charge(2, status="pending", captured=True), {"charge_count": 1, "failed_count": 0}),
        ("charge.failed", charge(2, status="failed", captured=False), {"charge_count": 1, "failed_count": 1}),
    ],
    "sales in currencies of no and of three decimals, estimated until they are settled": [
        ("charge.succeeded", charge(2, currency="jpy", amount=900, amount_captured=900), {"charge_count": 2}),
        ("charge.succeeded", charge(3, currency="kwd", amount=5000, amount_captured=5000), {"charge_count": 3}),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", LIVES)
async def test_a_life_told_by_webhooks_ends_right_in_whatever_order_it_is_told(
    product: Product, engine: AsyncEngine, name: str
) -> None:
    owner = await product.signed_up()
    business = await owner.imported("empty")
    account = (await owner.get("/integrations/stripe/status")).json()["account_id"]
    steps = [("charge.succeeded", charge(1), {"charge_count": 1, "gross_minor": 1000}), *LIVES[name]]
    payloads = [
        event_of(account, number, kind, json.loads(json.dumps(shown))) for number, (kind, shown, _) in enumerate(steps)
    ]
    for payload, (kind, _, expected) in zip(payloads, steps, strict=True):
        assert (await product.webhook(payload)).status_code == 200
        await owner.run(Job.APPLY_EVENTS, Job.COMPUTE_METRICS)
        found = await days_of(engine, business)
        assert {field: found[field] for field in expected} == expected, kind
    straight = await days_of(engine, business)
    await run(
        engine,
        "TRUNCATE stripe_events, waiting_events, daily_activity, " + ", ".join(table.name for table in LEDGER.values()),
    )
    for payload in reversed(payloads):
        assert (await product.webhook(payload)).status_code == 200
        await owner.run(Job.APPLY_EVENTS)
    await owner.run(Job.COMPUTE_METRICS)
    assert await days_of(engine, business) == straight


def event_of(account: str, number: int, kind: str, shown: dict[str, Any]) -> bytes:
    event = {
        "object": "event", "id": f"evt_{number}", "type": kind, "created": BEFORE_YESTERDAY + number, "livemode": False,
        "account": account, "api_version": "2026-10-28.endive", "data": {"object": shown},
    }  # fmt: skip
    return json.dumps(event).encode()


async def run(engine: AsyncEngine, query: str) -> list[Any]:
    async with engine.begin() as connection:
        found = await connection.execute(text(query))
        return list(found.scalars()) if found.returns_rows else []


async def days_of(engine: AsyncEngine, business: str) -> dict[str, int]:
    """The activity of all days together, so that the time zone does not matter."""
    rows = await run(engine, f"SELECT to_jsonb(d) FROM daily_activity d WHERE business_id = '{business}'")
    names = {name for row in rows for name, value in row.items() if isinstance(value, int)}
    return {name: sum(row[name] for row in rows) for name in names}

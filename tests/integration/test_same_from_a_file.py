"""What `vaultra assess` says of a business's objects is what the API says after they came through OAuth and import."""

import datetime as dt
import io
from typing import Any

import msgspec
import pytest

from support.product import Product
from support.sandbox import Sandbox
from support.sandbox_client import connect, sdk
from vaultra_core.use_cases.assess_file import assess_file

KINDS = ("charges", "refunds", "disputes", "payouts", "subscriptions", "balance_transactions")
# A café, subscriptions, and several currencies.
ACCOUNTS = ("cafe", "saas", "travel")
# Unasked, a list names a subscription's discount and not how much it is.
ALL_OF_A_SUBSCRIPTION = {"status": "all", "expand": ["data.discounts.source.coupon"]}


def objects_of(sandbox: Sandbox, name: str) -> bytes:
    """All that Stripe's lists show of an account, one object a line."""
    account = connect(sandbox, name)
    v1: Any = sdk(sandbox).v1
    lines = []
    for kind in KINDS:
        params = {"limit": 100, **(ALL_OF_A_SUBSCRIPTION if kind == "subscriptions" else {})}
        found = getattr(v1, kind).list(params, {"stripe_account": account}).auto_paging_iter()
        lines += [msgspec.json.encode(each.to_dict()) for each in found]
    return b"\n".join(lines)


@pytest.mark.parametrize("name", ACCOUNTS)
async def test_a_file_and_the_api_give_the_same(product: Product, sandbox: Sandbox, name: str) -> None:
    owner = await product.signed_up()
    business = await owner.imported(name)
    profile = (await owner.get(f"/users/businesses/{business}")).json()
    metrics = (await owner.get("/metrics")).json()
    report = assess_file(
        io.BytesIO(objects_of(sandbox, name)),
        as_of=dt.date.fromisoformat(metrics["period_end"]),
        currency=profile["currency"],
        timezone=profile["timezone"],
    )
    told = msgspec.json.decode(report.json())
    readiness = (await owner.get("/readiness")).json()
    assert told["metrics"]["transaction_count"] > 0
    assert {key: metrics.get(key) for key in told["metrics"]} == told["metrics"]
    assert {key: readiness.get(key) for key in told["assessment"]} == told["assessment"]
    advised = (await owner.get("/recommendations", status="pending")).json()["recommendations"]
    assert told["recommendations"]
    assert [{key: each.get(key) for key in told["recommendations"][0]} for each in advised] == told["recommendations"]

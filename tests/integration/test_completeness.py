"""Complete to the cent, or it says what differs: over the sandbox's books, whole and with something taken out."""

import datetime as dt
from typing import Any

import pytest

from support.product import Product
from vaultra_core.ports.runtime import Job


async def completeness(owner: Product) -> dict[str, Any]:
    answer = await owner.get("/integrations/stripe/status")
    found: dict[str, Any] = answer.json()["completeness"]
    return found


def last_closed_day() -> str:
    return str((dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)).date() - dt.timedelta(days=1))


@pytest.mark.parametrize("account", ["cafe", "saas", "shop", "thrive", "fresh", "empty", "travel"])
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

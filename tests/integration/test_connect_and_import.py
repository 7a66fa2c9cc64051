import json
import time
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlencode, urlsplit

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from support.product import Product, signed
from vaultra_core.ports.runtime import Job
from vaultra_core.use_cases import fold_days, plan_computation
from vaultra_core.use_cases.recompute import Recompute


async def test_from_consent_to_score_history_and_recommendations(product: Product) -> None:
    owner = await product.signed_up()
    business = await owner.business()
    callback = await owner.connect(business, "shop")
    assert callback.headers["Location"] == f"/dashboard?business_id={business}"
    before = (await owner.get("/integrations/stripe/status")).json()["import"]
    assert (before["state"], before["done"], before["percent"], before["total"]) == ("starting", 0, 0, None)
    waiting = await owner.get("/readiness")
    assert (waiting.status_code, waiting.json()["error"]["details"]["reason"]) == (404, "importing")

    await owner.run()

    after = (await owner.get("/integrations/stripe/status")).json()
    assert after["import"]["state"] == "complete"
    assert after["import"]["percent"] == 100
    assert after["import"]["done"] == after["import"]["total"] > 1500
    readiness = (await owner.get("/readiness")).json()
    assert sum(c["points"] for c in readiness["contributions"]) == readiness["raw_score"]
    assert readiness["tier"] in ("not_ready", "improving")  # it is in a dispute spike
    history = (await owner.get("/readiness/history", limit=400)).json()["scores"]
    assert len(history) > 300
    assert [entry["as_of"] for entry in history] == sorted((entry["as_of"] for entry in history), reverse=True)
    metrics = (await owner.get("/metrics")).json()
    assert metrics["period_end"] == readiness["as_of"]
    assert metrics["chargeback_count"] > 0
    keys = [entry["key"] for entry in (await owner.get("/recommendations")).json()["recommendations"]]
    # Which of the two depends on what day of the month it is: the sandbox dates its disputes back from today.
    assert {"reduce_chargebacks", "lower_disputes"} & set(keys)


async def test_the_account_decides_currency_and_zone_and_is_marked_as_sample(product: Product) -> None:
    owner = await product.signed_up()
    business = await owner.imported("travel")
    profile = (await owner.get(f"/users/businesses/{business}")).json()
    assert profile["currency"] == "eur"
    assert profile["timezone"].startswith("Europe/")
    assert profile["sample_data"] is True
    metrics = (await owner.get("/metrics")).json()
    assert metrics["currency"] == "eur"
    assert metrics["extra"]["estimated_revenue"] == 0  # every rate is known: charges brought their transactions


async def test_an_account_without_a_sale_has_no_score_and_says_why(product: Product) -> None:
    owner = await product.signed_up()
    await owner.imported("empty")
    for path in ("/readiness", "/metrics"):
        answer = await owner.get(path)
        assert answer.status_code == 404
        assert answer.json()["error"]["details"]["reason"] == "insufficient_history"
    assert (await owner.get("/recommendations")).json() == {"recommendations": []}


async def test_without_a_connection_nothing_is_made_up(product: Product) -> None:
    owner = await product.signed_up()
    await owner.business()
    assert (await owner.get("/integrations/stripe/status")).json() == {"connected": False}
    assert (await owner.get("/readiness")).json()["error"]["details"]["reason"] == "not_connected"
    assert (await owner.get("/readiness/history")).json() == {"scores": []}
    assert (await owner.get("/metrics/history")).json() == {"metrics": []}


async def landing(product: Product, path: str) -> tuple[str, dict[str, list[str]]]:
    answer = await product.come_back(path)
    assert answer.status_code == 302
    parts = urlsplit(answer.headers["Location"])
    return parts.path, parse_qs(parts.query)


async def test_a_refusal_connects_nothing_and_says_so(product: Product) -> None:
    owner = await product.signed_up()
    business = await owner.business()
    path, query = await landing(owner, await owner.consent(business, "cafe", decision="deny"))
    assert (path, query["error"]) == ("/onboarding/stripe-connect", ["access_denied"])
    assert (await owner.get("/integrations/stripe/status")).json() == {"connected": False}


async def test_a_connection_is_finished_in_the_browser_that_began_it(product: Product) -> None:
    """Otherwise an owner could send the link on, and somebody else's account would land in the owner's business."""
    owner, other = await product.signed_up(), await product.signed_up("other@example.com")
    business = await owner.business()
    back = await owner.consent(business, "cafe")
    for journey in ("", "vaultra_connect=", "vaultra_connect=nonsense", "vaultra_connect=%ED%A0%80"):
        other.journey = journey
        path, query = await landing(other, back)
        assert (path, query.get("error")) == ("/onboarding/stripe-connect", ["other_browser"])
    await other.consent(await other.business(), "saas")  # with a journey of their own
    assert (await landing(other, back))[1]["error"] == ["other_browser"]
    assert (await owner.get("/integrations/stripe/status")).json() == {"connected": False}
    assert (await landing(owner, back))[0] == "/dashboard"  # who comes with a foreign link does not use it up


async def test_the_cookie_of_a_journey_is_for_its_way_back_alone(product: Product) -> None:
    owner = await product.signed_up()
    begun = await owner.get("/integrations/stripe/connect", business_id=await owner.business())
    cookie = SimpleCookie(begun.headers["Set-Cookie"])["vaultra_connect"]
    assert cookie["httponly"] and cookie["secure"] and cookie["samesite"] == "lax" and cookie["max-age"] == "600"
    assert cookie["path"] == "/api/v1/integrations/stripe/callback"
    done = await owner.come_back(await owner.consent(await owner.business("Second"), "cafe"))
    over = SimpleCookie(done.headers["Set-Cookie"])["vaultra_connect"]
    assert (over.value, over["max-age"], over["path"]) == ("", "0", cookie["path"])


async def test_a_state_connects_once(product: Product) -> None:
    owner = await product.signed_up()
    back = await owner.consent(await owner.business(), "cafe")
    assert (await landing(owner, back))[0] == "/dashboard"
    path, query = await landing(owner, back)
    assert (path, query["error"]) == ("/onboarding/stripe-connect", ["invalid_state"])


@pytest.mark.parametrize("state", ["", "nonsense", "a.b.c", "\x00", "é" * 2000])
async def test_a_foreign_state_connects_nothing(product: Product, state: str) -> None:
    path, query = await landing(
        product, "/api/v1/integrations/stripe/callback?" + urlencode({"state": state, "code": "ac_1"})
    )
    assert (path, query["error"]) == ("/onboarding/stripe-connect", ["invalid_state"])


async def test_an_account_belongs_to_one_business(product: Product) -> None:
    first, second = await product.signed_up("a@example.com"), await product.signed_up("b@example.com")
    await first.imported("fresh")
    path, query = await landing(second, await second.consent(await second.business(), "fresh"))
    assert (path, query["error"]) == ("/onboarding/stripe-connect", ["already_connected"])


async def test_a_connected_business_is_not_connected_again(product: Product) -> None:
    owner = await product.signed_up()
    business = await owner.imported("fresh")
    answer = await owner.get("/integrations/stripe/connect", business_id=business)
    assert answer.status_code == 409


async def test_disconnecting_keeps_history_and_connecting_again_goes_on(product: Product) -> None:
    owner = await product.signed_up()
    business = await owner.imported("fresh")
    score = (await owner.get("/readiness")).json()["score"]
    for _ in range(2):  # the second time there is nothing left to end
        assert (await owner.request("DELETE", "/integrations/stripe")).status_code == 204
    assert (await owner.get("/integrations/stripe/status")).json() == {"connected": False}
    assert (await owner.get("/readiness")).json()["score"] == score
    assert "/dashboard" in (await owner.connect(business, "fresh")).headers["Location"]
    await owner.run()
    assert (await owner.get("/readiness")).json()["score"] == score


async def test_purging_deletes_all_that_was_imported(product: Product) -> None:
    owner = await product.signed_up()
    await owner.imported("fresh")
    await owner.request("DELETE", "/integrations/stripe", params={"purge": "true"})
    assert (await owner.get("/readiness")).json()["error"]["details"]["reason"] == "not_connected"
    assert (await owner.get("/metrics/history")).json() == {"metrics": []}
    assert (await owner.get("/recommendations")).json() == {"recommendations": []}


async def test_recomputing_changes_nothing(product: Product) -> None:
    owner = await product.signed_up()
    business = await owner.imported("cafe")
    paths = (
        "/readiness",
        "/readiness/history?limit=400",
        "/metrics",
        "/metrics/history",
        "/recommendations?status=pending",
    )
    # The two ends of the world: what is yesterday in one is always the day before yesterday in the other.
    await moved(owner, business, "Etc/GMT+12")
    before = [(await owner.get(path)).json() for path in paths]
    await moved(owner, business, "Etc/GMT-14")
    assert (await owner.get("/metrics")).json()["period_end"] > before[2]["period_end"]
    assert (await owner.get("/metrics/history")).json() != before[3]
    await moved(owner, business, "Etc/GMT+12")
    after = [(await owner.get(path)).json() for path in paths]
    assert without_moments(after) == without_moments(before)


async def moved(owner: Product, business: str, timezone: str) -> None:
    assert (await owner.patch(f"/users/businesses/{business}", {"timezone": timezone})).status_code == 200
    await owner.run(Job.COMPUTE_METRICS, Job.COMPUTE_READINESS, Job.GENERATE_RECOMMENDATIONS)


def without_moments(value: object) -> object:
    """The same without when and under which id it was written down."""
    if isinstance(value, dict):
        return {k: without_moments(v) for k, v in value.items() if k not in ("created_at", "updated_at", "id")}
    return [without_moments(entry) for entry in value] if isinstance(value, list) else value


async def test_deciding_on_a_recommendation(product: Product) -> None:
    owner = await product.signed_up()
    await owner.imported("shop")
    pending = (await owner.get("/recommendations", status="pending")).json()["recommendations"]
    order = {"high": 0, "medium": 1, "low": 2}
    assert [order[r["priority"]] for r in pending] == sorted(order[r["priority"]] for r in pending)
    accepted = await owner.patch(f"/recommendations/{pending[0]['id']}", {"status": "accepted"})
    assert accepted.json()["status"] == "accepted"
    again = await owner.patch(f"/recommendations/{pending[0]['id']}", {"status": "dismissed"})
    assert again.status_code == 409
    dismissed = await owner.patch(f"/recommendations/{pending[1]['id']}", {"status": "dismissed"})
    assert dismissed.status_code == 200
    await owner.run()
    left = {r["id"] for r in (await owner.get("/recommendations", status="pending")).json()["recommendations"]}
    assert left == {r["id"] for r in pending[2:]}


async def test_a_webhook_is_applied_once_however_often_it_comes(product: Product) -> None:
    owner = await product.signed_up()
    await owner.imported("fresh")
    account = (await owner.get("/integrations/stripe/status")).json()["account_id"]
    before = (await owner.get("/metrics")).json()["today"]["transaction_count"]
    payload = charge_event(account)
    for _ in range(3):
        assert (await product.webhook(payload)).status_code == 200
    await owner.run(Job.APPLY_EVENTS, Job.APPLY_EVENTS, Job.COMPUTE_METRICS)
    assert (await product.webhook(payload)).status_code == 200
    await owner.run(Job.APPLY_EVENTS, Job.COMPUTE_METRICS)
    today = (await owner.get("/metrics")).json()["today"]
    assert today["transaction_count"] == before + 1


def charge_event(account: str) -> bytes:
    now = int(time.time())
    charge = {
        "object": "charge", "id": "ch_webhook", "created": now, "currency": "usd", "livemode": False,
        "amount": 1234, "amount_captured": 1234, "captured": True, "status": "succeeded", "customer": "cus_1",
        "billing_details": {"name": "Canary Person", "email": "canary@example.com"},
    }  # fmt: skip
    event = {
        "object": "event", "id": "evt_webhook", "type": "charge.succeeded", "created": now, "livemode": False,
        "account": account, "api_version": "2026-10-28.endive", "data": {"object": charge},
    }  # fmt: skip
    return json.dumps(event).encode()


async def test_no_name_or_address_of_a_customer_is_ever_stored(product: Product, database_url: str) -> None:
    owner = await product.signed_up()
    await owner.imported("fresh")
    account = (await owner.get("/integrations/stripe/status")).json()["account_id"]
    await product.webhook(charge_event(account))
    connection = await asyncpg.connect(database_url)
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in tables:
            rows = await connection.fetch(f"SELECT t::text FROM {table} t")
            text = "\n".join(row[0] for row in rows)
            for canary in ("Canary", "canary@example.com", "card", "billing"):
                assert canary not in text, (table, canary)
    finally:
        await connection.close()


BAD_WEBHOOKS: list[tuple[bytes, str | None]] = [  # a body, and a signature that is not its own
    (b"{}", None),
    (b"[]", None),
    (b"", None),
    (b"null", None),
    (b"\xff\xfe", None),
    (b'{"object":"event"}', None),
    (b'{"object":"v2.core.event","id":"evt_1"}', None),
    (b'{"object":"event","id":"evt_1","type":"charge.succeeded","created":1e400,"livemode":false,"data":{}}', None),
    (b"[" * 2000, None),
    (b"{}", ""),
    (b"{}", "t=1,v1=x"),
    (b"{}", signed(b"{}", secret="whsec_other")),
    (b"{}", signed(b"{}", at=1)),
]


async def test_a_bad_webhook_is_a_clean_400(product: Product) -> None:
    for payload, signature in BAD_WEBHOOKS:
        answer = await product.webhook(payload, signature)
        assert answer.status_code == 400, (payload[:50], answer.text)
        assert answer.json()["error"]["code"] == "VALIDATION_ERROR"


async def test_an_event_of_an_unknown_account_waits_for_its_connection(product: Product) -> None:
    owner = await product.signed_up()
    business = await owner.business()
    await owner.connect(business, "fresh")
    account = (await owner.get("/integrations/stripe/status")).json()["account_id"]
    await owner.request("DELETE", "/integrations/stripe", params={"purge": "true"})
    assert (await product.webhook(charge_event(account))).status_code == 200
    await owner.run(Job.APPLY_EVENTS)
    await owner.connect(business, "fresh")
    await owner.run()
    answer = await owner.get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.json()["today"]["transaction_count"] >= 1


async def test_withdrawn_access_ends_the_connection(product: Product) -> None:
    owner = await product.signed_up()
    await owner.imported("fresh")
    account = (await owner.get("/integrations/stripe/status")).json()["account_id"]
    event = {
        "object": "event", "id": "evt_gone", "type": "account.application.deauthorized",
        "created": int(time.time()) + 1, "livemode": False, "account": account,
        "data": {"object": {"object": "application", "id": "ca_x"}},
    }  # fmt: skip
    await product.webhook(json.dumps(event).encode())
    await owner.run(Job.APPLY_EVENTS)
    assert (await owner.get("/integrations/stripe/status")).json() == {"connected": False}


async def test_history_computed_in_small_shares_is_the_same(
    product: Product, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await product.signed_up()
    await owner.imported("fresh")
    paths = ("/readiness/history?limit=400", "/metrics/history", "/readiness", "/metrics")
    before = [(await owner.get(path)).json() for path in paths]
    assert len(before[0]["scores"]) > 7
    monkeypatch.setattr(fold_days, "DAYS", 7)
    monkeypatch.setattr(plan_computation, "DAYS", 7)
    await (await product.container.get(Recompute)).execute()
    assert [(await owner.get(path)).json() for path in paths] == before
    async with engine.connect() as connection:
        for table in ("superseded_scores", "superseded_snapshots"):
            assert await connection.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table

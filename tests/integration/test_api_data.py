"""Everything can be taken along and deleted, and whoever did what is known afterwards."""

import io
import json
import zipfile
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from support.product import Product, a_product, settings_for_tests
from support.sandbox import SECRET_KEY, Sandbox
from vaultra_core.ports.runtime import Job

TABLES = text("""
    SELECT c.oid::regclass::text FROM pg_catalog.pg_class c
    WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace ORDER BY 1
""")
AUDIT_ALONE = {"audit_log"}


async def where_it_stands(engine: AsyncEngine, *needles: str) -> dict[str, list[str]]:
    """The tables in which any row holds one of these texts, in whatever column: new tables are looked into as well."""
    found: dict[str, list[str]] = {}
    async with engine.connect() as connection:
        for (table,) in (await connection.execute(TABLES)).all():
            for needle in needles:
                holds = text(f"SELECT EXISTS (SELECT FROM {table} t WHERE strpos(lower(t::text), lower(:needle)) > 0)")
                if await connection.scalar(holds, {"needle": needle}):
                    found.setdefault(table, []).append(needle)
    return found


async def actions(person: Product, path: str) -> list[str]:
    answer = await person.get(path)
    assert answer.status_code == 200, answer.text
    return [entry["action"] for entry in answer.json()["entries"]]


async def test_a_deleted_business_leaves_nothing_but_the_audit(product: Product, engine: AsyncEngine) -> None:
    owner = await product.signed_up()
    business = await owner.imported("cafe", name="Café Weg")
    account = (await owner.get("/integrations/stripe/status")).json()["account_id"]
    before = await where_it_stands(engine, business, account)
    assert len(before) > 10, "there was something to delete"

    wrong = await owner.request("DELETE", f"/users/businesses/{business}", json={"confirm": "Café"})
    assert (wrong.status_code, wrong.json()["error"]["details"]["field"]) == (400, "confirm")
    assert await where_it_stands(engine, business, account) == before

    gone = await owner.request("DELETE", f"/users/businesses/{business}", json={"confirm": "Café Weg"})
    assert gone.status_code == 204, gone.text
    await product.run(Job.RETURN_ACCESS)
    assert set(await where_it_stands(engine, business, account, "Café Weg")) == AUDIT_ALONE
    assert (await owner.get(f"/users/businesses/{business}")).status_code == 403
    done = ["denied", "business_deleted", "stripe_connected", "business_created"]
    assert (await actions(owner, "/users/me/audit"))[:4] == done
    await product.run()  # no job stumbles over what is gone


async def test_what_is_deleted_while_stripe_is_down_is_given_back_when_it_is_there_again(
    product: Product, engine: AsyncEngine, database_url: str, sandbox: Sandbox
) -> None:
    owner = await product.signed_up()
    business = await owner.imported("fresh", name="Café Weg")
    account = (await owner.get("/integrations/stripe/status")).json()["account_id"]
    waiting = {"access_returns", *AUDIT_ALONE}  # the log says which account was connected
    async with a_product(settings_for_tests(database_url, sandbox_url="http://127.0.0.1:9")) as without_stripe:
        there = without_stripe._as(owner.token)
        gone = await there.request("DELETE", f"/users/businesses/{business}", json={"confirm": "Café Weg"})
        assert gone.status_code == 204, gone.text
        await without_stripe.run(Job.RETURN_ACCESS)
    assert set(await where_it_stands(engine, business, account)) == waiting
    assert reachable(sandbox, account)
    async with engine.begin() as connection:
        now_due = text("UPDATE access_returns SET due_at = now() RETURNING last_error")
        (error,) = (await connection.execute(now_due)).scalars()
    assert "Stripe" in error
    await product.run(Job.RETURN_ACCESS)
    assert set(await where_it_stands(engine, business, account)) == AUDIT_ALONE
    assert not reachable(sandbox, account)


def reachable(sandbox: Sandbox, account: str) -> bool:
    """Whether the platform may still read this account."""
    headers = {"Authorization": f"Bearer {SECRET_KEY}", "Stripe-Account": account}
    return httpx.get(f"{sandbox.url}/v1/account", headers=headers, timeout=30).status_code == 200


async def test_a_deleted_account_leaves_nothing_but_the_audit(product: Product, engine: AsyncEngine) -> None:
    person = await product.signed_up("going.away@example.com", "Gwendolyn Gone")
    business = await person.business("Stays Or Goes")
    user = (await person.get("/auth/me")).json()["id"]
    wrong = {"email": "going.away@example.com", "password": "not this one"}
    assert (await product.post("/auth/login", wrong)).status_code == 401
    await product.post("/auth/password/forgot", {"email": wrong["email"]})
    async with engine.connect() as connection:
        seen = await connection.scalars(text("SELECT DISTINCT address FROM audit_log"))
        assert set(seen) == {"127.0.0.1"}
    refused = await person.request("DELETE", "/users/me")
    assert refused.status_code == 409
    assert refused.json()["error"]["details"]["business_ids"] == [business]

    await person.request("DELETE", f"/users/businesses/{business}", json={"confirm": "Stays Or Goes"})
    assert (await person.request("DELETE", "/users/me")).status_code == 204
    left = await where_it_stands(engine, user, "going.away@example.com", "Gwendolyn Gone")
    assert left == {"audit_log": [user]}
    assert (await person.get("/auth/me")).status_code == 401
    async with engine.connect() as connection:
        rows = (await connection.execute(text("SELECT action, address FROM audit_log"))).all()
        assert {"sign_in_refused", "password_reset_asked", "user_deleted"} <= {action for action, _ in rows}
        assert {address for _, address in rows} == {None}


async def test_a_person_can_take_along_what_is_stored_about_them(product: Product) -> None:
    person = await product.signed_up("taker@example.com", "Tess")
    other = await product.signed_up("other@example.com", "Otto")
    await person.business("Tess's")
    await other.business("Otto's")
    answer = await person.get("/users/me/export")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="vaultra-account-')
    data = answer.json()["data"]
    assert data["users"][0]["email"] == "taker@example.com"
    assert len(data["user_business_memberships"]) == 1
    assert "other@example.com" not in answer.text and "Otto" not in answer.text and "argon2" not in answer.text
    assert "user_exported" in await actions(person, "/users/me/audit")


async def test_conversations_are_handed_to_whoever_had_them(product: Product, engine: AsyncEngine) -> None:
    owner = await product.signed_up()
    business = await owner.business()
    admin = await product.signed_up("admin@example.com")
    await join(engine, admin, business, "admin")
    for person, question in ((owner, "Which tier am I in, asks the owner?"), (admin, "And the admin?")):
        asked = await person.post("/agent/chat", {"business_id": business, "message": question})
        assert asked.status_code == 200, asked.text
    for person, own, others in ((owner, "asks the owner", "And the admin"), (admin, "And the admin", "asks the owner")):
        export = await person.get("/users/me/export")
        messages = export.json()["data"]["agent_messages"]
        assert [message["role"] for message in messages] == ["user", "assistant"]
        assert own in messages[0]["content"] and messages[1]["content"]
        assert others not in export.text
    answer = await owner.get(f"/users/businesses/{business}/export")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as folder:
        told = folder.read("agent_messages.jsonl").decode() + folder.read("agent_conversations.jsonl").decode()
    assert "asks the owner" in told and "And the admin" not in told
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM user_business_memberships WHERE role = 'admin'"))
    assert "agent_messages" not in (await admin.get("/users/me/export")).json()["data"]


@pytest.mark.parametrize(("kind", "ending"), [("json", "jsonl"), ("csv", "csv")])
async def test_an_owner_can_take_the_whole_business_along(product: Product, kind: str, ending: str) -> None:
    owner = await product.signed_up()
    business = await owner.imported("cafe")
    other = await product.signed_up("other@example.com")
    foreign = await other.imported("saas")
    answer = await owner.get(f"/users/businesses/{business}/export", format=kind)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as folder:
        files = {name: folder.read(name).decode() for name in folder.namelist()}
    expected = {"businesses", "stripe_charges", "daily_activity", "readiness_scores", "integration_accounts"}
    assert {f"{table}.{ending}" for table in expected} <= set(files)
    told = "".join(files.values())
    assert foreign not in told and "access_token" not in told
    if kind == "json":
        charges = [json.loads(line) for line in files["stripe_charges.jsonl"].splitlines()]
        assert len(charges) > 100 and {charge["business_id"] for charge in charges} == {business}
    assert "business_exported" in await actions(owner, f"/users/businesses/{business}/audit")


async def test_only_an_owner_may_look_take_and_delete(product: Product, engine: AsyncEngine) -> None:
    owner = await product.signed_up()
    business = await owner.business()
    admin = await product.signed_up("admin@example.com")
    stranger = await product.signed_up("stranger@example.com")
    await join(engine, admin, business, "admin")
    for person in (admin, stranger):
        for method, path, body in (
            ("GET", f"/users/businesses/{business}/audit", None),
            ("GET", f"/users/businesses/{business}/export", None),
            ("DELETE", f"/users/businesses/{business}", {"confirm": "Corner Café"}),
        ):
            answer = await person.request(method, path, json=body)
            assert answer.status_code == 403, (method, path, answer.text)
        await person.get(f"/users/businesses/{business}/audit")
    log = (await owner.get(f"/users/businesses/{business}/audit")).json()["entries"]
    # All knocks of one person for one role within an hour are one entry.
    assert [entry["action"] for entry in log].count("denied") == 2
    assert {entry["actor_name"] for entry in log if entry["action"] == "denied"} <= {"Owner", None}


async def test_the_log_is_read_in_pages(product: Product) -> None:
    owner = await product.signed_up()
    business = await owner.business()
    for _ in range(3):
        await owner.get(f"/users/businesses/{business}/export")
    path = f"/users/businesses/{business}/audit"
    seen: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await owner.get(path, limit=2, **cursor)).json()
        seen += page["entries"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert [entry["action"] for entry in seen] == ["business_exported"] * 3 + ["business_created"]
    assert seen == (await owner.get(path, limit=200)).json()["entries"]
    for broken in ("x", "~", "2026-01-01~x", "2026-01-01T00:00:00~00000000-0000-7000-8000-000000000000"):
        answer = await owner.get(path, cursor=broken)
        assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (400, "cursor")


async def join(engine: AsyncEngine, person: Product, business: str, role: str) -> None:
    user = (await person.get("/auth/me")).json()["id"]
    add = text("INSERT INTO user_business_memberships (user_id, business_id, role) VALUES (:user, :business, :role)")
    async with engine.begin() as connection:
        await connection.execute(add, {"user": user, "business": business, "role": role})

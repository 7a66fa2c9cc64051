"""The commands that do by hand what the jobs do, on a real database with a connected account."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine

from support.command import Run, vaultra_here
from support.database import a_database, outside_the_loop
from support.demo import Demo
from support.product import Product
from support.sandbox import CLIENT_ID, SECRET_KEY, WEBHOOK_SECRET, Sandbox
from vaultra_adapters.postgres.migrate import head
from vaultra_core.ports.runtime import Job
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.testing.contracts.inbox import claim


def vaultra(*arguments: str, settings: Mapping[str, str] | None = None) -> Run:
    return outside_the_loop(lambda: vaultra_here(*arguments, settings=settings))


class Installation:
    """What an operator has: the settings of a product, with one business connected."""

    def __init__(self, settings: dict[str, str], product: Product) -> None:
        self.settings = settings
        self.product = product

    def run(self, *arguments: str, **more: str) -> Run:
        return vaultra(*arguments, settings=self.settings | more)


@pytest.fixture
def installation(product: Product, database_url: str, sandbox: Sandbox) -> Installation:
    settings = {
        "DATABASE_URL": database_url,
        "STRIPE_SECRET_KEY": SECRET_KEY,
        "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "STRIPE_CONNECT_CLIENT_ID": CLIENT_ID,
        "STRIPE_API_BASE": sandbox.url,
        "STRIPE_CONNECT_BASE": sandbox.url,
    }
    return Installation(settings, product)


async def test_sync_imports_and_computes_and_recompute_changes_nothing(installation: Installation) -> None:
    owner = await installation.product.signed_up()
    business = await owner.business()
    await owner.connect(business, "fresh")
    account = (await owner.get("/integrations/stripe/status")).json()["account_id"]

    synced = installation.run("sync", account, "--json")

    assert synced.code == 0, synced
    done = json.loads(synced.output)
    assert (done["account"], done["import"], done["error"]) == (account, "complete", None)
    assert done["objects"] == (await owner.get("/integrations/stripe/status")).json()["import"]["done"] > 100
    score = (await owner.get("/readiness")).json()
    assert 0 < score["score"] <= 100
    history = (await owner.get("/readiness/history", limit=400)).json()

    everything, only = installation.run("recompute"), installation.run("recompute", "--business", business)

    assert (everything.code, everything.output) == (0, "1 business computed anew\n"), everything
    assert (only.code, only.output) == (0, "1 business computed anew\n")
    assert (await owner.get("/readiness")).json() == score
    assert (await owner.get("/readiness/history", limit=400)).json() == history


async def test_what_is_not_there_is_said(installation: Installation) -> None:
    unknown = installation.run("sync", "acct_nobody")
    assert (unknown.code, unknown.complaint) == (1, "vaultra: No business has connected acct_nobody.\n")
    nobody = "00000000-0000-7000-8000-000000000000"
    missing = installation.run("recompute", "--business", nobody)
    assert (missing.code, missing.complaint) == (1, f"vaultra: There is no business {nobody}.\n")
    none = installation.run("recompute")
    assert (none.code, none.output) == (0, "0 businesses computed anew\n")


async def test_a_dead_event_is_listed_and_replayed(installation: Installation, engine: AsyncEngine) -> None:
    product = installation.product
    owner = await product.signed_up()
    await owner.connect(await owner.business(), "fresh")
    account = (await owner.get("/integrations/stripe/status")).json()["account_id"]
    assert installation.run("events", "dead").output == "no dead events\n"
    await bury(product, account)

    dead = installation.run("events", "dead", "--json")

    assert dead.code == 0, dead
    (event,) = json.loads(dead.output)
    assert (event["id"], event["type"], event["account"]) == ("evt_dead", "charge.succeeded", account)
    assert event["error"] == "A column was missing."
    assert "evt_dead  charge.succeeded" in installation.run("events", "dead").output
    assert installation.run("events", "replay", "evt_other").output == "0 events requeued\n"
    assert installation.run("events", "replay", "evt_dead").output == "1 events requeued\n"
    assert installation.run("events", "dead").output == "no dead events\n"
    await product.run(Job.APPLY_EVENTS)
    async with engine.connect() as connection:
        found = await connection.scalars(text("SELECT amount_minor FROM stripe_charges WHERE id = 'ch_dead'"))
        assert found.all() == [1234]


async def bury(product: Product, account: str) -> None:
    """An event that came in by webhook and that could not be applied, for the last time."""
    now = dt.datetime.now(dt.UTC)
    charge = {
        "object": "charge", "id": "ch_dead", "created": int(now.timestamp()), "currency": "usd", "livemode": False,
        "amount": 1234, "amount_captured": 1234, "captured": True, "status": "succeeded", "customer": "cus_1",
    }  # fmt: skip
    event = {
        "object": "event", "id": "evt_dead", "type": "charge.succeeded", "created": int(now.timestamp()),
        "livemode": False, "account": account, "api_version": "2026-10-28.endive", "data": {"object": charge},
    }  # fmt: skip
    assert (await product.webhook(json.dumps(event).encode())).status_code == 200
    async with (await product.container.get(UnitOfWorkFactory))() as work:
        (waiting,) = await claim(work, now=now + dt.timedelta(seconds=1))
        await work.inbox.mark_failed(waiting.id, "A column was missing.", retry_at=None, now=now)
        await work.commit()


@pytest.fixture(scope="module")
def empty_database_url(database_server_url: str) -> Iterator[str]:
    with a_database(database_server_url, migrated=False) as url:
        yield url


def test_migrate_goes_up_and_down_and_up_again(empty_database_url: str) -> None:
    runs = [
        vaultra("migrate", *options, settings={"DATABASE_URL": empty_database_url})
        for options in ([], [], ["--to", "base"], ["--to", "0001"], ["--to", "base"])
    ]
    assert [(run.code, run.output) for run in runs] == [
        (0, f"empty → {head()}\n"),
        (0, f"{head()} → {head()}\n"),
        (0, f"{head()} → empty\n"),
        (0, "empty → 0001\n"),
        (0, "0001 → empty\n"),
    ]


async def test_doctor_is_content_with_what_is_there(installation: Installation, redis_url: str, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("<!doctype html>")
    settings = {"REDIS_URL": redis_url, "FRONTEND_DIR": str(site)}
    well = installation.run("doctor", **settings)
    assert (well.code, well.complaint) == (0, ""), well
    assert [line.split()[:2] for line in well.output.splitlines()] == [
        ["ok", "database"],
        ["ok", "queue"],
        ["ok", "stripe"],
        ["ok", "dashboard"],
    ]


def test_doctor_says_what_to_do(empty_database_url: str, tmp_path: Path) -> None:
    settings = {
        "DATABASE_URL": empty_database_url,
        "REDIS_URL": "redis://127.0.0.1:9",
        "FRONTEND_DIR": str(tmp_path / "nothing"),
    }
    run = vaultra("doctor", "--json", settings=settings)
    assert (run.code, run.complaint) == (1, ""), run
    findings = {each["what"]: each for each in json.loads(run.output)}
    assert not any(each["ok"] for each in findings.values())
    assert "run vaultra migrate" in findings["database"]["detail"]
    assert "Check REDIS_URL" in findings["queue"]["detail"]
    assert "STRIPE_SECRET_KEY" in findings["stripe"]["detail"]
    assert "run make setup" in findings["dashboard"]["detail"]
    away = str(make_url(empty_database_url).set(database="nowhere").render_as_string(hide_password=False))
    lost = vaultra("doctor", settings=settings | {"DATABASE_URL": away})
    assert lost.code == 1
    assert "Check DATABASE_URL" in lost.output


def test_openapi_is_what_the_server_serves(demo: Demo) -> None:
    run = vaultra("openapi")
    assert (run.code, run.complaint) == (0, "")
    document = json.loads(run.output)
    served = httpx.get(f"{demo.url}/api/v1/openapi.json").json()
    for path in document["paths"] | served["paths"]:
        assert document["paths"].get(path) == served["paths"].get(path), path
    assert document == served
    assert document["openapi"].startswith("3.1")
    assert len(document["paths"]) > 15

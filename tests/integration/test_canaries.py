"""Secrets planted everywhere show up nowhere: not in a log at its most talkative, not in Redis, not in an error."""

import io
import json
import logging
import secrets
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import redis.asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from support.product import Product, a_product, settings_for_tests
from support.sandbox import SECRET_KEY, WEBHOOK_SECRET, Sandbox
from vaultra_adapters.settings import Settings
from vaultra_cli.logs import make_formatter
from vaultra_core.ports.runtime import Job, JobQueue
from vaultra_core.use_cases.get_profile import GetProfile

PASSWORD = f"canary-password-{secrets.token_hex(4)}"
JWT_SECRET = f"canary-jwt-{secrets.token_hex(16)}"
EMAIL = f"canary-{secrets.token_hex(4)}@example.com"
CUSTOMER = f"customer-{secrets.token_hex(4)}@example.com"
DESCRIPTION = f"canary card ending {secrets.token_hex(4)}"
CODE = f"ac_canary{secrets.token_hex(8)}"
CANARIES = [PASSWORD, JWT_SECRET, EMAIL, CUSTOMER, DESCRIPTION, CODE, SECRET_KEY, WEBHOOK_SECRET]


@pytest.fixture
def settings(database_url: str, redis_url: str, sandbox: Sandbox) -> Settings:
    return settings_for_tests(database_url, sandbox_url=sandbox.url, redis_url=redis_url, jwt_secret=JWT_SECRET)


@pytest.fixture
def logged(settings: Settings) -> Iterator[io.StringIO]:
    """Everything that any library logs, as it would be written, at DEBUG."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(make_formatter(settings, readable=False))
    root = logging.getLogger()
    levels = {logger: logger.level for logger in [root, logging.getLogger("stripe"), logging.getLogger("taskiq")]}
    for logger in levels:
        logger.setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)
    for logger, level in levels.items():
        logger.setLevel(level)


@pytest.fixture
async def product(engine: AsyncEngine, settings: Settings) -> AsyncIterator[Product]:
    del engine  # it is what empties the tables
    async with a_product(settings) as running:
        yield running


async def provoke(product: Product, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Sign up, fail to log in, connect, send webhooks good and bad, break: the error answers that come back."""
    answers = []

    async def ask(method: str, path: str, **options: object) -> dict[str, object]:
        answer = await owner.request(method, path, **options)
        if answer.status_code >= 400 or answer.status_code == 302:
            answers.append(f"{answer.status_code} {dict(answer.headers)} {answer.text}")
        body: dict[str, object] = answer.json() if answer.content else {}
        return body

    owner = product
    signed = await ask("POST", "/auth/signup", json={"email": EMAIL, "password": PASSWORD, "name": "Canary"})
    await ask("POST", "/auth/signup", json={"email": EMAIL, "password": PASSWORD, "name": "Canary"})
    await ask("POST", "/auth/login", json={"email": EMAIL, "password": PASSWORD + "x"})
    await ask("POST", "/auth/login", json={"email": [EMAIL], "password": {"a": PASSWORD}})
    owner = product._as(str(signed["token"]))
    business = await owner.business()
    await ask("GET", f"/integrations/stripe/callback?state=x&code={CODE}")
    back = await owner.consent(business, "cafe")
    refused = "http://vaultra.test" + back.split("&code=")[0] + f"&code={CODE}"
    await ask("GET", refused, headers={"Cookie": owner.journey})
    charge = {
        "id": "ch_canary", "object": "charge", "created": 1, "amount": 100, "currency": "usd", "status": "succeeded",
        "captured": True, "description": DESCRIPTION, "receipt_email": CUSTOMER,
        "billing_details": {"email": CUSTOMER, "name": DESCRIPTION},
    }  # fmt: skip
    for event_type, data in (("charge.succeeded", charge), ("charge.succeeded", {**charge, "amount": DESCRIPTION})):
        event = {"id": f"evt_{secrets.token_hex(8)}", "object": "event", "type": event_type, "created": 1}
        payload = json.dumps({**event, "livemode": False, "account": "acct_x", "data": {"object": data}}).encode()
        await product.webhook(payload)
        bad = await product.webhook(payload, signature=f"t=1,v1={WEBHOOK_SECRET}")
        answers.append(bad.text)
    await product.run(Job.APPLY_EVENTS, Job.STRIPE_SYNC)
    (await product.container.get(JobQueue)).wake(Job.STRIPE_SYNC)

    async def broken(*_: object) -> None:
        raise RuntimeError(f"broke over {EMAIL}, Bearer {owner.token}, {JWT_SECRET}, {SECRET_KEY}")

    monkeypatch.setattr(GetProfile, "execute", broken)
    await ask("GET", "/auth/me")
    answers.append(str(owner.token))
    return answers


async def test_no_canary_sings(
    product: Product,
    logged: io.StringIO,
    engine: AsyncEngine,
    redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    *answers, token = await provoke(product, monkeypatch)
    assert any(answer.startswith("500") for answer in answers) and len(answers) > 5
    told = logged.getvalue()
    assert "RuntimeError" in told and told.count("\n") > 10, "nothing was listened to"
    places = {"logs": told, "answers": "\n".join(answers), "redis": await everything_in(redis_url)}
    # The code of the callback is the browser's own; it is looked for where it has no business.
    found = [(where, canary) for where, said in places.items() for canary in [*CANARIES, token] if canary in said]
    assert found == []
    async with engine.connect() as connection:
        events = str((await connection.execute(text("SELECT payload::text FROM stripe_events"))).all())
    assert "charge.succeeded" in events and CUSTOMER not in events and DESCRIPTION not in events


async def everything_in(url: str) -> str:
    client: Any = redis.asyncio.from_url(url)
    readers = {b"stream": client.xrange, b"string": client.get, b"hash": client.hgetall}
    parts = [str((key, await readers.get(await client.type(key), client.dump)(key))) for key in await client.keys()]
    await client.aclose()
    assert any("task_name" in part for part in parts), parts
    return "\n".join(parts)

"""While a dependency is down the answer is a 503 that says which, and when to come back."""

import asyncio
import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from support.database import outside_the_loop
from support.product import PASSWORD, a_product, settings_for_tests
from support.redis import free_port, start_redis
from vaultra_adapters.postgres import migrate
from vaultra_adapters.postgres.embedded import EmbeddedPostgres
from vaultra_core.ports.runtime import Job, JobQueue
from vaultra_core.use_cases.send_mail import SendMail
from vaultra_worker.app import running_worker

SIGN_UP = {"email": "late@example.com", "password": PASSWORD, "name": "Late"}


def unavailable(answer: Any, dependency: str) -> None:
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["Retry-After"]) > 0
    error = answer.json()["error"]
    assert (error["code"], error["details"]["dependency"]) == ("UNAVAILABLE", dependency)
    assert "/" not in error["message"], "where the dependency is, is nobody's business"


async def test_without_a_database_the_product_says_so() -> None:
    async with a_product(settings_for_tests("postgresql://nobody@/none?host=/nowhere")) as product:
        for method, path, body in (
            ("POST", "/auth/signup", SIGN_UP),
            ("POST", "/auth/login", {"email": "late@example.com", "password": PASSWORD}),
            ("GET", "/health/ready", None),
        ):
            unavailable(await product.request(method, path, json=body), "database")
        unavailable(await product.webhook(event("evt_1")), "database")
        assert (await product.get("/health")).status_code == 200, "the process itself is up"


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="a given server is not ours to stop")
async def test_a_database_that_was_away_is_used_again(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("away")
    with tempfile.TemporaryDirectory() as short, contextlib.ExitStack() as servers:  # a socket's path has to be short
        place = Path(short) / "socket"

        def started() -> EmbeddedPostgres:
            server = servers.enter_context(EmbeddedPostgres(folder, settings={"fsync": "off"}))
            place.unlink(missing_ok=True)
            place.symlink_to(str(make_url(server.url).query["host"]))
            return server

        server = started()
        url = make_url(server.url).set(query={"host": str(place)}).render_as_string()
        outside_the_loop(lambda: migrate.upgrade(url))
        async with a_product(settings_for_tests(url)) as product:
            owner = await product.signed_up()
            await owner.business("Before")
            assert (await product.webhook(event("evt_before"))).status_code == 200
            server.stop()
            for method, path, body in (
                ("GET", "/users/me", None),
                ("GET", "/readiness", None),
                ("POST", "/users/businesses", {"name": "Meanwhile"}),
                ("POST", "/auth/login", {"email": "owner@example.com", "password": PASSWORD}),
                ("GET", "/health/ready", None),
            ):
                unavailable(await owner.request(method, path, json=body), "database")
            unavailable(await product.webhook(event("evt_meanwhile")), "database")
            assert (await product.get("/health")).status_code == 200
            started()
            assert (await product.get("/health/ready")).status_code == 200
            assert (await owner.post("/users/businesses", {"name": "After"})).status_code == 201
            names = [business["name"] for business in (await owner.get("/auth/me")).json()["businesses"]]
            assert sorted(names) == ["After", "Before"]
            for name in ("evt_before", "evt_meanwhile"):  # Stripe sends again what was not answered 200
                assert (await product.webhook(event(name))).status_code == 200
            await product.run()


def event(name: str) -> bytes:
    body = {"id": name, "object": "event", "type": "x.y", "created": 1, "livemode": False, "data": {"object": {}}}
    return json.dumps(body).encode()


async def test_a_queue_that_was_away_is_used_again(
    engine: AsyncEngine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wake-ups come through again without a restart; meanwhile the sweep would have found the work."""
    del engine
    ran = asyncio.Event()

    async def execute(_: object) -> int:
        ran.set()
        return 0

    monkeypatch.setattr(SendMail, "execute", execute)
    port = free_port()
    redis = outside_the_loop(lambda: start_redis(tmp_path, port))
    try:
        settings = settings_for_tests(database_url, redis_url=f"redis://127.0.0.1:{port}/0")
        async with a_product(settings) as product, running_worker(product.container, sweep_seconds=3600):
            queue = await product.container.get(JobQueue)
            await woken(queue, ran)
            await woken(queue, ran)  # the first may have been the sweep that a worker begins with
            redis.terminate()
            redis.wait(10)
            queue.wake(Job.SEND_MAIL)  # goes nowhere, and nobody who asked is told off for it
            redis = outside_the_loop(lambda: start_redis(tmp_path, port))
            await woken(queue, ran)
    finally:
        redis.terminate()
        redis.wait(10)


async def woken(queue: JobQueue, ran: asyncio.Event) -> None:
    """Ask until the job has run: a wake-up may be lost, the way for the next one may not."""
    ran.clear()
    async with asyncio.timeout(60):
        while not ran.is_set():
            queue.wake(Job.SEND_MAIL)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ran.wait(), 0.5)


async def test_without_its_queue_the_product_is_not_ready_but_works(database_url: str, tmp_path: Path) -> None:
    port = free_port()
    redis = outside_the_loop(lambda: start_redis(tmp_path, port))
    settings = settings_for_tests(database_url, redis_url=f"redis://127.0.0.1:{port}/0")
    try:
        async with a_product(settings) as product:
            assert (await product.get("/health/ready")).status_code == 200
            redis.terminate()
            redis.wait(10)
            unavailable(await product.get("/health/ready"), "queue")
            email = f"{tmp_path.name}@example.com"
            assert (await product.post("/auth/signup", {**SIGN_UP, "email": email})).status_code == 201
            redis = outside_the_loop(lambda: start_redis(tmp_path, port))
            assert (await product.get("/health/ready")).status_code == 200
    finally:
        redis.terminate()
        redis.wait(10)

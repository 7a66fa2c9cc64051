"""While a dependency is down the answer is a 503 that says which, and when to come back."""

import os
from pathlib import Path
from typing import Any

import pytest

from support.database import a_database, a_server, outside_the_loop
from support.product import PASSWORD, a_product, settings_for_tests
from support.redis import free_port, start_redis

SIGN_UP = {"email": "late@example.com", "password": PASSWORD, "name": "Late"}


def unavailable(answer: Any, dependency: str) -> None:
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["Retry-After"]) > 0
    error = answer.json()["error"]
    assert (error["code"], error["details"]["dependency"]) == ("UNAVAILABLE", dependency)
    assert "/" not in error["message"], "where the dependency is, is nobody's business"


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="a given server is not ours to stop")
async def test_without_its_database_the_product_says_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("down")
    with a_server(folder) as server, a_database(server) as url:
        pass  # the address is what is wanted: nobody is there any more
    async with a_product(settings_for_tests(url)) as product:
        for method, path, body in (
            ("POST", "/auth/signup", SIGN_UP),
            ("POST", "/auth/login", {"email": "late@example.com", "password": PASSWORD}),
            ("GET", "/health/ready", None),
        ):
            unavailable(await product.request(method, path, json=body), "database")
        assert (await product.get("/health")).status_code == 200, "the process itself is up"
        webhook = await product.webhook(b'{"id": "evt_1", "object": "event", "type": "x", "created": 1, "data": {}}')
        assert webhook.status_code in (400, 503), webhook.text


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

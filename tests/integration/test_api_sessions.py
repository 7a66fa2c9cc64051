"""Being signed in: how long, where, and how it ends."""

import datetime as dt
from collections.abc import AsyncIterator
from http.cookies import Morsel, SimpleCookie

import httpx
import pytest
from dishka import Provider, Scope
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from support.product import PASSWORD, Product, a_product, settings_for_tests
from support.runtime import StillClock
from vaultra_core.ports.runtime import Clock

# What the product's clock says; the machine's own decides how long a browser keeps a cookie.
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
PERSONAL = ("/auth/me", "/users/me", "/auth/sessions")


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW)


@pytest.fixture
async def product(engine: AsyncEngine, database_url: str, clock: StillClock) -> AsyncIterator[Product]:
    del engine  # it is what empties the tables
    time = Provider(scope=Scope.APP)
    time.provide(lambda: clock, provides=Clock)
    async with a_product(settings_for_tests(database_url), time) as running:
        yield running


def cookies(answer: httpx.Response) -> dict[str, "Morsel[str]"]:
    jar = SimpleCookie()
    for line in answer.headers.get_list("Set-Cookie"):
        jar.load(line)
    return dict(jar)


def refresh_token(answer: httpx.Response) -> str:
    return cookies(answer)["vaultra_refresh"].value


async def refresh(product: Product, token: str) -> httpx.Response:
    return await product.as_nobody().request("POST", "/auth/refresh", headers={"Cookie": f"vaultra_refresh={token}"})


async def signed_in(product: Product) -> tuple[Product, str]:
    """Somebody, by their access token and by their refresh token."""
    await product.signed_up()
    answer = await product.post("/auth/login", {"email": "owner@example.com", "password": PASSWORD})
    return product._as(answer.json()["token"]), refresh_token(answer)


async def test_the_refresh_token_is_for_the_browser_and_this_site_alone(product: Product) -> None:
    answer = await product.post("/auth/signup", {"email": "a@example.com", "password": PASSWORD, "name": "A"})
    cookie = cookies(answer)["vaultra_refresh"]
    assert cookie["httponly"] and cookie["secure"] and cookie["samesite"] == "strict"
    assert cookie["path"] == "/api/v1/auth"
    assert 29 * 86_400 < int(cookie["max-age"]) <= 30 * 86_400
    assert cookie.value not in answer.text


async def test_it_is_renewed_together_with_the_access_token(product: Product) -> None:
    _, first = await signed_in(product)
    answer = await refresh(product, first)
    assert answer.status_code == 200 and refresh_token(answer) != first
    assert (await product._as(answer.json()["token"]).get("/auth/me")).status_code == 200
    assert (await refresh(product, refresh_token(answer))).status_code == 200


async def test_only_its_hash_is_stored(product: Product, engine: AsyncEngine) -> None:
    _, token = await signed_in(product)
    async with engine.connect() as connection:
        rows = (await connection.execute(text("SELECT s::text FROM sessions s"))).scalars().all()
    secret = token.rpartition(".")[2]
    shown = [secret, secret.encode().hex()]  # of bytes PostgreSQL shows the digits
    assert rows and not any(each in row for row in rows for each in shown)


async def test_a_token_used_twice_ends_the_session_for_both_who_hold_it(product: Product, clock: StillClock) -> None:
    owner, stolen = await signed_in(product)
    good = refresh_token(await refresh(product, stolen))
    clock.advance(seconds=11)
    replayed = await refresh(product, stolen)
    assert (replayed.status_code, replayed.json()["error"]["details"]["reason"]) == (401, "reused")
    assert (await refresh(product, good)).status_code == 401
    assert (await owner.get("/auth/me")).status_code == 401


async def test_an_older_token_ends_it_at_once(product: Product) -> None:
    _, first = await signed_in(product)
    second = refresh_token(await refresh(product, first))
    third = refresh_token(await refresh(product, second))
    assert (await refresh(product, first)).status_code == 401
    assert (await refresh(product, third)).status_code == 401


async def test_two_tabs_that_refresh_at_once_stay_signed_in(product: Product, clock: StillClock) -> None:
    _, first = await signed_in(product)
    one, other = await refresh(product, first), await refresh(product, first)
    assert refresh_token(one) == refresh_token(other)
    clock.advance(seconds=11)
    assert (await refresh(product, refresh_token(other))).status_code == 200


async def test_it_ends_however_often_it_is_refreshed(product: Product, clock: StillClock) -> None:
    _, token = await signed_in(product)
    for _ in range(29):
        clock.advance(days=1)
        token = refresh_token(await refresh(product, token))
    clock.advance(days=1)
    assert (await refresh(product, token)).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "a.b.c"])
async def test_what_is_no_refresh_token_is_refused(product: Product, token: str) -> None:
    owner, _ = await signed_in(product)
    assert (await refresh(product, token)).status_code == 401
    assert owner.token is not None and (await refresh(product, owner.token)).status_code == 401


async def test_an_access_token_is_short_lived(product: Product, clock: StillClock) -> None:
    owner, _ = await signed_in(product)
    clock.advance(minutes=14)
    assert (await owner.get("/auth/me")).status_code == 200
    clock.advance(minutes=1)
    assert (await owner.get("/auth/me")).status_code == 401


async def test_logging_out_cuts_access_at_once(product: Product) -> None:
    owner, token = await signed_in(product)
    business = await owner.business()
    answer = await owner.post("/auth/logout")
    assert answer.status_code == 204 and cookies(answer)["vaultra_refresh"]["max-age"] == "0"
    for path in (*PERSONAL, f"/users/businesses/{business}", f"/readiness?business_id={business}", "/metrics"):
        assert (await owner.get(path)).status_code == 401, path
    assert (await refresh(product, token)).status_code == 401


async def test_logging_out_works_with_the_cookie_alone_and_twice(product: Product) -> None:
    owner, token = await signed_in(product)
    for _ in range(2):
        answer = await product.request("POST", "/auth/logout", headers={"Cookie": f"vaultra_refresh={token}"})
        assert answer.status_code == 204
    assert (await owner.get("/auth/me")).status_code == 401


async def test_logging_out_everywhere_ends_every_session_of_this_person_alone(product: Product) -> None:
    other = await product.signed_up("other@example.com")
    here, _ = await signed_in(product)
    there = product._as(
        (await product.post("/auth/login", {"email": "owner@example.com", "password": PASSWORD})).json()["token"]
    )
    assert (await here.post("/auth/logout-everywhere")).status_code == 204
    assert [(await who.get("/auth/me")).status_code for who in (here, there, other)] == [401, 401, 200]


async def test_another_device_is_seen_and_signed_out(product: Product) -> None:
    stranger = await product.signed_up("other@example.com")
    here, _ = await signed_in(product)
    there = product._as(
        (await product.post("/auth/login", {"email": "owner@example.com", "password": PASSWORD})).json()["token"]
    )
    sessions = (await here.get("/auth/sessions")).json()["sessions"]
    assert len(sessions) == 3 and [session["current"] for session in sessions].count(True) == 1
    theirs = next(one["id"] for one in (await there.get("/auth/sessions")).json()["sessions"] if one["current"])
    assert (await stranger.request("DELETE", f"/auth/sessions/{theirs}")).status_code == 404
    assert (await here.request("DELETE", f"/auth/sessions/{theirs}")).status_code == 204
    assert [(await who.get("/auth/me")).status_code for who in (here, there)] == [200, 401]


async def test_a_person_who_is_gone_is_signed_out(product: Product, engine: AsyncEngine) -> None:
    owner, token = await signed_in(product)
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM users"))
    assert (await owner.get("/auth/me")).status_code == 401
    assert (await owner.get("/metrics")).status_code == 401
    assert (await refresh(product, token)).status_code == 401

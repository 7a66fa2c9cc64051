"""Signing in with Google, from end to end, with an OpenID provider of its own process in Google's place."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from support.product import PASSWORD, Product, a_product, settings_for_tests
from vaultra_core.errors import Unauthorized
from vaultra_core.ports.sign_in import Identity
from vaultra_core.use_cases.sign_in_with_google import SignInWithGoogle

ADA = {"sub": "ada-1", "email": "ada@example.com", "email_verified": True, "name": "Ada"}
EVE = {"sub": "eve-1", "email": "ada@example.com", "email_verified": False, "name": "Eve"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    people = [part for person in (ADA, EVE) for part in ("--user-claims", json.dumps(person))]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true", *people]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                httpx.get(f"{url}/.well-known/openid-configuration").raise_for_status()
                break
            except httpx.HTTPError:
                assert process.poll() is None
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
async def product(engine: AsyncEngine, database_url: str, issuer: str) -> AsyncIterator[Product]:
    del engine  # it is what empties the tables
    settings = settings_for_tests(
        database_url, google_client_id="vaultra", google_client_secret="not told", google_issuer=issuer
    )
    async with a_product(settings) as running:
        yield running


class Browser:
    """Goes to the provider and back, with its own cookies."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self.cookies: dict[str, str] = {}

    async def get(self, path: str) -> httpx.Response:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = await self._product.request("GET", path, headers={"Cookie": cookie})
        for line in answer.headers.get_list("Set-Cookie"):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return answer

    async def consent(self, sub: str) -> str:
        """To the consent page and through it; the way back, not yet gone."""
        begun = await self.get("/auth/google")
        assert begun.status_code == 302, begun.text
        async with httpx.AsyncClient() as outside:
            back = await outside.post(begun.headers["Location"], data={"sub": sub})
        assert back.status_code == 302, back.text
        return str(back.headers["Location"]).removeprefix("http://vaultra.test/api/v1")

    async def sign_in(self, sub: str) -> str:
        """Where the callback leads."""
        answer = await self.get(await self.consent(sub))
        assert answer.status_code == 302
        return str(answer.headers["Location"])

    async def token(self) -> str:
        headers = {"Cookie": f"vaultra_refresh={self.cookies['vaultra_refresh']}"}
        answer = await self._product.request("POST", "/auth/refresh", headers=headers)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["token"])


async def test_a_newcomer_gets_an_account_with_a_confirmed_address(product: Product) -> None:
    browser = Browser(product)
    assert await browser.sign_in("ada-1") == "/auth/callback/google"
    me = (await product._as(await browser.token()).get("/auth/me")).json()
    assert (me["email"], me["name"], me["email_verified"]) == ("ada@example.com", "Ada", True)
    again = Browser(product)
    await again.sign_in("ada-1")
    assert (await product._as(await again.token()).get("/auth/me")).json()["id"] == me["id"]


async def test_the_request_has_pkce_state_and_nonce_and_the_answer_no_token(product: Product) -> None:
    browser = Browser(product)
    query = parse_qs(urlsplit((await browser.get("/auth/google")).headers["Location"]).query)
    assert query["code_challenge_method"] == ["S256"] and query["response_type"] == ["code"]
    assert len(query["state"][0]) >= 32 and len(query["nonce"][0]) >= 32 and query["code_challenge"]
    location = await browser.sign_in("ada-1")
    assert "token" not in location and "code" not in location


async def test_an_account_with_an_unconfirmed_address_is_not_linked(product: Product, engine: AsyncEngine) -> None:
    await product.signed_up("ada@example.com")
    browser = Browser(product)
    assert "error=account_exists" in await browser.sign_in("ada-1")
    assert "vaultra_refresh" not in browser.cookies
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE users SET email_verified_at = now()"))
    assert await Browser(product).sign_in("ada-1") == "/auth/callback/google"
    login = await product.post("/auth/login", {"email": "ada@example.com", "password": PASSWORD})
    assert login.status_code == 200


async def test_an_address_that_google_has_not_confirmed_opens_nothing(product: Product) -> None:
    assert "error=email_unverified" in await Browser(product).sign_in("eve-1")


async def test_who_it_is_is_the_subject_not_the_address(product: Product, engine: AsyncEngine) -> None:
    first = Browser(product)
    await first.sign_in("ada-1")
    mine = (await product._as(await first.token()).get("/auth/me")).json()["id"]
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE users SET email = 'renamed@example.com'"))
    second = Browser(product)
    await second.sign_in("ada-1")
    assert (await product._as(await second.token()).get("/auth/me")).json()["id"] == mine


async def test_the_way_back_is_good_in_the_browser_that_began_it_and_once(product: Product) -> None:
    mine, theirs = Browser(product), Browser(product)
    back = await mine.consent("ada-1")
    assert "error=invalid_state" in (await theirs.get(back)).headers["Location"]
    await theirs.get("/auth/google")  # with a journey of its own
    assert "error=invalid_state" in (await theirs.get(back)).headers["Location"]
    kept = dict(mine.cookies)
    assert (await mine.get(back)).headers["Location"] == "/auth/callback/google"
    mine.cookies = kept
    assert "error=" in (await mine.get(back)).headers["Location"]


async def test_a_state_signs_in_once_whatever_else_comes_with_it(product: Product) -> None:
    sign_in = await product.container.get(SignInWithGoogle)
    ada = Identity(issuer="https://issuer.test", subject="1", email="a@example.com", email_verified=True, name="Ada")
    await sign_in.execute(ada, state="a state")
    with pytest.raises(Unauthorized, match="used already"):
        await sign_in.execute(ada, state="a state")


async def test_an_answer_for_another_nonce_is_refused(product: Product) -> None:
    browser = Browser(product)
    back = await browser.consent("ada-1")
    state, nonce, verifier = browser.cookies["vaultra_google"].split(".")
    browser.cookies["vaultra_google"] = ".".join((state, nonce[::-1], verifier))
    assert "error=" in (await browser.get(back)).headers["Location"]
    assert "vaultra_refresh" not in browser.cookies


async def test_a_refusal_lands_on_the_page(product: Product) -> None:
    browser = Browser(product)
    begun = await browser.get("/auth/google")
    state = parse_qs(urlsplit(begun.headers["Location"]).query)["state"][0]
    answer = await browser.get(f"/auth/callback/google?error=access_denied&state={state}")
    assert answer.headers["Location"] == "/auth/callback/google?error=access_denied"


async def test_without_a_client_there_is_no_google(engine: AsyncEngine, database_url: str, product: Product) -> None:
    assert (await product.get("/auth/providers")).json() == {"password": True, "google": True}
    async with a_product(settings_for_tests(database_url)) as bare:
        assert (await bare.get("/auth/providers")).json() == {"password": True, "google": False}
        assert (await bare.get("/auth/google")).status_code == 404

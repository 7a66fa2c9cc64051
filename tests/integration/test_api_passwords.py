"""Passwords: changing and forgetting them, guessing them, and the links that come by mail."""

import datetime as dt
import re
from collections.abc import AsyncIterator

import httpx
import pytest
from dishka import Provider, Scope
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from support.product import PASSWORD, Product, a_product, settings_for_tests
from support.runtime import QuickHasher, StillClock
from vaultra_core.domain.mail import Mail, PasswordChanged, ResetPassword, VerifyEmail
from vaultra_core.ports.mail import Mailer
from vaultra_core.ports.runtime import Clock, Job, PasswordHasher
from vaultra_core.testing.mail import MemoryMailer

EMAIL, NEW = "owner@example.com", "another horse, another battery"


@pytest.fixture
def clock() -> StillClock:
    return StillClock(dt.datetime.now(dt.UTC))


@pytest.fixture
def mailer() -> MemoryMailer:
    return MemoryMailer()


@pytest.fixture
async def product(
    engine: AsyncEngine, database_url: str, clock: StillClock, mailer: MemoryMailer
) -> AsyncIterator[Product]:
    del engine  # it is what empties the tables
    own = Provider(scope=Scope.APP)
    own.provide(lambda: clock, provides=Clock)
    own.provide(lambda: mailer, provides=Mailer)
    own.provide(QuickHasher, provides=PasswordHasher)
    settings = settings_for_tests(database_url, trusted_proxies="127.0.0.1")
    async with a_product(settings, own) as running:
        yield running


class Letters:
    """Sends what waits and opens the newest mail of a kind."""

    def __init__(self, product: Product, mailer: MemoryMailer) -> None:
        self._product, self._mailer = product, mailer

    async def of(self, kind: type) -> list[Mail]:
        await self._product.run(Job.SEND_MAIL)
        return [mail for mail in self._mailer.sent if isinstance(mail.content, kind)]

    async def token(self, kind: type) -> str:
        link = (await self.of(kind))[-1].content.link
        path, _, token = link.partition("#token=")
        assert path in ("/auth/reset", "/auth/verify") and "?" not in link
        return token


@pytest.fixture
def letters(product: Product, mailer: MemoryMailer) -> Letters:
    return Letters(product, mailer)


async def log_in(product: Product, password: str, *, email: str = EMAIL, address: str = "192.0.2.1") -> httpx.Response:
    headers = {"X-Forwarded-For": address}
    return await product.request("POST", "/auth/login", json={"email": email, "password": password}, headers=headers)


async def reset(product: Product, token: str, password: str = NEW) -> httpx.Response:
    return await product.as_nobody().post("/auth/password/reset", {"token": token, "password": password})


async def test_a_forgotten_password_is_replaced_once_and_signs_out_everywhere(
    product: Product, letters: Letters
) -> None:
    owner = await product.signed_up()
    assert (await product.post("/auth/password/forgot", {"email": EMAIL.upper()})).status_code == 202
    token = await letters.token(ResetPassword)
    assert (await reset(product, token)).status_code == 204
    assert (await owner.get("/auth/me")).status_code == 401
    assert (await log_in(product, PASSWORD)).status_code == 401
    assert (await log_in(product, NEW)).status_code == 200
    assert (await reset(product, token, PASSWORD)).status_code == 400
    assert (await log_in(product, NEW)).status_code == 200
    assert len(await letters.of(PasswordChanged)) == 1


async def test_asking_does_not_tell_whether_there_is_an_account(
    product: Product, letters: Letters, engine: AsyncEngine
) -> None:
    await product.signed_up()
    known = await product.post("/auth/password/forgot", {"email": EMAIL})
    unknown = await product.post("/auth/password/forgot", {"email": "nobody@example.com"})
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert [mail.to for mail in await letters.of(ResetPassword)] == [EMAIL]


async def test_a_reset_link_is_good_for_an_hour_and_only_the_newest(
    product: Product, letters: Letters, clock: StillClock
) -> None:
    await product.signed_up()
    tokens = []
    for _ in range(2):
        await product.post("/auth/password/forgot", {"email": EMAIL})
        tokens.append(await letters.token(ResetPassword))
    assert (await reset(product, tokens[0])).status_code == 400
    clock.advance(hours=1)
    assert (await reset(product, tokens[1])).status_code == 400
    assert (await log_in(product, PASSWORD)).status_code == 200


async def test_a_weak_password_does_not_use_the_link_up(product: Product, letters: Letters) -> None:
    await product.signed_up()
    await product.post("/auth/password/forgot", {"email": EMAIL})
    token = await letters.token(ResetPassword)
    for weak in ("short", "password1", EMAIL, "x" * 129):
        assert (await reset(product, token, weak)).status_code == 400
    assert (await reset(product, token)).status_code == 204


async def test_no_token_is_stored_as_it_is(product: Product, letters: Letters, engine: AsyncEngine) -> None:
    await product.signed_up()
    await product.post("/auth/password/forgot", {"email": EMAIL})
    tokens = [await letters.token(ResetPassword), await letters.token(VerifyEmail)]
    async with engine.connect() as connection:
        for table in ("mailed_links", "mail_outbox", "audit_log"):
            rows = (await connection.execute(text(f"SELECT t::text FROM {table} t"))).scalars().all()
            assert not any(token in row for token in tokens for row in rows), table


async def test_a_password_is_changed_by_who_knows_it_and_signs_out_elsewhere(
    product: Product, letters: Letters
) -> None:
    elsewhere = await product.signed_up()
    here = product._as((await log_in(product, PASSWORD)).json()["token"])
    wrong = await here.post("/auth/password", {"current_password": "not it at all", "new_password": NEW})
    assert (wrong.status_code, wrong.json()["error"]["details"]["field"]) == (400, "current_password")
    weak = await here.post("/auth/password", {"current_password": PASSWORD, "new_password": "password1"})
    assert weak.status_code == 400
    good = await here.post("/auth/password", {"current_password": PASSWORD, "new_password": NEW})
    assert good.status_code == 204
    assert [(await who.get("/auth/me")).status_code for who in (here, elsewhere)] == [200, 401]
    assert [(await log_in(product, password)).status_code for password in (PASSWORD, NEW)] == [401, 200]
    assert len(await letters.of(PasswordChanged)) == 1


async def test_an_address_is_confirmed_by_mail_and_the_product_works_before(product: Product, letters: Letters) -> None:
    owner = await product.signed_up()
    assert (await owner.get("/auth/me")).json()["email_verified"] is False
    await owner.business()
    token = await letters.token(VerifyEmail)
    assert [(await product.post("/auth/verify", {"token": token})).status_code for _ in range(2)] == [204, 400]
    assert (await owner.get("/auth/me")).json()["email_verified"] is True
    assert (await owner.post("/auth/verify/resend")).status_code == 409


async def test_a_link_is_good_for_its_own_purpose_and_its_day(
    product: Product, letters: Letters, clock: StillClock
) -> None:
    owner = await product.signed_up()
    first = await letters.token(VerifyEmail)
    assert (await reset(product, first)).status_code == 400
    assert (await owner.post("/auth/verify/resend")).status_code == 202
    second = await letters.token(VerifyEmail)
    assert (await product.post("/auth/verify", {"token": first})).status_code == 400
    clock.advance(days=1)
    assert (await product.post("/auth/verify", {"token": second})).status_code == 400


async def test_guessing_is_stopped_and_told_when_to_come_back(product: Product, clock: StillClock) -> None:
    await product.signed_up()
    answers = [await log_in(product, "not it at all") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    wait = int(answers[-1].headers["Retry-After"])
    assert 0 < wait <= 60 and answers[-1].json()["error"]["code"] == "RATE_LIMITED"
    assert (await log_in(product, PASSWORD)).status_code == 429
    clock.advance(seconds=wait)
    assert (await log_in(product, PASSWORD)).status_code == 200


async def test_unknown_addresses_are_limited_alike(product: Product) -> None:
    codes = [(await log_in(product, "not it at all", email="nobody@example.com")).status_code for _ in range(11)]
    assert codes == [401] * 10 + [429]


async def test_signing_in_well_uses_up_no_tries(product: Product) -> None:
    await product.signed_up()
    assert {(await log_in(product, PASSWORD)).status_code for _ in range(15)} == {200}


async def test_whoever_is_attacked_still_gets_in(product: Product) -> None:
    """From many addresses the account's own tries are used up; a browser that was signed in before has others."""
    known = await product.post("/auth/signup", {"email": EMAIL, "password": PASSWORD, "name": "Owner"})
    device = re.search(r"vaultra_device=([^;]+)", ";".join(known.headers.get_list("Set-Cookie")))
    assert device is not None
    for number in range(100):
        assert (await log_in(product, "not it at all", address=f"198.51.100.{number}")).status_code == 401
    assert (await log_in(product, PASSWORD, address="203.0.113.7")).status_code == 429

    async def from_a_known_browser(email: str) -> int:
        headers = {"X-Forwarded-For": "203.0.113.7", "Cookie": f"vaultra_device={device.group(1)}"}
        body = {"email": email, "password": PASSWORD}
        return (await product.request("POST", "/auth/login", json=body, headers=headers)).status_code

    assert await from_a_known_browser(EMAIL) == 200
    assert (await product.post("/auth/password/forgot", {"email": EMAIL})).status_code == 202


async def test_an_attacker_from_one_address_bars_nobody_elsewhere(product: Product) -> None:
    await product.signed_up()
    for _ in range(30):
        await log_in(product, "not it at all", address="198.51.100.1")
    assert (await log_in(product, PASSWORD, address="203.0.113.7")).status_code == 200


async def test_one_address_does_not_try_a_password_on_many_accounts(product: Product) -> None:
    codes = [
        (await log_in(product, "Summer2026!", email=f"{n}@example.com", address="2001:db8::1")).status_code
        for n in range(61)
    ]
    assert codes == [401] * 60 + [429]
    assert (await log_in(product, PASSWORD, address="2001:db8::2")).status_code == 429  # the same customer's network
    assert (await log_in(product, PASSWORD, address="2001:db8:1::1")).status_code == 401


async def test_who_writes_the_header_himself_is_not_believed(engine: AsyncEngine, database_url: str) -> None:
    async with a_product(settings_for_tests(database_url)) as product:
        codes = [
            (await log_in(product, "not it at all", address=f"198.51.100.{number}")).status_code for number in range(11)
        ]
    assert codes == [401] * 10 + [429]


async def test_mail_is_not_a_weapon(product: Product, letters: Letters) -> None:
    await product.signed_up()
    codes = [(await product.post("/auth/password/forgot", {"email": EMAIL})).status_code for _ in range(6)]
    assert codes == [202] * 5 + [429]


async def test_several_processes_count_together(product: Product, database_url: str, clock: StillClock) -> None:
    own = Provider(scope=Scope.APP)
    own.provide(lambda: clock, provides=Clock)
    own.provide(QuickHasher, provides=PasswordHasher)
    settings = settings_for_tests(database_url, trusted_proxies="127.0.0.1")
    async with a_product(settings, own) as other:
        codes = [(await log_in((product, other)[n % 2], "not it at all")).status_code for n in range(11)]
    assert codes == [401] * 10 + [429]

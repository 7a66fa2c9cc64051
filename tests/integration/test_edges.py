"""What every answer says to browsers, and what no sender can make it say."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from support.product import Product, a_product, settings_for_tests
from support.sandbox import Sandbox
from vaultra_http.app import create_app
from vaultra_http.edges import EdgeRules
from vaultra_http.site import find_site

HTTPS = EdgeRules(https=True)
FRIEND, STRANGER = "https://friend.example", "https://friend.example.evil.example"
EVERYWHERE = ("/", "/auth/login", "/nowhere", "/theme.js", "/api/v1/auth/me", "/api/v1/nope", "/health", "/mcp")


@asynccontextmanager
async def browsing(product: Product, edges: EdgeRules) -> AsyncIterator[httpx.AsyncClient]:
    """The same product with its pages, behind these edges."""
    app = create_app(product.container, site=find_site(None), edges=edges)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://vaultra.test") as client:
        yield client
    for close in app.on_shutdown:
        await close()  # type: ignore[call-arg] # the application's own take nothing


async def test_every_answer_limits_what_its_page_may_do(product: Product) -> None:
    async with browsing(product, EdgeRules()) as browser:
        for path in EVERYWHERE:
            for method in ("GET", "HEAD", "POST", "DELETE"):
                headers = (await browser.request(method, path)).headers
                policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
                assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
                assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
                assert "unsafe" not in headers["Content-Security-Policy"]
                assert headers["X-Content-Type-Options"] == "nosniff"
                assert headers["Referrer-Policy"] == headers["Cross-Origin-Opener-Policy"] == "same-origin"
                private = path.startswith(("/api/", "/mcp"))
                assert (headers.get("Cache-Control") == "no-store") is private, (method, path)


async def test_browsers_are_held_to_https_where_it_is_used_and_nowhere_else(product: Product) -> None:
    for edges, wanted in ((HTTPS, "max-age=31536000; includeSubDomains"), (EdgeRules(), None)):
        async with browsing(product, edges) as browser:
            for path in EVERYWHERE:
                assert (await browser.get(path)).headers.get("Strict-Transport-Security") == wanted, path
            forged = await browser.get("/health", headers={"X-Forwarded-Proto": "https"})
            assert forged.headers.get("Strict-Transport-Security") == wanted


async def test_only_origins_on_the_list_may_call_and_read(product: Product) -> None:
    owner = await product.signed_up()
    bearer = {"Authorization": f"Bearer {owner.token}"}
    asks = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization,content-type"}
    async with browsing(product, EdgeRules(cors_origins=(FRIEND,))) as browser:
        answer = await browser.get("/api/v1/auth/me", headers={"Origin": FRIEND, **bearer})
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == FRIEND
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        assert "Origin" in answer.headers["Vary"]
        preflight = await browser.options("/api/v1/users/me", headers={"Origin": FRIEND, **asks})
        assert preflight.status_code in (200, 204)
        assert preflight.headers["Access-Control-Allow-Origin"] == FRIEND
        assert "PATCH" in preflight.headers["Access-Control-Allow-Methods"]
        for origin in (STRANGER, "null", "http://friend.example", "https://friend.example:444", "*", ""):
            answer = await browser.get("/api/v1/auth/me", headers={"Origin": origin, **bearer})
            assert answer.headers.get("Access-Control-Allow-Origin") is None, origin
            preflight = await browser.options("/api/v1/users/me", headers={"Origin": origin, **asks})
            assert preflight.headers.get("Access-Control-Allow-Origin") is None, origin


async def test_without_a_list_nobody_else_may(product: Product) -> None:
    async with browsing(product, EdgeRules()) as browser:
        for origin in (FRIEND, "http://vaultra.test", "null"):
            for method in ("GET", "OPTIONS"):
                asks = {"Origin": origin, "Access-Control-Request-Method": "GET"}
                answer = await browser.request(method, "/api/v1/auth/me", headers=asks)
                assert not [name for name in answer.headers if name.startswith("access-control-")], (method, origin)


ELSEWHERE = ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)")
INJECTED = ("%0d%0aSet-Cookie:%20a=b", "%0aX-Injected:%201", "a%00b", "%e5%98%8d%e5%98%8aX-Injected:%201")
NAMES = ("next", "redirect_uri", "return_to", "url", "state", "code", "error", "error_description", "business_id")


@pytest.mark.parametrize("path", ["/integrations/stripe/callback", "/auth/callback/google"])
async def test_no_way_back_leads_elsewhere_or_writes_headers(product: Product, path: str) -> None:
    for name in NAMES:
        for value in (*ELSEWHERE, *INJECTED):
            answer = await product.get(f"{path}?{name}={value}&code=x&state=y")
            check_way(answer, (path, name, value))


def check_way(answer: httpx.Response, what: object) -> None:
    assert answer.status_code in (302, 400), what
    assert not any(part in name + value for name, value in answer.headers.items() for part in "\r\n\0"), what
    assert "x-injected" not in answer.headers, what
    if answer.status_code == 302:
        target = urlsplit(answer.headers["Location"])
        assert (target.scheme, target.netloc) == ("", ""), what
        assert target.path in ("/onboarding/stripe-connect", "/auth/callback/google"), what


async def test_a_way_back_from_stripe_says_nothing_that_stripe_was_told_to_say(product: Product) -> None:
    owner = await product.signed_up()
    back = await owner.consent(await owner.business(), "cafe", decision="deny")
    answer = await owner.come_back(f"{back}&error_description=Call%20this%20number&next=https://evil.example")
    check_way(answer, back)
    assert "evil" not in answer.headers["Location"] and "Call" not in answer.headers["Location"]


async def test_who_names_another_host_is_sent_to_the_right_one(product: Product) -> None:
    owner = await product.signed_up()
    headers = {"Accept": "application/json", "Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    query = {"business_id": await owner.business()}
    begun = await owner.request("GET", "/integrations/stripe/connect", params=query, headers=headers)
    asked = parse_qs(urlsplit(begun.json()["authorize_url"]).query)
    assert asked["redirect_uri"] == ["http://vaultra.test/api/v1/integrations/stripe/callback"]
    assert "evil" not in begun.text + str(begun.headers)


async def test_a_name_writes_no_header_of_a_download(product: Product) -> None:
    owner = await product.signed_up(name='"; filename=evil.exe')
    business = await owner.business('x"; filename=evil.exe')
    for path in ("/users/me/export", f"/users/businesses/{business}/export"):
        disposition = (await owner.get(path)).headers["Content-Disposition"]
        assert disposition.startswith('attachment; filename="vaultra-') and "evil" not in disposition


async def test_a_sender_does_not_choose_the_id_of_a_request(product: Product) -> None:
    for name in ("X-Request-Id", "X-Correlation-Id", "Traceparent"):
        answer = await product.request("GET", "/auth/me", headers={name: "chosen"})
        assert answer.json()["error"]["request_id"] == answer.headers["X-Request-Id"] != "chosen"


async def test_only_a_trusted_proxy_says_where_somebody_is(
    engine: AsyncEngine, database_url: str, sandbox: Sandbox
) -> None:
    del engine
    forwarded = {"X-Forwarded-For": "203.0.113.9"}
    for proxies, seen in (("127.0.0.1/32", "203.0.113.9"), (None, "127.0.0.1")):
        settings = settings_for_tests(database_url, sandbox_url=sandbox.url, trusted_proxies=proxies)
        async with a_product(settings) as product:
            owner = await product.signed_up(f"{seen}@example.com")
            await owner.request("POST", "/users/businesses", json={"name": "Café"}, headers=forwarded)
            entries = (await owner.get("/users/me/audit")).json()["entries"]
            assert next(entry["address"] for entry in entries if entry["action"] == "business_created") == seen


async def test_who_drains_says_that_it_is_not_ready_and_still_answers(product: Product) -> None:
    assert (await product.get("/health/ready")).status_code == 200
    product.app.state.draining = True  # what a signal does, see test_guarded.py
    answer = await product.get("/health/ready")
    assert (answer.status_code, answer.json()["error"]["details"]["dependency"]) == (503, "process")
    assert int(answer.headers["Retry-After"]) > 0
    assert (await product.get("/health")).status_code == 200
    await product.signed_up()

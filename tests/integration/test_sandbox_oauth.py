"""OAuth at the sandbox: a person's way over the consent page, a script's way, and everything that is refused."""

import re
import sqlite3
from collections.abc import Iterator

import httpx
import pytest
import stripe
from stripe.oauth_error import InvalidGrantError

from support.sandbox import CLIENT_ID, SECRET_KEY, a_sandbox

CALLBACK = "http://127.0.0.1:9/callback?kept=1"
ASKED = {
    "client_id": CLIENT_ID,
    "response_type": "code",
    "scope": "read_only",
    "redirect_uri": CALLBACK,
    "state": "s&t=",
}


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with a_sandbox(tmp_path_factory.mktemp("sandbox-oauth")) as sandbox, httpx.Client(base_url=sandbox.url) as client:
        client.headers["X-Data"] = str(sandbox.data)
        yield client


def decide(http: httpx.Client, decision: str = "approve", account: str = "cafe") -> httpx.QueryParams:
    answer = http.get("/oauth/authorize", params={**ASKED, "sandbox_account": account, "decision": decision})
    assert answer.status_code == 303
    target = httpx.URL(answer.headers["location"])
    assert (target.host, target.port, target.path) == ("127.0.0.1", 9, "/callback")
    assert (target.params["kept"], target.params["state"]) == ("1", "s&t=")
    return target.params


def exchange(http: httpx.Client, code: str, **more: str) -> httpx.Response:
    form = {"grant_type": "authorization_code", "code": code, "client_secret": SECRET_KEY, **more}
    return http.post("/oauth/token", data=form)


def account_of(http: httpx.Client, user: str) -> httpx.Response:
    return http.get("/v1/account", headers={"Authorization": f"Bearer {SECRET_KEY}", "Stripe-Account": user})


def test_a_person_chooses_on_the_consent_page(http: httpx.Client) -> None:
    page = http.get("/oauth/authorize", params={**ASKED, "state": "<script>alert(1)</script>"})
    assert page.status_code == 200
    assert "Sandbox – sample data, not Stripe" in page.text
    assert "<script" not in page.text
    assert not re.search(r'(?:src|href)="', page.text), "the page loads nothing from elsewhere"
    assert set(re.findall(r'name="sandbox_account" value="(\w+)"', page.text)) >= {"cafe", "saas", "shop", "thrive"}
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    form = {**hidden, "state": "s&t=", "sandbox_account": "saas", "decision": "approve"}
    answer = http.post("/oauth/authorize", data={**form, "redirect_uri": hidden["redirect_uri"].replace("&amp;", "&")})
    code = httpx.URL(answer.headers["location"]).params["code"]
    user = exchange(http, code).json()["stripe_user_id"]
    assert account_of(http, user).json()["settings"]["dashboard"]["display_name"] == "Ledgerline Software"


def test_a_script_approves_and_the_code_is_good_once(http: httpx.Client) -> None:
    code = decide(http)["code"]
    token = exchange(http, code).json()
    assert (token["scope"], token["livemode"], token["token_type"]) == ("read_only", False, "bearer")
    assert account_of(http, token["stripe_user_id"]).status_code == 200
    replayed = exchange(http, code)
    assert (replayed.status_code, replayed.json()["error"]) == (400, "invalid_grant")
    assert exchange(http, decide(http)["code"]).json()["stripe_user_id"] == token["stripe_user_id"]


def test_the_sdk_knows_what_a_refusal_means(http: httpx.Client) -> None:
    address = str(http.base_url).rstrip("/")
    client = stripe.StripeClient(SECRET_KEY, base_addresses={"api": address, "connect": address})
    with pytest.raises(InvalidGrantError):
        client.oauth.token({"grant_type": "authorization_code", "code": "ac_never"})


def test_a_denial_comes_back_as_an_error(http: httpx.Client) -> None:
    answer = decide(http, "deny")
    assert answer["error"] == "access_denied"
    assert answer["error_description"]
    assert "code" not in answer


def test_a_code_is_refused_with_the_wrong_secret_and_after_five_minutes(http: httpx.Client) -> None:
    code = decide(http)["code"]
    assert exchange(http, code, client_secret="sk_test_wrong").status_code == 401
    assert exchange(http, code, grant_type="password").json()["error"] == "unsupported_grant_type"
    assert exchange(http, "ac_never").json()["error"] == "invalid_grant"
    with sqlite3.connect(http.headers["X-Data"], timeout=10) as database:
        (life,) = database.execute("SELECT expires - unixepoch() FROM codes WHERE code = ?", (code,)).fetchone()
        assert 290 <= life <= 301
        database.execute("UPDATE codes SET expires = unixepoch() - 1 WHERE code = ?", (code,))
    database.close()
    assert "expired" in exchange(http, code).json()["error_description"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "ca_other"},
        {"response_type": "token"},
        {"scope": "everything"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": "/relative"},
        {"redirect_uri": "http://host/\r\nX: y"},
        {"sandbox_account": "nobody", "decision": "approve"},
        {"sandbox_account": "", "decision": "approve"},
        {"sandbox_account": "cafe", "decision": "perhaps"},
    ],
)
def test_a_bad_request_sends_nobody_anywhere(http: httpx.Client, wrong: dict[str, str]) -> None:
    answer = http.get("/oauth/authorize", params={**ASKED, **wrong})
    assert answer.status_code in (400, 401)
    assert "location" not in answer.headers
    assert set(answer.json()) == {"error", "error_description"}


def test_deauthorized_means_closed_at_once(http: httpx.Client) -> None:
    user = exchange(http, decide(http, account="travel")["code"]).json()["stripe_user_id"]
    form = {"client_id": CLIENT_ID, "stripe_user_id": user}
    assert http.post("/oauth/deauthorize", data=form).status_code == 401
    key = {"Authorization": f"Bearer {SECRET_KEY}"}
    assert http.post("/oauth/deauthorize", data=form, headers=key).json() == {"stripe_user_id": user}
    assert account_of(http, user).status_code == 403
    assert http.post("/oauth/deauthorize", data=form, headers=key).json()["error"] == "invalid_client"

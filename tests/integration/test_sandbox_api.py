"""The sandbox through the official SDK: lists, single objects, isolation, errors, and trouble on purpose."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import stripe

from support.sandbox import SECRET_KEY, Sandbox, a_sandbox
from support.sandbox_client import connect, sdk


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with a_sandbox(tmp_path_factory.mktemp("sandbox-api")) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def client(running: Sandbox) -> stripe.StripeClient:
    return sdk(running)


@pytest.fixture(scope="module")
def shop(running: Sandbox) -> stripe.RequestOptions:
    return {"stripe_account": connect(running, "shop")}


def test_every_page_of_every_list_is_read_exactly_once(
    running: Sandbox, client: stripe.StripeClient, shop: stripe.RequestOptions
) -> None:
    accounts = httpx.get(f"{running.url}/_sandbox/accounts").json()["accounts"]
    (counts,) = (one["objects"] for one in accounts if one["name"] == "shop")
    api = client.v1
    for kind, service in {
        "charge": api.charges,
        "refund": api.refunds,
        "dispute": api.disputes,
        "payout": api.payouts,
        "balance_transaction": api.balance_transactions,
    }.items():
        listed = list(service.list({"limit": 100}, shop).auto_paging_iter())  # type: ignore[attr-defined]
        assert len(listed) == counts[kind]
        assert len({one.id for one in listed}) == counts[kind]
        assert [one.created for one in listed] == sorted((one.created for one in listed), reverse=True)
        assert service.retrieve(listed[-1].id, options=shop).id == listed[-1].id  # type: ignore[attr-defined]


def test_a_charge_brings_its_balance_transaction_when_asked(
    client: stripe.StripeClient, shop: stripe.RequestOptions
) -> None:
    expanded = client.v1.charges.list({"limit": 100, "expand": ["data.balance_transaction"]}, shop).data
    plain = client.v1.charges.list({"limit": 100}, shop).data
    for full, short in zip(expanded, plain, strict=True):
        if full.status == "failed":
            assert full.balance_transaction is None
            continue
        assert isinstance(full.balance_transaction, stripe.BalanceTransaction)
        assert full.balance_transaction.id == short.balance_transaction
        assert full.balance_transaction.source == full.id


def test_a_payouts_transactions_sum_to_it(client: stripe.StripeClient, shop: stripe.RequestOptions) -> None:
    for payout in client.v1.payouts.list({"limit": 5}, shop).data:
        listed = client.v1.balance_transactions.list({"payout": payout.id, "limit": 100}, shop)
        nets = [one.net for one in listed.auto_paging_iter() if one.type != "payout"]
        assert nets
        assert sum(nets) == payout.amount


def test_discounts_are_ids_until_they_are_expanded(running: Sandbox, client: stripe.StripeClient) -> None:
    saas: stripe.RequestOptions = {"stripe_account": connect(running, "saas")}
    plain = client.v1.subscriptions.list({"status": "all", "limit": 100}, saas).auto_paging_iter()
    discounted = {one.id: one.discounts for one in plain if one.discounts}
    assert all(isinstance(discount, str) for discounts in discounted.values() for discount in discounts)
    for id_, ids in discounted.items():
        full = client.v1.subscriptions.retrieve(id_, {"expand": ["discounts.source.coupon"]}, saas)
        discount = (full.discounts or [])[0]
        assert isinstance(discount, stripe.Discount)
        assert discount.id == ids[0]
        coupon = discount.source.coupon
        assert isinstance(coupon, stripe.Coupon)
        assert coupon.percent_off in (10, 20, 25)


def test_the_account_says_its_currency_and_time_zone(client: stripe.StripeClient, shop: stripe.RequestOptions) -> None:
    account = client.v1.accounts.retrieve_current(options=shop)
    assert account.id == shop["stripe_account"] == client.v1.accounts.retrieve(account.id).id
    assert account.default_currency == "usd"
    assert account.settings and account.settings.dashboard.timezone == "America/Denver"


def test_accounts_are_closed_to_each_other_and_to_platforms_they_have_not_authorised(
    running: Sandbox, client: stripe.StripeClient, shop: stripe.RequestOptions
) -> None:
    cafe: stripe.RequestOptions = {"stripe_account": connect(running, "cafe")}
    charge = client.v1.charges.list({"limit": 1}, shop).data[0]
    with pytest.raises(stripe.InvalidRequestError, match="No such charge") as missing:
        client.v1.charges.retrieve(charge.id, options=cafe)
    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")
    assert client.v1.charges.list({}).data == []  # the platform's own account has none
    listed = httpx.get(f"{running.url}/_sandbox/accounts").json()["accounts"]
    (thrive,) = (one["id"] for one in listed if one["name"] == "thrive")
    for unreachable in (thrive, "acct_nobody"):
        with pytest.raises(stripe.PermissionError) as denied:
            client.v1.charges.list({}, {"stripe_account": unreachable})
        assert denied.value.error is not None and denied.value.error.code == "account_invalid"


def test_errors_have_stripes_shape(running: Sandbox, client: stripe.StripeClient, shop: stripe.RequestOptions) -> None:
    with pytest.raises(stripe.AuthenticationError):
        sdk(running, "sk_test_wrong").v1.charges.list({}, shop)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.charges.list({"limit": 1000}, shop)
    assert refused.value.param == "limit"
    assert refused.value.request_id and refused.value.request_id.startswith("req_")
    basic = httpx.get(f"{running.url}/v1/charges", auth=(SECRET_KEY, ""), headers={"Stripe-Version": "2024-06-20"})
    assert (basic.status_code, basic.headers["stripe-version"]) == (200, "2024-06-20")
    for path in ("/v1/unicorns", "/v1/charges/a/b", "/elsewhere"):
        unknown = httpx.get(running.url + path, auth=(SECRET_KEY, ""))
        assert (unknown.status_code, unknown.json()["error"]["type"]) == (404, "invalid_request_error")
    assert httpx.get(f"{running.url}/v1/charges").status_code == 401


def test_trouble_is_made_on_purpose_and_can_be_ended(tmp_path: Path) -> None:
    with a_sandbox(tmp_path, ["--rate-limit", "5"]) as sandbox:
        client = sdk(sandbox)
        options: stripe.RequestOptions = {"stripe_account": connect(sandbox, "fresh")}
        for _ in range(5):
            client.v1.charges.list({"limit": 1}, options)
        with pytest.raises(stripe.RateLimitError):
            client.v1.charges.list({"limit": 1}, options)

        def faults(**settings: float) -> None:
            httpx.post(f"{sandbox.url}/_sandbox/faults", json=settings).raise_for_status()

        faults(error_rate=1)
        with pytest.raises(stripe.APIError, match="unknown error"):
            client.v1.charges.list({"limit": 1}, options)
        faults(truncate_rate=1)
        with pytest.raises(stripe.APIError, match="Invalid response body"):
            client.v1.charges.list({"limit": 1}, options)
        faults(latency_ms=300)
        began = httpx.get(f"{sandbox.url}/v1/account", auth=(SECRET_KEY, "")).elapsed.total_seconds()
        assert 0.15 <= began < 2
        faults()
        assert client.v1.charges.list({"limit": 100}, options).data
        refused = httpx.post(f"{sandbox.url}/_sandbox/faults", json={"error_rate": 2})
        assert (refused.status_code, "error_rate" in refused.text) == (400, True)

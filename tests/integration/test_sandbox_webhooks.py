"""The sandbox's webhooks: signed so that the SDK believes them, and repeated until they are taken."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import stripe
from aiohttp import web

from support.sandbox import CLIENT_ID, SECRET_KEY, WEBHOOK_SECRET, Sandbox, a_sandbox
from support.sandbox_client import connect, sdk, tick


class Endpoint:
    """A platform's webhook endpoint that believes nothing unsigned; it answers `status`."""

    def __init__(self) -> None:
        self.url = ""
        self.status = 200
        self.tries = 0
        self.events: list[dict[str, Any]] = []

    async def take(self, request: web.Request) -> web.Response:
        payload = await request.read()
        stripe.Webhook.construct_event(payload, request.headers["Stripe-Signature"], WEBHOOK_SECRET)
        self.tries += 1
        if self.status == 200:
            self.events.append(await request.json())
        return web.Response(status=self.status)

    async def until(self, condition: Callable[[], bool], seconds: float = 60) -> None:
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 (any condition, not one event)
                await asyncio.sleep(0.05)


@asynccontextmanager
async def an_endpoint() -> AsyncIterator[Endpoint]:
    endpoint = Endpoint()
    application = web.Application()
    application.router.add_post("/hook", endpoint.take)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    endpoint.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield endpoint
    await runner.cleanup()


async def in_thread(work: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    return await asyncio.to_thread(work, *arguments, **options)


async def delivered(sandbox: Sandbox, account: str) -> None:
    """Wait until the sandbox has noted that nothing is left to deliver: that is after the endpoint's answer."""
    client, options = sdk(sandbox), stripe.RequestOptions(stripe_account=account)
    async with asyncio.timeout(60):
        while (await in_thread(client.v1.events.list, {"delivery_success": False}, options)).data:  # noqa: ASYNC110 (another process)
            await asyncio.sleep(0.05)


async def test_events_of_connected_accounts_arrive_signed_each_once_and_in_step_with_the_api(tmp_path: Path) -> None:
    async with an_endpoint() as endpoint:
        with a_sandbox(tmp_path, ["--webhook-url", endpoint.url, "--webhook-secret", WEBHOOK_SECRET]) as sandbox:
            account = await in_thread(connect, sandbox, "shop")
            assert await in_thread(tick, sandbox, days=3, account="cafe") > 0  # not connected: nobody hears of it
            made = await in_thread(tick, sandbox, days=8, account="shop")
            await endpoint.until(lambda: len(endpoint.events) >= made)
            await delivered(sandbox, account)
            assert len(endpoint.events) == made == len({event["id"] for event in endpoint.events})
            assert {event["account"] for event in endpoint.events} == {account}
            assert "charge.succeeded" in {event["type"] for event in endpoint.events}
            client, options = sdk(sandbox), stripe.RequestOptions(stripe_account=account)
            listed = client.v1.events.list({"limit": 100, "delivery_success": True}, options).data
            by_id = {event.id: event for event in listed}
            assert all(by_id[event["id"]].pending_webhooks == 0 for event in endpoint.events[-50:])
            # What an event shows is what the API has, or had.
            newest = next(event for event in reversed(endpoint.events) if event["type"] == "charge.succeeded")
            charge = client.v1.charges.retrieve(newest["data"]["object"]["id"], options=options)
            assert charge.amount == newest["data"]["object"]["amount"]


async def test_a_failing_endpoint_is_tried_again_even_by_the_next_process(tmp_path: Path) -> None:
    async with an_endpoint() as endpoint:
        endpoint.status = 500
        options = ["--webhook-url", endpoint.url, "--webhook-secret", WEBHOOK_SECRET]
        with a_sandbox(tmp_path, options) as sandbox:
            account = await in_thread(connect, sandbox, "shop")
            made = await in_thread(tick, sandbox, days=3, account="shop")
            await endpoint.until(lambda: endpoint.tries > made)  # at least one of them for the second time
            client = sdk(sandbox)
            failed = client.v1.events.list({"limit": 100, "delivery_success": False}, {"stripe_account": account})
            assert len(list(failed.auto_paging_iter())) == made
            assert all(event.pending_webhooks == 1 for event in failed.data)
        endpoint.status = 200
        with a_sandbox(tmp_path) as sandbox:  # the endpoint is remembered
            await endpoint.until(lambda: len({event["id"] for event in endpoint.events}) >= made)
            await delivered(sandbox, account)


async def test_taking_the_access_away_is_an_event_of_its_own(tmp_path: Path) -> None:
    async with an_endpoint() as endpoint:
        with a_sandbox(tmp_path) as sandbox:
            bodies: list[Any] = [{"url": "ftp://host/"}, {"secret": "x"}, {"url": 5}, []]
            for senseless in bodies:
                refused = await in_thread(httpx.post, f"{sandbox.url}/_sandbox/webhook", json=senseless)
                assert refused.status_code == 400
            hook = {"url": endpoint.url, "secret": WEBHOOK_SECRET}
            await in_thread(lambda: httpx.post(f"{sandbox.url}/_sandbox/webhook", json=hook).raise_for_status())
            account = await in_thread(connect, sandbox, "empty")
            form = {"client_id": CLIENT_ID, "stripe_user_id": account, "client_secret": SECRET_KEY}
            await in_thread(lambda: httpx.post(f"{sandbox.url}/oauth/deauthorize", data=form).raise_for_status())
            await endpoint.until(lambda: bool(endpoint.events))
            (event,) = endpoint.events
            assert (event["type"], event["account"]) == ("account.application.deauthorized", account)
            assert event["data"]["object"]["id"] == CLIENT_ID


async def test_with_a_live_clock_news_keeps_coming_by_itself(tmp_path: Path) -> None:
    async with an_endpoint() as endpoint:
        live = ["--live", "--speed", "20000", "--webhook-url", endpoint.url, "--webhook-secret", WEBHOOK_SECRET]
        with a_sandbox(tmp_path, live) as sandbox:
            await in_thread(connect, sandbox, "cafe")
            await endpoint.until(lambda: len(endpoint.events) >= 3)

"""The product in one process, for tests: the real container and application over a real database and sandbox."""

import base64
import hashlib
import hmac
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
import msgspec
from dishka import AsyncContainer, Provider
from litestar import Litestar

from support.sandbox import CLIENT_ID, SECRET_KEY, WEBHOOK_SECRET
from vaultra_adapters.postgres.engine import JOB_STATEMENT_TIMEOUT
from vaultra_adapters.settings import Settings
from vaultra_adapters.wiring import make_container
from vaultra_cli.serve import edge_rules, http_provider
from vaultra_core.ports.runtime import Job
from vaultra_http.app import create_app
from vaultra_worker.app import make_runner

API = "http://vaultra.test/api/v1"
PASSWORD = "correct horse battery"


def settings_for_tests(database_url: str, *, sandbox_url: str = "http://127.0.0.1:9", **more: Any) -> Settings:
    settings = Settings(
        data_dir=str(Path(tempfile.gettempdir()) / "vaultra-tests"),
        database_url=database_url,
        jwt_secret="a secret of the tests that is long enough to sign with",
        encryption_keys="tests:" + base64.b64encode(bytes(32)).decode(),
        public_url="http://vaultra.test",
        stripe_secret_key=SECRET_KEY,
        stripe_webhook_secret=WEBHOOK_SECRET,
        stripe_connect_client_id=CLIENT_ID,
        stripe_api_base=sandbox_url,
        stripe_connect_base=sandbox_url,
    )
    return msgspec.structs.replace(settings, **more)


class Product:
    """A client of the API that can also run jobs and go through Stripe's consent page."""

    def __init__(self, client: httpx.AsyncClient, container: AsyncContainer, app: Litestar) -> None:
        self.client = client
        self.container = container
        self.app = app
        self.token: str | None = None
        self.journey = ""  # the cookie of the way to Stripe that this person began last

    def as_nobody(self) -> Self:
        return self._as(None)

    def _as(self, token: str | None) -> Self:
        other = type(self)(self.client, self.container, self.app)
        other.token = token
        return other

    async def signed_up(self, email: str = "owner@example.com", name: str = "Owner") -> Self:
        """Somebody new, signed in."""
        answer = await self.as_nobody().post("/auth/signup", {"email": email, "password": PASSWORD, "name": name})
        assert answer.status_code == 201, answer.text
        return self._as(answer.json()["token"])

    async def business(self, name: str = "Corner Café", **fields: Any) -> str:
        answer = await self.post("/users/businesses", {"name": name, **fields})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.request("GET", path, params=query)

    async def post(self, path: str, body: Any = None, **query: Any) -> httpx.Response:
        return await self.request("POST", path, json=body, params=query)

    async def patch(self, path: str, body: Any = None, **query: Any) -> httpx.Response:
        return await self.request("PATCH", path, json=body, params=query)

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = options.pop("headers", {})
        if self.token:
            headers = {"Authorization": f"Bearer {self.token}", **headers}
        url = path if path.startswith("http") else API + path
        return await self.client.request(method, url, headers=headers, **options)

    async def consent(self, business_id: str, account: str, decision: str = "approve") -> str:
        """Go to the consent page and decide; the callback's path and query, for `come_back`."""
        answer = await self.request(
            "GET",
            "/integrations/stripe/connect",
            params={"business_id": business_id},
            headers={"Accept": "application/json"},
        )
        assert answer.status_code == 200, answer.text
        self.journey = answer.headers["Set-Cookie"].partition(";")[0]
        async with httpx.AsyncClient() as browser:
            url = f"{answer.json()['authorize_url']}&sandbox_account={account}&decision={decision}"
            redirect = await browser.get(url)
        assert redirect.status_code in (302, 303), redirect.text
        parts = urlsplit(redirect.headers["Location"])
        return f"{parts.path}?{parts.query}"

    async def come_back(self, path: str) -> httpx.Response:
        """Follow the way back in the browser that it began in."""
        return await self.client.get("http://vaultra.test" + path, headers={"Cookie": self.journey})

    async def connect(self, business_id: str, account: str) -> httpx.Response:
        """Connect a sandbox account by OAuth; the callback's answer."""
        return await self.come_back(await self.consent(business_id, account))

    async def run(self, *jobs: Job) -> None:
        """Run these jobs once (default: all, in the order in which they feed each other)."""
        runner = await make_runner(self.container)
        for job in jobs or Job:
            await runner.run(job)

    async def imported(self, account: str, **fields: Any) -> str:
        """A business that has connected this sandbox account, with everything computed."""
        business_id = await self.business(**fields)
        answer = await self.connect(business_id, account)
        assert answer.status_code == 302 and "error" not in answer.headers["Location"], answer.headers
        await self.run()
        return business_id

    async def webhook(self, payload: bytes, signature: str | None = None) -> httpx.Response:
        signature = signed(payload) if signature is None else signature
        return await self.request(
            "POST",
            "/webhooks/stripe",
            content=payload,
            headers={"Stripe-Signature": signature, "Content-Type": "application/json"},
        )


def signed(payload: bytes, *, secret: str = WEBHOOK_SECRET, at: int | None = None) -> str:
    """Stripe's signature header over a payload."""
    moment = int(time.time()) if at is None else at
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


@asynccontextmanager
async def a_product(settings: Settings, *providers: Provider) -> AsyncIterator[Product]:
    """`providers` are a test's own, which win."""
    container = make_container(
        settings,
        http_provider(settings),
        *providers,
        application="vaultra-tests",
        statement_timeout=JOB_STATEMENT_TIMEOUT,
    )
    app = create_app(container, site=None, edges=edge_rules(settings))
    try:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport) as client:
            yield Product(client, container, app)
    finally:
        for close in app.on_shutdown:
            await close()  # type: ignore[call-arg] # the application's own take nothing
        await container.close()

"""The server: Stripe's paths, the sandbox's own controls, and the work in the background."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec
from litestar import Litestar, Response
from litestar.exceptions import HTTPException

from vaultra_sandbox import api, control, oauth, webhooks, world
from vaultra_sandbox.errors import OAuthError, StripeError
from vaultra_sandbox.sandbox import Sandbox, Settings

LIVE_STEP: Final = 2.0  # seconds between two looks at what has happened, with `--live`
_log: Final = logging.getLogger(__name__)


def create_app(settings: Settings) -> Litestar:
    """The ASGI application. Sample businesses are made, or catch up with today, before the first request."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        sandbox = Sandbox(settings)
        app.state.sandbox = sandbox
        await sandbox.write(world.seed_samples)
        await sandbox.write(world.forget_old_events)
        if settings.webhook_url is not None:
            url, secret = settings.webhook_url, settings.webhook_secret or ""
            await sandbox.write(lambda store: control.keep_webhook(store, url, secret))
        await sandbox.write(world.tick)
        tasks = [asyncio.create_task(_restart(webhooks.deliver, sandbox))]
        if settings.live:
            tasks.append(asyncio.create_task(_restart(_live, sandbox)))
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        sandbox.close()

    return Litestar(
        [*api.ROUTES, *oauth.ROUTES, *control.ROUTES],
        lifespan=[lifespan],
        exception_handlers={
            StripeError: _stripe_error,
            OAuthError: _oauth_error,
            HTTPException: _http_error,
            Exception: _unexpected,
        },
        openapi_config=None,
        logging_config=None,
        request_max_body_size=None,
    )


async def _live(sandbox: Sandbox) -> None:
    """Let the businesses live: with the real time, and `speed` times as much."""
    owed = 0.0
    while True:
        await asyncio.sleep(LIVE_STEP)
        owed += LIVE_STEP * max(0.0, sandbox.settings.speed - 1)
        seconds, owed = int(owed), owed - int(owed)
        await sandbox.write(lambda store, seconds=seconds: world.tick(store, seconds=seconds))  # type: ignore[misc]


async def _restart(work: Any, sandbox: Sandbox) -> None:
    """Background work that fails is logged and taken up again."""
    while True:
        try:
            await work(sandbox)
        except Exception:
            _log.exception("%s failed; trying again", work.__name__)
            await asyncio.sleep(1)


def _stripe_error(request: api.Call, error: StripeError) -> Response[bytes]:
    return Response(
        msgspec.json.encode({"error": error.error}),
        status_code=error.status,
        media_type=api.JSON,
        headers=api.headers(request),
    )


def _oauth_error(_: api.Call, error: OAuthError) -> Response[bytes]:
    return Response(msgspec.json.encode(error.body), status_code=error.status, media_type=api.JSON)


def _http_error(request: api.Call, error: HTTPException) -> Response[bytes]:
    if error.status_code in (404, 405):
        message = f"Unrecognized request URL ({request.method}: {request.url.path}). See https://stripe.com/docs."
        return _stripe_error(request, StripeError(404, message))
    return _stripe_error(request, StripeError(error.status_code, error.detail))


def _unexpected(request: api.Call, error: Exception) -> Response[bytes]:
    _log.error("unexpected error", exc_info=error)
    return _stripe_error(request, StripeError(500, "An unknown error occurred.", type="api_error"))

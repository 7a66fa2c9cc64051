"""The sandbox's own controls, outside Stripe's paths: what a test or a demonstration turns while it runs."""

from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from litestar import Response, get, post

from vaultra_sandbox import loading, reports, world
from vaultra_sandbox.api import Call
from vaultra_sandbox.errors import StripeError
from vaultra_sandbox.faults import Faults, Trouble
from vaultra_sandbox.sandbox import Sandbox
from vaultra_sandbox.store import Store


class Webhook(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where events go; `url: null` switches them off."""

    url: str | None
    secret: str = ""


class Tick(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far to move the businesses' clocks beyond now; which of them, if not all."""

    days: float = 0
    seconds: float = 0
    account: str | None = None


@get("/_sandbox/accounts")
async def accounts(request: Call) -> Response[bytes]:
    return _json({"accounts": reports.describe(_sandbox(request).store)})


@get("/_sandbox/faults")
async def show_faults(request: Call) -> Response[bytes]:
    return _json(_sandbox(request).trouble.faults)


@post("/_sandbox/faults", status_code=200)
async def set_faults(request: Call) -> Response[bytes]:
    """Replace all fault settings; those not given are off."""
    sandbox = _sandbox(request)
    sandbox.trouble = Trouble(_read(await request.body(), Faults))
    return _json(sandbox.trouble.faults)


@post("/_sandbox/webhook", status_code=200)
async def set_webhook(request: Call) -> Response[bytes]:
    webhook = _read(await request.body(), Webhook)
    if webhook.url is not None and urlsplit(webhook.url).scheme not in ("http", "https"):
        raise StripeError(400, "url must be an http or https address", param="url")
    await _sandbox(request).write(lambda store: keep_webhook(store, webhook.url, webhook.secret))
    return _json(webhook)


@post("/_sandbox/tick", status_code=200)
async def tick(request: Call) -> Response[bytes]:
    """Let the businesses catch up with the real time, and live on from there as far as asked."""
    wanted = _read(await request.body() or b"{}", Tick)
    seconds = round(wanted.days * 86_400 + wanted.seconds)
    if not 0 <= seconds <= 366 * 86_400:
        raise StripeError(400, "A tick is between nothing and 366 days long.", param="days")
    if wanted.account is not None and _sandbox(request).store.account(name=wanted.account) is None:
        raise StripeError(404, f"There is no sandbox account named '{wanted.account}'", param="account")
    made = await _sandbox(request).write(lambda store: world.tick(store, seconds=seconds, name=wanted.account))
    return _json({"events": made})


@post("/_sandbox/load", status_code=200, request_max_body_size=None)
async def load(request: Call, account: str, shift_to_today: bool = False, currency: str = "usd") -> Response[bytes]:
    """Make an account of the file in the body; see `loading.load`."""
    data = await request.body()
    if not account:
        raise StripeError(400, "The account needs a name.", param="account")
    try:
        done = await _sandbox(request).write(
            lambda store: loading.load(
                store, data, name=account, shift_to_today=shift_to_today, currency=currency.lower()
            )
        )
    except loading.MalformedFile as error:
        refusal = {"message": str(error), "total": error.total, "complaints": error.complaints}
        return _json({"error": refusal}, status_code=400)
    return _json(reports.loaded(*done))


ROUTES: Final = [accounts, show_faults, set_faults, set_webhook, tick, load]


def keep_webhook(store: Store, url: str | None, secret: str) -> None:
    """Remember the endpoint over restarts."""
    with store.writing():
        if url is None:
            store.db.execute("DELETE FROM meta WHERE key = 'webhook_url'")
        else:
            store.set_meta("webhook_url", url)
        store.set_meta("webhook_secret", secret)


def _sandbox(request: Call) -> Sandbox:
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox


def _read(body: bytes, type_: type[Any]) -> Any:
    try:
        return msgspec.json.decode(body, type=type_)
    except msgspec.DecodeError as error:
        raise StripeError(400, str(error)) from None


def _json(value: Any, status_code: int = 200) -> Response[bytes]:
    return Response(msgspec.json.encode(value), status_code=status_code, media_type="application/json")

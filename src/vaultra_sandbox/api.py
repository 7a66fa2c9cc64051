"""Stripe's API under /v1: accounts, lists and single objects, read only."""

import base64
import binascii
import secrets
from typing import Any, Final
from urllib.parse import parse_qsl

from litestar import Request, Response, get
from litestar.datastructures import State

from vaultra_sandbox import listing
from vaultra_sandbox.errors import StripeError, missing
from vaultra_sandbox.sandbox import Sandbox
from vaultra_sandbox.shapes import API_VERSION
from vaultra_sandbox.store import Account
from vaultra_sandbox.world import PLATFORM_NAME

Call = Request[Any, Any, State]
JSON: Final = "application/json"


@get("/v1/account")
async def own_account(request: Call) -> Response[bytes]:
    account = await _admit(request)
    return _answer(request, account.body, account)


@get("/v1/accounts/{id:str}")
async def retrieve_account(request: Call, id: str) -> Response[bytes]:  # noqa: A002
    account = await _admit(request)
    wanted = account if account.id == id else _reachable(request, id)
    return _answer(request, wanted.body, account)


@get("/v1/accounts")
async def list_accounts(request: Call) -> Response[bytes]:
    account = await _admit(request)
    connected = [one.body for one in _sandbox(request).store.accounts() if one.authorized]
    body = b'{"object":"list","data":[%s],"has_more":false,"url":"/v1/accounts"}' % b",".join(connected)
    return _answer(request, body, account)


@get("/v1/subscription_items")
async def list_subscription_items(request: Call) -> Response[bytes]:
    account = await _admit(request)
    found = listing.subscription_items(_sandbox(request).store, account, _parameters(request))
    return _answer(request, found, account)


@get("/v1/{path:str}")
async def list_objects(request: Call, path: str) -> Response[bytes]:
    account = await _admit(request)
    listed = _listed(request, path)
    query = listing.parse(listed, _parameters(request))
    return _answer(request, listing.page(_sandbox(request).store, account, listed, query), account)


@get("/v1/{path:str}/{id:str}")
async def retrieve_object(request: Call, path: str, id: str) -> Response[bytes]:  # noqa: A002
    account = await _admit(request)
    listed = _listed(request, path)
    paths = []
    for name, value in _parameters(request):
        if name != "expand" and not name.startswith("expand["):
            raise StripeError(400, f"Received unknown parameter: {name}", param=name, code="parameter_unknown")
        paths.append(listing.expansion(listed, value))
    store = _sandbox(request).store
    found = store.object(account, listed.kind, id)
    if found is None:
        raise missing(listed.kind, id)
    return _answer(request, listing.expanded(store, account, found.body, paths, kind=listed.kind), account)


ROUTES: Final = [own_account, retrieve_account, list_accounts, list_subscription_items, list_objects, retrieve_object]


def headers(request: Call) -> dict[str, str]:
    """What Stripe sends with every answer."""
    return {
        "Request-Id": f"req_{secrets.token_hex(7)}",
        "Stripe-Version": request.headers.get("stripe-version", API_VERSION),
    }


def secret_key(request: Call) -> str | None:
    """The key that the caller shows, as a bearer token or as the name of basic authentication."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return None
    return None


def _sandbox(request: Call) -> Sandbox:
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox


async def _admit(request: Call) -> Account:
    """The account that the call is about: the connected one that it names, or the platform's own."""
    sandbox = _sandbox(request)
    key = secret_key(request)
    if key is None:
        raise StripeError(
            401,
            "You did not provide an API key. You need to provide your API key in the Authorization header, using "
            "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
        )
    if not secrets.compare_digest(key.encode(), sandbox.settings.secret_key.encode()):
        raise StripeError(401, f"Invalid API Key provided: {key[:8]}{'*' * 8}{key[-4:]}", code="api_key_invalid")
    named = request.headers.get("stripe-account")
    await sandbox.trouble.before(named or "")
    if named is not None:
        return _reachable(request, named)
    platform = sandbox.store.account(name=PLATFORM_NAME)
    assert platform is not None
    return platform


def _reachable(request: Call, id_: str) -> Account:
    """A connected account; one that is unknown looks like one that has not authorised the platform."""
    sandbox = _sandbox(request)
    account = sandbox.store.account(id=id_)
    if account is None or not (account.authorized or account.name == PLATFORM_NAME):
        key = sandbox.settings.secret_key
        raise StripeError(
            403,
            f"The provided key '{key[:8]}{'*' * 8}{key[-4:]}' does not have access to account '{id_}' (or that account "
            "does not exist). Application access may have been revoked.",
            code="account_invalid",
        )
    return account


def _listed(request: Call, path: str) -> listing.Listed:
    listed = listing.LISTS.get(path)
    if listed is None:
        raise StripeError(
            404, f"Unrecognized request URL ({request.method}: {request.url.path}). See https://stripe.com/docs."
        )
    return listed


def _parameters(request: Call) -> list[tuple[str, str]]:
    return parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)


def _answer(request: Call, body: bytes, account: Account) -> Response[bytes]:
    body = _sandbox(request).trouble.after(body)
    extra = {} if account.name == PLATFORM_NAME else {"Stripe-Account": account.id}
    return Response(body, media_type=JSON, headers={**headers(request), **extra})

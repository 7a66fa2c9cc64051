"""OAuth for Connect Standard accounts: the consent page, the token, and taking it back."""

import secrets
import time
from html import escape
from importlib.resources import files
from string import Template
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec
from litestar import MediaType, Response, get, post
from litestar.response import Redirect

from vaultra_sandbox.api import Call, secret_key
from vaultra_sandbox.errors import OAuthError
from vaultra_sandbox.ids import mint
from vaultra_sandbox.journal import Journal
from vaultra_sandbox.sandbox import Sandbox
from vaultra_sandbox.store import Account, Store

CODE_LIFE: Final = 300  # seconds (https://docs.stripe.com/connect/oauth-reference)
_PAGE: Final = Template(files(__package__).joinpath("consent.html").read_text("utf-8"))
_CHOICE: Final = Template(
    '<label class="account"><input type="radio" name="sandbox_account" value="$name" required$checked>'
    '<span><strong>$title</strong> <code>$name</code>$connected<br><span class="line">$line</span></span></label>'
)


class Authorization(msgspec.Struct, frozen=True):
    """What a platform asks for when it sends an owner here."""

    client_id: str
    redirect_uri: str
    state: str | None
    scope: str

    def answer(self, **parameters: str) -> Redirect:
        """Send the owner back with the result."""
        if self.state is not None:
            parameters["state"] = self.state
        parts = urlsplit(self.redirect_uri)
        query = "&".join(filter(None, (parts.query, urlencode(parameters))))
        return Redirect(urlunsplit(parts._replace(query=query)), status_code=303)


@get("/oauth/authorize")
async def authorize(request: Call) -> Response[str] | Redirect:
    """The consent page; with `sandbox_account` and `decision` it is skipped."""
    asked = dict(parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True))
    authorization = _authorization(request, asked)
    if "decision" in asked:
        return await _decide(request, authorization, asked)
    return _consent_page(request, authorization)


@post("/oauth/authorize")
async def decide(request: Call) -> Response[str] | Redirect:
    """What the consent page's form sends."""
    asked = await _form(request)
    return await _decide(request, _authorization(request, asked), asked)


@post("/oauth/token", status_code=200)
async def token(request: Call) -> Response[bytes]:
    """Exchange a code for the id of the account that has consented."""
    form = await _form(request)
    sandbox = _sandbox(request)
    key = form.get("client_secret") or secret_key(request) or ""
    if not secrets.compare_digest(key.encode(), sandbox.settings.secret_key.encode()):
        raise OAuthError(401, "invalid_client", "No such API key, or no API key given")
    if form.get("grant_type") != "authorization_code":
        raise OAuthError(400, "unsupported_grant_type", "The sandbox knows grant_type=authorization_code only")
    code = form.get("code")
    if not code:
        raise OAuthError(400, "invalid_request", "No code given")
    account, scope = await sandbox.write(lambda store: _redeem(store, code))
    body = {
        "access_token": f"sk_test_{mint('access', account.id)}",
        "livemode": False,
        "refresh_token": mint("rt", account.id),
        "token_type": "bearer",
        "stripe_publishable_key": mint("pk_test", account.id),
        "stripe_user_id": account.id,
        "scope": scope,
    }
    return Response(msgspec.json.encode(body), media_type="application/json", headers={"Cache-Control": "no-store"})


@post("/oauth/deauthorize", status_code=200)
async def deauthorize(request: Call) -> Response[bytes]:
    """Take the platform's access to an account away."""
    form = await _form(request)
    sandbox = _sandbox(request)
    key = form.get("client_secret") or secret_key(request) or ""
    if not secrets.compare_digest(key.encode(), sandbox.settings.secret_key.encode()):
        raise OAuthError(401, "invalid_client", "No such API key, or no API key given")
    if form.get("client_id") != sandbox.settings.client_id:
        raise OAuthError(401, "invalid_client", "No application matches the supplied client identifier")
    user = form.get("stripe_user_id", "")
    account = sandbox.store.account(id=user)
    if account is None or not account.authorized:
        raise OAuthError(401, "invalid_client", f"This application is not connected to stripe account {user}")
    await sandbox.write(lambda store: withdraw(store, account, sandbox.settings.client_id))
    body = msgspec.json.encode({"stripe_user_id": account.id})
    return Response(body, media_type="application/json")


ROUTES: Final = [authorize, decide, token, deauthorize]


def withdraw(store: Store, account: Account, client_id: str) -> None:
    """End an account's authorisation; the platform hears of it by webhook."""
    now = int(time.time())
    with store.writing():
        journal = Journal(store, account, now=now)
        application = {"id": client_id, "object": "application", "name": "Sandbox platform"}
        journal.emit("account.application.deauthorized", application, at=now)
        journal.write()
        store.set_authorized(account, False)


def _sandbox(request: Call) -> Sandbox:
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox


async def _form(request: Call) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))


def _authorization(request: Call, asked: dict[str, str]) -> Authorization:
    """Check what the platform asks; nobody is sent to an address before this."""
    if asked.get("client_id") != _sandbox(request).settings.client_id:
        raise OAuthError(401, "invalid_client", "No application matches the supplied client identifier")
    if asked.get("response_type") != "code":
        raise OAuthError(400, "unsupported_response_type", "response_type must be 'code'")
    scope = asked.get("scope", "read_only")
    if scope not in ("read_only", "read_write"):
        raise OAuthError(400, "invalid_scope", "scope must be 'read_only' or 'read_write'")
    target = asked.get("redirect_uri", "")
    try:
        parts = urlsplit(target)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good or any(ord(character) <= 32 or ord(character) == 127 for character in target):
        raise OAuthError(400, "invalid_redirect_uri", "redirect_uri must be an absolute http or https address")
    return Authorization(asked["client_id"], target, asked.get("state"), scope)


async def _decide(request: Call, authorization: Authorization, asked: dict[str, str]) -> Redirect:
    if asked.get("decision") == "deny":
        return authorization.answer(error="access_denied", error_description="The user denied your request")
    if asked.get("decision") != "approve":
        raise OAuthError(400, "invalid_request", "decision must be 'approve' or 'deny'")
    name = asked.get("sandbox_account", "")
    account = _sandbox(request).store.account(name=name) if name else None
    if account is None:
        raise OAuthError(400, "invalid_request", f"There is no sandbox account named '{name}'")
    code = f"ac_{secrets.token_hex(16)}"

    def grant(store: Store) -> None:
        with store.writing():
            store.set_authorized(account, True)
            expires = time.time() + CODE_LIFE
            store.db.execute("DELETE FROM codes WHERE expires < ?", (expires - 86_400,))
            store.db.execute(
                "INSERT INTO codes (code, account, scope, expires) VALUES (?, ?, ?, ?)",
                (code, account.number, authorization.scope, expires),
            )

    await _sandbox(request).write(grant)
    return authorization.answer(scope=authorization.scope, code=code)


def _redeem(store: Store, code: str) -> tuple[Account, str]:
    """A code is good once, for five minutes."""
    with store.writing():
        row = store.db.execute(
            "SELECT a.id, c.scope, c.expires, c.used FROM codes c JOIN accounts a ON a.number = c.account "
            "WHERE c.code = ?",
            (code,),
        ).fetchone()
        if row is None:
            raise OAuthError(400, "invalid_grant", f"Authorization code does not exist: {code}")
        id_, scope, expires, used = row
        if used:
            raise OAuthError(400, "invalid_grant", f"This authorization code has already been used: {code}")
        if expires < time.time():
            raise OAuthError(400, "invalid_grant", f"Authorization code expired: {code}")
        store.db.execute("UPDATE codes SET used = 1 WHERE code = ?", (code,))
        account = store.account(id=id_.decode())
        assert account is not None
        return account, scope.decode()


def _consent_page(request: Call, authorization: Authorization) -> Response[str]:
    accounts = _sandbox(request).store.accounts()
    choices = "\n".join(
        _CHOICE.substitute(
            name=escape(account.name),
            title=escape(account.title),
            line=escape(account.line),
            checked=" checked" if number == 0 else "",
            connected=' <span class="badge">connected</span>' if account.authorized else "",
        )
        for number, account in enumerate(accounts)
    )
    fields = {
        "client_id": authorization.client_id,
        "redirect_uri": authorization.redirect_uri,
        "scope": authorization.scope,
        "response_type": "code",
        "state": authorization.state,
    }
    hidden = "\n".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in fields.items()
        if value is not None
    )
    access = "read" if authorization.scope == "read_only" else "read and change"
    page = _PAGE.substitute(choices=choices, hidden=hidden, access=access)
    return Response(page, media_type=MediaType.HTML, headers={"Cache-Control": "no-store"})

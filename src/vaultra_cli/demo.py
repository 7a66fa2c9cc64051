"""`vaultra demo`: the whole product in the foreground, on embedded defaults, each replaceable by a setting."""

import argparse
import contextlib
import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import filelock
import msgspec

from vaultra_adapters.settings import Settings
from vaultra_adapters.wiring import make_container
from vaultra_cli.demo_samples import SAMPLE_EMAIL, import_samples
from vaultra_cli.demo_sandbox import running_sandbox
from vaultra_cli.environment import database, settings_for
from vaultra_cli.logs import set_up_logging
from vaultra_cli.serve import http_provider, listen, run, serve_container
from vaultra_core.errors import VaultraError
from vaultra_http.mail_page import MAIL_PATH
from vaultra_http.mcp.endpoint import mcp_url
from vaultra_http.site import find_site
from vaultra_worker.app import running_worker

LOCK_SECONDS = 3.0  # one that is being stopped is waited for


class DemoSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """What the parts of one demo share; made once per data folder."""

    stripe_secret_key: str
    stripe_webhook_secret: str
    stripe_connect_client_id: str
    sample_password: str


def demo(options: argparse.Namespace) -> int:
    folder: Path = options.data_dir.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    listener = listen("127.0.0.1", options.port)
    port = listener.getsockname()[1]
    url = os.environ.get("PUBLIC_URL") or f"http://127.0.0.1:{port}"
    settings = settings_for(data_dir=str(folder), public_url=url)
    if "LOG_LEVEL" not in os.environ:
        settings = msgspec.structs.replace(settings, log_level="WARNING")
    set_up_logging(settings)
    with contextlib.ExitStack() as stack:
        stack.enter_context(_to_itself(folder))
        shared = _shared_secrets(folder)
        _say("starting the database" if settings.database_url is None else "looking for the database")
        settings = stack.enter_context(database(settings))
        sandbox_url = None
        if not settings.sandbox and settings.stripe_secret_key is None:
            _say("starting the Stripe sandbox")
            webhook_url = f"http://127.0.0.1:{port}/api/v1/webhooks/stripe"
            sandbox_url = stack.enter_context(_sandbox(folder, shared, webhook_url))
            settings = msgspec.structs.replace(
                settings,
                stripe_api_base=sandbox_url,
                stripe_connect_base=sandbox_url,
                stripe_secret_key=shared.stripe_secret_key,
                stripe_webhook_secret=shared.stripe_webhook_secret,
                stripe_connect_client_id=shared.stripe_connect_client_id,
            )
        facts = _facts(settings, url, port, sandbox_url, shared)
        run(lambda: _serve(settings, listener, folder, facts, shared, with_samples=sandbox_url is not None))
    return 0


@contextlib.contextmanager
def _to_itself(folder: Path) -> Iterator[None]:
    """Have the folder for ourselves. Raise `VaultraError` when another demo runs on it and does not end soon."""
    try:
        with filelock.FileLock(folder / "demo.lock", timeout=LOCK_SECONDS):
            (folder / "demo.json").unlink(missing_ok=True)  # that of an earlier start names another address
            yield
    except filelock.Timeout:
        raise VaultraError(f"Another demo runs on {folder}. Stop it first, or use another DATA_DIR.") from None


async def _serve(
    settings: Settings,
    listener: Any,
    folder: Path,
    facts: dict[str, Any],
    shared: DemoSecrets,
    *,
    with_samples: bool,
) -> None:
    container = make_container(settings, http_provider(settings), application="vaultra-demo")
    try:
        async with running_worker(container):
            if with_samples:
                await import_samples(container, password=shared.sample_password, say=_say)
            _write_private(folder / "demo.json", json.dumps(facts, indent=2))
            print(_box(settings, facts), flush=True)
            mails = None if settings.smtp_url else settings.mail_folder
            await serve_container(container, settings, listener, mails=mails)
    finally:
        await container.close()


def _sandbox(folder: Path, shared: DemoSecrets, webhook_url: str) -> contextlib.AbstractContextManager[str]:
    return running_sandbox(
        folder,
        client_id=shared.stripe_connect_client_id,
        secret_key=shared.stripe_secret_key,
        webhook_url=webhook_url,
        webhook_secret=shared.stripe_webhook_secret,
    )


def _shared_secrets(folder: Path) -> DemoSecrets:
    path = folder / "demo_secrets.json"
    if not path.exists():
        made = DemoSecrets(
            stripe_secret_key="sk_test_" + secrets.token_hex(16),
            stripe_webhook_secret="whsec_" + secrets.token_hex(16),
            stripe_connect_client_id="ca_" + secrets.token_hex(12),
            sample_password=secrets.token_urlsafe(9),
        )
        _write_private(path, msgspec.json.encode(made).decode())
    return msgspec.json.decode(path.read_bytes(), type=DemoSecrets)


def _facts(settings: Settings, url: str, port: int, sandbox_url: str | None, shared: DemoSecrets) -> dict[str, Any]:
    """What scripts read from demo.json. None: that part is not there."""
    sign_ins = [{"email": SAMPLE_EMAIL, "password": shared.sample_password}] if sandbox_url else []
    return {
        "url": url,
        "sandbox_url": sandbox_url,
        "webhook_secret": settings.webhook_secrets[0] if settings.webhook_secrets else None,
        "database_url": settings.database_url,
        "mail_url": None if settings.smtp_url else f"http://127.0.0.1:{port}{MAIL_PATH}",
        "mcp_url": mcp_url(url),
        "sample_sign_ins": sign_ins,
    }


def _box(settings: Settings, facts: dict[str, Any]) -> str:
    modes = {
        "database": "given" if os.environ.get("DATABASE_URL") else "embedded",
        "queue": "redis" if settings.redis_url else "in-process",
        "stripe": "sandbox" if settings.sandbox else "stripe",
        "model": settings.language_model,
        "vectors": settings.vector_store,
        "mail": "smtp" if settings.smtp_url else "outbox",
    }
    lines = [
        f"Vaultra is ready: {facts['url']}",
        "",
        *(f"sample sign-in   {entry['email']}  ·  {entry['password']}" for entry in facts["sample_sign_ins"]),
        *([f"sandbox          {facts['sandbox_url']}"] if facts["sandbox_url"] else []),
        *([f"mail outbox      {facts['mail_url']}"] if facts["mail_url"] else []),
        f"mcp              {facts['mcp_url']}  ·  with a token from the settings, see docs/mcp.md",
        f"facts            {Path(settings.data_dir) / 'demo.json'}",
        "modes            " + " · ".join(f"{name}: {mode}" for name, mode in modes.items()),
        *([] if find_site(settings.frontend_dir) else ["dashboard        not built: run `make setup`"]),
        "",
        "Go live: set DATABASE_URL, REDIS_URL, STRIPE_SECRET_KEY … (see .env.example). Ctrl-C stops everything.",
    ]
    width = max(map(len, lines))
    body = [f"│ {line.ljust(width)} │" for line in lines]
    return "\n".join(["┌" + "─" * (width + 2) + "┐", *body, "└" + "─" * (width + 2) + "┘"])


def _write_private(path: Path, text: str) -> None:
    """Write a whole file or none, readable by its owner alone."""
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def _say(text: str) -> None:
    print(f"· {text}", flush=True)

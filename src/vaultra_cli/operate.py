"""What the jobs do, by hand."""

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import msgspec
from dishka import AsyncContainer

from vaultra_adapters.postgres.backup import backup as write_backup
from vaultra_adapters.postgres.backup import restore as read_backup
from vaultra_adapters.postgres.engine import JOB_STATEMENT_TIMEOUT
from vaultra_adapters.postgres.migrate import current_revision, downgrade, head, revisions, upgrade
from vaultra_adapters.settings import Settings
from vaultra_adapters.wiring import make_container
from vaultra_cli.environment import database, settings_for
from vaultra_cli.logs import set_up_logging
from vaultra_core.errors import InvalidInput
from vaultra_core.ports.audit import AuditRecord
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.use_cases.recompute import Recompute
from vaultra_core.use_cases.replay_events import ReplayEvents
from vaultra_core.use_cases.reseal_secrets import Resealed, ResealSecrets
from vaultra_core.use_cases.sync_account import SyncAccount


def migrate(options: argparse.Namespace) -> int:
    known = [*revisions(), "head", "base"]
    if options.to not in known:
        raise InvalidInput(f"There is no revision {options.to!r}: choose one of {', '.join(known)}.")
    with database(settings_for(), migrate=False) as settings:
        assert settings.database_url
        before = current_revision(settings.database_url)
        target = head() if options.to == "head" else options.to
        if target == "base" or (before is not None and target < before):
            downgrade(settings.database_url, target)
        else:
            upgrade(settings.database_url, target)
        print(f"{before or 'empty'} → {current_revision(settings.database_url) or 'empty'}")
    return 0


def backup(options: argparse.Namespace) -> int:
    with database(settings_for(), migrate=False) as settings:
        assert settings.database_url
        write_backup(settings.database_url, options.file)
    print(f"{options.file}: {options.file.stat().st_size} bytes")
    return 0


def restore(options: argparse.Namespace) -> int:
    with database(settings_for(), migrate=False) as settings:
        assert settings.database_url
        read_backup(settings.database_url, options.file)
        print(f"restored, schema {current_revision(settings.database_url)}")
    return 0


def openapi(options: argparse.Namespace) -> int:
    del options
    from vaultra_cli.openapi import document  # noqa: PLC0415 - no database needed

    sys.stdout.write(document() + "\n")
    return 0


def sync(options: argparse.Namespace) -> int:
    settings = settings_for()
    set_up_logging(settings)
    with database(settings) as ready:
        result = asyncio.run(_sync(ready, options.account))
    print(json.dumps(result) if options.json else "\n".join(f"{name}: {value}" for name, value in result.items()))
    return 1 if result["error"] else 0


async def _sync(settings: Settings, account: str) -> dict[str, Any]:
    async with container_for(settings) as container:
        connection = await (await container.get(SyncAccount)).execute(account)
        integration = connection.integration
        return {
            "account": integration.external_id,
            "status": integration.status.value,
            "import": integration.phase.value,
            "objects": connection.progress.done,
            "error": integration.error,
        }


def recompute(options: argparse.Namespace) -> int:
    settings = settings_for()
    set_up_logging(settings)
    business = _id(options.business, "business")
    with database(settings) as ready:
        count = asyncio.run(_recompute(ready, business))
    print(f"{count} businesses computed anew" if count != 1 else "1 business computed anew")
    return 0


async def _recompute(settings: Settings, business: UUID | None) -> int:
    async with container_for(settings) as container:
        return await (await container.get(Recompute)).execute(business)


def audit(options: argparse.Namespace) -> int:
    settings = settings_for()
    set_up_logging(settings)
    business, user = _id(options.business, "business"), _id(options.user, "user")
    with database(settings) as ready:
        records = asyncio.run(_audit(ready, business, user, options.limit))
    if options.json:
        print(json.dumps(msgspec.to_builtins(records)))
        return 0
    for record in records:
        entry = record.entry
        details = " ".join(f"{name}={value}" for name, value in entry.details.items())
        who = record.actor_name or entry.actor_id or "nobody"
        what = f"{entry.action} {entry.target or ''} {details}".strip()
        print(f"{entry.at:%Y-%m-%d %H:%M:%SZ}  {who}  {what}  {entry.business_id or '-'}  {entry.address or '-'}")
    return 0


async def _audit(settings: Settings, business: UUID | None, user: UUID | None, limit: int) -> list[AuditRecord]:
    async with container_for(settings) as container:
        open_work: UnitOfWorkFactory = await container.get(UnitOfWorkFactory)
        async with open_work() as work:
            if business is not None:
                return await work.audit.of_business(business, limit=limit)
            if user is not None:
                return await work.audit.of_user(user, limit=limit)
            return await work.audit.latest(limit=limit)


def _id(text: str | None, what: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise InvalidInput(f"{text} is no {what} id.") from None


def reseal(options: argparse.Namespace) -> int:
    settings = settings_for()
    set_up_logging(settings)
    with database(settings) as ready:
        result = asyncio.run(_reseal(ready))
    if options.json:
        print(json.dumps(msgspec.to_builtins(result)))
    else:
        print(f"{result.resealed} secrets sealed anew, {result.current} had the newest key")
        print("\n".join(f"business {business}: does not open with these keys" for business in result.broken), end="")
    return 1 if result.broken else 0


async def _reseal(settings: Settings) -> Resealed:
    async with container_for(settings) as container:
        return await (await container.get(ResealSecrets)).execute()


def events(options: argparse.Namespace) -> int:
    settings = settings_for()
    set_up_logging(settings)
    with database(settings) as ready:
        if options.action == "replay":
            run = _replay(ready, options.ids)
        elif options.action == "stats":
            run = _stats(ready, as_json=options.json)
        else:
            run = _dead(ready, as_json=options.json)
        print(asyncio.run(run))
    return 0


async def _dead(settings: Settings, *, as_json: bool) -> str:
    async with container_for(settings) as container, (await container.get(UnitOfWorkFactory))() as work:
        dead = await work.inbox.dead(limit=1000)
    rows = [{"id": e.stripe_event_id, "type": e.event_type, "account": e.account, "error": e.last_error} for e in dead]
    if as_json:
        return json.dumps(rows)
    lines = [f"{row['id']}  {row['type']}  {row['account']}  {row['error']}" for row in rows]
    return "\n".join(lines) or "no dead events"


async def _replay(settings: Settings, ids: list[str]) -> str:
    async with container_for(settings) as container:
        replayed = await (await container.get(ReplayEvents)).execute(ids or None)
    lost = [f"{event_id} stays dead, its content cannot be fetched: {why}" for event_id, why in replayed.lost.items()]
    return "\n".join([f"{replayed.requeued} events requeued", *lost])


async def _stats(settings: Settings, *, as_json: bool) -> str:
    async with container_for(settings) as container, (await container.get(UnitOfWorkFactory))() as work:
        stats = await work.inbox.stats()
    counts = {"outcomes": stats.outcomes, "api_versions": stats.api_versions}
    if as_json:
        return json.dumps(counts)
    lines = [f"{count:>9}  {name}" for found in counts.values() for name, count in sorted(found.items())]
    return "\n".join(lines) or "no events"


@asynccontextmanager
async def container_for(settings: Settings) -> AsyncIterator[AsyncContainer]:
    """What a command that works by hand needs, for as long as the block lasts."""
    container = make_container(settings, application="vaultra-cli", statement_timeout=JOB_STATEMENT_TIMEOUT)
    try:
        yield container
    finally:
        await container.close()

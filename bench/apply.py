"""Applying events: from the inbox to the ledger and its dirty days, against a COPY of the same rows."""

import datetime as dt
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import asyncpg

from bench.events import payloads
from bench.report import Goal, Row
from bench.stage import a_connected_account, a_container, a_stage, query, run
from vaultra_adapters.settings import Settings
from vaultra_cli.memory import settle_collector
from vaultra_core.domain.stripe_objects import minimal_event
from vaultra_core.identity import new_id
from vaultra_core.ports.storage import StripeEvent, UnitOfWorkFactory
from vaultra_core.use_cases.apply_events import ApplyEvents


def applying(folder: Path, scale: float) -> list[Row]:
    count = int(20_000 * scale)
    with a_stage(folder) as settings:
        account = run(lambda: a_connected_account(settings)).external_id
        seconds = run(lambda: _apply(settings, account, count))
        copied = run(lambda: _copy(settings))
        stored = run(lambda: query(settings, "SELECT count(*) FROM stripe_charges"))
    if stored != count:
        raise RuntimeError(f"{stored} charges of {count} are in the ledger")
    return [
        Row(
            name="applying events",
            value=count / seconds,
            unit="events/s",
            baseline=count / copied,
            goal=Goal("ratio", ">=", 0.25),
        )
    ]


async def _apply(settings: Settings, account: str, count: int) -> float:
    async with a_container(settings) as container:
        factory = await container.get(UnitOfWorkFactory)
        now = dt.datetime.now(dt.UTC)
        async with factory() as work:
            events = (_event(raw, now) for raw in payloads(account, count))
            while some := list(islice(events, 1_000)):
                await work.inbox.accept(some)
            await work.commit()
        apply = await container.get(ApplyEvents)
        settle_collector()  # as a worker does
        began = time.perf_counter()
        await apply.execute()
        return time.perf_counter() - began


def _event(raw: bytes, now: dt.datetime) -> StripeEvent:
    event = minimal_event(raw)
    return StripeEvent(
        id=new_id(),
        stripe_event_id=event.id,
        account=event.account,
        event_type=event.type,
        livemode=event.livemode,
        payload=event.payload,
        created_at=now,
    )


async def _copy(settings: Settings) -> float:
    """Seconds to COPY what applying has written (ledger rows, applied events, dirty days) into tables without an
    index, in one commit."""
    connection = await asyncpg.connect(settings.database_url)
    tables = ("stripe_charges", "stripe_events", "dirty_days")
    rows: dict[str, Sequence[tuple[Any, ...]]] = {}
    try:
        for table in tables:
            await connection.execute(f"CREATE TABLE copy_of_{table} AS TABLE {table} WITH NO DATA")
            rows[table] = [tuple(row) for row in await connection.fetch(f"TABLE {table}")]
        began = time.perf_counter()
        async with connection.transaction():
            for table in tables:
                await connection.copy_records_to_table(f"copy_of_{table}", records=rows[table])
        return time.perf_counter() - began
    finally:
        await connection.close()

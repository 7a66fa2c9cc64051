"""Applying events: from the inbox to the ledger and its dirty days, against a COPY of the same rows."""

import contextlib
import datetime as dt
import os
import time
from collections.abc import Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

import asyncpg

from bench.apply_once import a_worker, begin, finished
from bench.events import payloads
from bench.report import Goal, Round, Row, typical
from bench.stage import a_connected_account, a_container, a_stage, query, run
from vaultra_adapters.settings import Settings
from vaultra_core.domain.stripe_objects import minimal_event
from vaultra_core.identity import new_id
from vaultra_core.ports.storage import StripeEvent, UnitOfWorkFactory

ACCOUNTS: Final = 8
WORKERS: Final = 2
ROUNDS: Final = 5
WARM: Final = 800  # events for each worker before the clock starts: then its statements are prepared


def applying(folder: Path, scale: float) -> list[Row]:
    """Webhooks as they come, in the order of time; and scattered over 400 days, where each may be a customer's first
    and marks a day of its own."""
    count = int(30_000 * scale) // ACCOUNTS * ACCOUNTS
    (folder / "in-order").mkdir()
    (folder / "scattered").mkdir()
    return [_row(folder / "in-order", count), _row(folder / "scattered", count, scattered=True)]


def _row(folder: Path, count: int, *, scattered: bool = False) -> Row:
    done, rounds, burnt = 0, list[Round](), [0.0, 0.0]
    with a_stage(folder) as settings, contextlib.ExitStack() as stack:
        accounts = [run(lambda: a_connected_account(settings)).external_id for _ in range(ACCOUNTS)]
        workers = [stack.enter_context(a_worker(settings)) for _ in range(WORKERS)]
        for worker in workers:
            run(partial(_fill, settings, accounts, WARM, done, scattered=scattered))
            begin(worker)
            finished(worker)
            done += WARM
        for _ in range(ROUNDS):
            run(partial(_fill, settings, accounts, count, done, scattered=scattered))
            # The server does it by itself within a minute; until then it plans for a nearly empty table.
            run(lambda: query(settings, "ANALYZE waiting_events, stripe_events, stripe_charges"))
            before, began = _cpu_of_postgres(folder), time.perf_counter()
            for worker in workers:
                begin(worker)
            burnt[1] += sum(finished(worker) for worker in workers)
            rate = count / (time.perf_counter() - began)
            burnt[0] += _cpu_of_postgres(folder) - before
            rounds.append(Round(rate, count / run(lambda: _copy(settings, count))))
            done += count
        stored = run(lambda: query(settings, "SELECT count(*) FROM stripe_charges"))
    if stored != done:
        raise RuntimeError(f"{stored} charges of {done} are in the ledger")
    rate, baseline = typical(rounds)
    postgres, python = (seconds / (ROUNDS * count) * 1e6 for seconds in burnt)
    return Row(
        name=f"applying events{', scattered over 400 days' if scattered else ''}",
        value=rate,
        unit="events/s",
        baseline=baseline,
        goal=None if scattered else Goal("ratio", ">=", 0.25),
        note=f"{ACCOUNTS} accounts, {WORKERS} workers; CPU an event: "
        f"PostgreSQL {postgres:.0f} µs, Python {python:.0f} µs",
    )


async def _fill(settings: Settings, accounts: Sequence[str], count: int, start: int, *, scattered: bool) -> None:
    """The accounts' events by turns, as they would come in."""
    share = count // len(accounts)
    async with a_container(settings) as container:
        factory = await container.get(UnitOfWorkFactory)
        now = dt.datetime.now(dt.UTC)
        of_each = [
            payloads(account, share, start=start + n * share, scattered=scattered) for n, account in enumerate(accounts)
        ]
        events = (_event(raw, now) for turn in zip(*of_each, strict=True) for raw in turn)
        async with factory() as work:
            while some := list(islice(events, 1_000)):
                await work.inbox.accept(some)
            await work.commit()


def _cpu_of_postgres(folder: Path) -> float:
    """CPU seconds of the server's processes that live, which the workers' connections do as long as they."""
    (pid_file,) = folder.rglob("postmaster.pid")
    server = pid_file.read_text().split()[0]
    spent = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            fields = stat.read_text().rpartition(")")[2].split()
            spent += int(fields[11]) + int(fields[12]) if fields[1] == server else 0
    return spent / os.sysconf("SC_CLK_TCK")


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


async def _copy(settings: Settings, count: int) -> float:
    """Seconds to COPY what applying so many events has written (ledger rows, applied events, dirty days) into tables
    without an index, in one commit."""
    connection = await asyncpg.connect(settings.database_url)
    tables = ("stripe_charges", "stripe_events", "dirty_days")
    rows: dict[str, Sequence[tuple[Any, ...]]] = {}
    try:
        for table in tables:
            await connection.execute(f"DROP TABLE IF EXISTS copy_of_{table}")
            await connection.execute(f"CREATE TABLE copy_of_{table} AS TABLE {table} WITH NO DATA")
            rows[table] = [tuple(row) for row in await connection.fetch(f"TABLE {table} LIMIT {count}")]
        began = time.perf_counter()
        async with connection.transaction():
            for table in tables:
                await connection.copy_records_to_table(f"copy_of_{table}", records=rows[table])
        return time.perf_counter() - began
    finally:
        await connection.close()

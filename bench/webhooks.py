"""Webhook acknowledgement, and the whole way of an event from the socket to the ledger."""

import time
from pathlib import Path

import msgspec

from bench.events import webhooks
from bench.load import run_load
from bench.report import Goal, Round, Row, typical
from bench.stage import a_connected_account, a_process, a_queue, a_stage, an_api, query, run
from vaultra_adapters.settings import Settings

ROUNDS = 7
WAITING = "SELECT count(*) FROM waiting_events"
TIME_LIMIT = 300


def acknowledgement(folder: Path, scale: float) -> list[Row]:
    count = int(12_000 * scale)
    with a_stage(folder) as stage, a_queue(folder) as redis_url:
        settings = msgspec.structs.replace(stage, redis_url=redis_url)  # then the API leaves the work to workers
        account = run(lambda: a_connected_account(settings)).external_id
        with an_api(settings, folder) as (product, _), an_api(settings, folder, ("bench.one_by_one",)) as (ordinary, _):
            for port, start in ((product, 0), (ordinary, 1_000)):
                run_load(port, webhooks(account, 500, start=start))  # warm
            together, rounds = [], []
            for start in range(10_000, 10_000 + ROUNDS * 2 * count, 2 * count):
                together.append(run_load(product, webhooks(account, count, start=start)))
                alone = run_load(ordinary, webhooks(account, count // 3, start=start + count))
                rounds.append(Round(together[-1].rate, alone.rate))
            rate, baseline = typical(rounds)
            halves = [
                run_load(product, webhooks(account, count, start=start), rate=rate / 2)
                for start in range(20_000_000, 20_000_000 + 3 * count, count)
            ]
    half = sorted(halves, key=lambda load: load.p99)[1]
    latencies = ", ".join(f"{load.p50:.1f}/{load.p99:.1f}" for load in together)
    return [
        Row(
            name="webhook acknowledgement, durable",
            value=rate,
            unit="events/s",
            baseline=baseline,
            goal=Goal("ratio", ">=", 3),
            note=f"p50/p99 at full load {latencies} ms",
        ),
        Row(
            name="webhook acknowledgement, one API process",
            value=rate,
            unit="events/s",
            goal=Goal("value", ">=", 6_000),
        ),
        Row(
            name="webhook acknowledgement, p99 at half load",
            value=half.p99,
            unit="ms",
            goal=Goal("value", "<=", 20),
            note=f"p50 {half.p50:.1f} ms at {half.rate:,.0f}/s; of {', '.join(f'{load.p99:.0f}' for load in halves)}",
        ),
    ]


def to_the_ledger(folder: Path, scale: float) -> list[Row]:
    """API and worker on the machine's cores: events a second from the first request until the last is applied."""
    count = int(20_000 * scale)
    with a_stage(folder) as stage, a_queue(folder) as redis_url:
        settings = msgspec.structs.replace(stage, redis_url=redis_url)
        account = run(lambda: a_connected_account(settings)).external_id
        worker = a_process("-m", "vaultra_cli", "worker", settings=settings, log=folder / "worker.log")
        with an_api(settings, folder) as (port, _), worker:
            run_load(port, webhooks(account, 500))
            _wait_until_applied(settings)
            requests = webhooks(account, count, start=1_000)
            began = time.perf_counter()
            acknowledged = run_load(port, requests)
            _wait_until_applied(settings)
            seconds = time.perf_counter() - began
            stored = run(lambda: query(settings, "SELECT count(*) FROM stripe_charges"))
            if stored != count + 500:
                raise RuntimeError(f"{stored} charges of {count + 500} are in the ledger")
    return [
        Row(
            name="webhooks, socket to ledger",
            value=count / seconds,
            unit="events/s",
            goal=Goal("value", ">=", 3_000),
            note=f"acknowledged at {acknowledged.rate:,.0f}/s meanwhile",
        )
    ]


def _wait_until_applied(settings: Settings) -> None:
    deadline = time.monotonic() + TIME_LIMIT
    while run(lambda: query(settings, WAITING)):
        if time.monotonic() > deadline:
            raise RuntimeError("the events were not applied in time")
        time.sleep(0.02)

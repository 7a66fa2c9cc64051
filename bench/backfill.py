"""The first import of a large account, against the rate at which the sandbox gives out the same pages."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import msgspec

from bench.report import Goal, Row
from bench.stage import a_container, a_stage, an_owner, connect, environment_of, query, run
from support.sandbox import SECRET_KEY, Sandbox, a_sandbox
from vaultra_adapters.settings import Settings
from vaultra_core.use_cases.read_windows import READERS

NAME = "bulk"


def importing(folder: Path, scale: float) -> list[Row]:
    charges = int(100_000 * scale)
    rows = [
        *_import(folder / "flat-out", charges, latency_ms=0),
        *_import(folder / "stripe", charges // 2, latency_ms=100),
    ]
    return sorted(rows, key=lambda row: row.unit, reverse=True)  # rates together, then memory


def _import(folder: Path, charges: int, *, latency_ms: float) -> list[Row]:
    """The import of an account from a sandbox that answers as fast as it can, or as slowly as Stripe does."""
    folder.mkdir()
    with a_stage(folder) as stage, a_sandbox(folder) as sandbox:
        made = subprocess.run(_load_test(sandbox, charges), capture_output=True, text=True, check=False)
        if made.returncode:
            raise RuntimeError(made.stderr)
        settings = msgspec.structs.replace(stage, stripe_api_base=sandbox.url, stripe_connect_base=sandbox.url)
        account = run(lambda: _connect(settings))
        httpx.post(f"{sandbox.url}/_sandbox/faults", json={"latency_ms": latency_ms}).raise_for_status()
        before = run(lambda: _page_rate(sandbox, account, charges))
        command = [sys.executable, "-m", "bench.import_once"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment_of(settings))
        if done.returncode:
            raise RuntimeError(done.stderr[-4000:])
        took = msgspec.json.decode(done.stdout)
        after = run(lambda: _page_rate(sandbox, account, charges))
        listed = int(str(run(lambda: query(settings, "SELECT sum(objects) FROM import_windows WHERE closed"))))
        stored = run(lambda: query(settings, "SELECT count(*) FROM stripe_charges"))
        if stored != charges:
            raise RuntimeError(f"{stored} charges of {charges} are in the ledger")
    memory: list[float] = took["memory_mib"]
    halfway = memory[len(memory) // 2] if memory else took["peak_mib"]
    answers = f"answers take {latency_ms:.0f} ms" if latency_ms else "answers at once"
    return [
        Row(
            name=f"backfill of {charges:,} charges, {answers}",
            value=listed / took["seconds"],
            unit="objects/s",
            baseline=(before + after) / 2,
            # Not to keep Stripe waiting is the goal. Without latency the sandbox gives more than Stripe ever allows.
            goal=Goal("ratio", ">=", 0.85) if latency_ms else None,
            note=f"{took['seconds']:.1f} s, {took['cpu'] / listed * 1e6:.0f} µs of CPU an object",
        ),
        Row(
            name=f"backfill of {charges:,} charges, peak memory",
            value=took["peak_mib"],
            unit="MiB",
            baseline=halfway,
            goal=Goal("value", "<=", 200),
            note="baseline: halfway through",
        ),
    ]


def _load_test(sandbox: Sandbox, charges: int) -> list[str]:
    options = ["--account", NAME, "--charges", str(charges), "--data", str(sandbox.data)]
    return [sys.executable, "-m", "vaultra_sandbox", "load-test", *options]


async def _connect(settings: Settings) -> str:
    async with a_container(settings) as container:
        _, caller, _ = await an_owner(container)
        return (await connect(container, caller, NAME)).external_id


async def _page_rate(sandbox: Sandbox, account: str, charges: int) -> float:
    """Charges a second that the sandbox gives to as many readers as the import has, who look at nothing but the
    cursor. A fifth of them is enough to know."""
    now = int(time.time())
    pages = max(READERS, charges // 100 // 5)
    headers = {"Authorization": f"Bearer {SECRET_KEY}", "Stripe-Account": account}

    async def reader(session: aiohttp.ClientSession, number: int) -> int:
        read = 0
        base: dict[str, Any] = {"limit": 100, "created[lt]": now - number * (700 // READERS) * 86_400}
        cursor = None
        for _ in range(pages // READERS):
            query_ = {**base, **({"starting_after": cursor} if cursor else {})}
            async with session.get(f"{sandbox.url}/v1/charges", params=query_, headers=headers) as answer:
                page = _CURSOR.decode(await answer.read())
            read += len(page.data)
            cursor = page.data[-1].id
            if not page.has_more:
                break
        return read

    async with aiohttp.ClientSession() as session:
        began = time.perf_counter()
        read = sum(await asyncio.gather(*(reader(session, number) for number in range(READERS))))
        return read / (time.perf_counter() - began)


class _Object(msgspec.Struct):
    id: str


class _Page(msgspec.Struct):
    data: list[_Object]
    has_more: bool


_CURSOR = msgspec.json.Decoder(_Page)

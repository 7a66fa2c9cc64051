"""A campaign: the system, the load, the killer, and at the end the oracle's verdict in figures."""

import asyncio
import contextlib
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, Final

import asyncpg
import msgspec

from crash import oracle
from crash.faults import FAULTS
from crash.killer import Killer, until
from crash.load import Load, Subject
from crash.sender import Acknowledgements, Sender, Tally
from crash.system import Business, System, connected
from support.sandbox import Sandbox, a_sandbox
from vaultra_sandbox import bulk
from vaultra_sandbox.store import open_store

SMALL: Final = ("corner", "market")  # accounts that are imported at once
LARGE: Final = "warehouse"  # the one whose import runs on under the kills
DAYS: Final = 400  # that the bulk accounts have existed
SAMPLE: Final = "saas"  # subscriptions, another time zone
IN_STEP: Final = 0.03  # how far the load may be ahead of the kills, or the kills of the load, as a share of either
WAITS_AT_MOST: Final = 30.0  # seconds after the last start: promise 2 of the reliability design
GIVES_UP: Final = 240.0  # seconds; a campaign ends even if the product never catches up
GIVES_UP_ON_FAULTS: Final = 25.0


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    webhooks: int
    kills: int
    backfill: int  # charges of the large account
    seed: int = 1
    minutes: float = 60.0  # no kills after that
    ties: bool = True
    faults: tuple[str, ...] = ()  # planted: keys of `faults.FAULTS`
    lease: int | None = None  # seconds for which a dead worker holds an account; None: what the product says
    small: bool = False  # two businesses only, where a planted fault shows as well


class Report(msgspec.Struct, kw_only=True):
    """What a campaign did, and what was wrong afterwards."""

    plan: Plan
    seconds: float = 0.0
    kills: dict[str, dict[str, int]] = {}  # by process, then by boundary
    exits: dict[str, int] = {}
    flushes: int = 0
    flushed: int = 0
    tally: Tally = msgspec.field(default_factory=Tally)
    caught_up: float | None = None  # seconds from the last start (or acknowledgement) until nothing waited; None: never
    import_moved: float | None = None  # seconds from the last start until the import had gone on
    objects: int = 0
    days: int = 0
    counts: dict[str, int] = {}  # differences by kind
    examples: dict[str, list[str]] = {}

    @property
    def killed(self) -> int:
        return sum(count for points in self.kills.values() for count in points.values())

    @property
    def seen(self) -> bool:
        """Whether each planted fault showed, and as what it should."""
        return all(any(FAULTS[fault].seen_as in what for what in self.counts) for fault in self.plan.faults)

    @property
    def failures(self) -> list[str]:
        """Why this campaign has failed, one line each; empty when it has not."""
        found = [f"{what}: {count}, e.g. {self.examples[what][0]}" for what, count in self.counts.items()]
        for name, took in (("everything was applied", self.caught_up), ("the import went on", self.import_moved)):
            if took is None or took > WAITS_AT_MOST:
                when = "not at all" if took is None else f"after {took:.0f} s"
                found.append(f"{name} {when}, instead of within {WAITS_AT_MOST:.0f} s")
        if self.tally.refused:
            found.append(f"webhooks refused: {self.tally.refused}")
        return found


@contextlib.contextmanager
def a_world(backfill: int) -> Iterator[Sandbox]:
    """A sandbox with the accounts of a campaign."""
    with tempfile.TemporaryDirectory(prefix="vaultra-crash-") as folder:
        store = open_store(Path(folder) / "sandbox.sqlite")
        for number, (name, charges) in enumerate([*((name, 300) for name in SMALL), (LARGE, backfill)]):
            bulk.make(store, name=name, charges=charges, days=DAYS, seed=number)
        store.close()
        with a_sandbox(Path(folder)) as sandbox:
            yield sandbox


def run(plan: Plan, sandbox: Sandbox, *, say: Callable[[str], None] = lambda _line: None) -> Report:
    """Run a campaign in a folder of its own, which is kept when it has failed unexpectedly."""
    folder = Path(tempfile.mkdtemp(prefix="vaultra-crash-"))
    report = Report(plan=plan)
    began = time.monotonic()
    system = System(folder, sandbox, faults=plan.faults, lease=plan.lease)
    with system.running():
        names = [LARGE, SMALL[0]] if plan.small else [LARGE, *SMALL, SAMPLE]
        businesses = connected(system.url, sandbox, names)
        asyncio.run(_Campaign(plan, sandbox, system, businesses, report, say).run())
    report.seconds = time.monotonic() - began
    if report.failures and not plan.faults:
        say(f"the logs are kept in {folder}")
    else:
        subprocess.run(["rm", "-rf", str(folder)], check=False)
    return report


class _Campaign:
    def __init__(
        self,
        plan: Plan,
        sandbox: Sandbox,
        system: System,
        businesses: list[Business],
        report: Report,
        say: Callable[[str], None],
    ) -> None:
        self._plan, self._sandbox, self._system, self._report, self._say = plan, sandbox, system, report, say
        self._businesses = businesses
        subjects = [_subject(sandbox, business) for business in businesses if business.name != SAMPLE]
        self._load = Load(subjects, events=plan.webhooks, seed=plan.seed, now=int(time.time()), ties=plan.ties)

    async def run(self) -> None:
        plan = self._plan
        deadline = time.monotonic() + plan.minutes * 60
        self._killer = Killer(
            self._system, kills=plan.kills, seed=plan.seed, deadline=deadline, may_go=self._killer_may_go
        )
        async with Acknowledgements(self._system.folder / "acknowledged") as acknowledgements:
            self._sender = Sender(self._system.url, self._load, acknowledgements, may_go=self._sender_may_go)
            helpers = [asyncio.create_task(work()) for work in (self._killer.keep_up, self._tell)]
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._sender.send())
                    group.create_task(self._killer.kill())
                await self._wait()
            finally:
                for helper in helpers:
                    helper.cancel()
                await asyncio.gather(*helpers, return_exceptions=True)
        self._write_figures()
        await self._judge(acknowledgements.read())

    async def _sender_may_go(self) -> None:
        await until(lambda: not self._killer.quiet and self._sent <= self._killer.fraction + IN_STEP)

    async def _killer_may_go(self) -> None:
        await until(lambda: self._killer.fraction <= self._sent + IN_STEP)

    @property
    def _sent(self) -> float:
        return self._sender.tally.acknowledged / self._load.total

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(10)
            sent = self._sender.tally
            self._say(f"{self._killer.done} kills, {sent.acknowledged} webhooks acknowledged, {sent.retried} retried")

    async def _wait(self) -> None:
        """Until nothing waits any more; how long that took, and how long the import stood still."""
        last_start, began = self._killer.last_start, time.monotonic()
        moved: float | None = None
        async with _database(self._system.database_url) as database:
            first = await database.fetchrow(_PROGRESS)
            patience = GIVES_UP_ON_FAULTS if self._plan.faults else GIVES_UP
            while time.monotonic() < began + patience:
                imported = await database.fetchval(_IMPORTED)
                if moved is None and (imported or await database.fetchrow(_PROGRESS) != first):
                    # Nobody looked before `began`: kills may have ended long before the last webhook was sent.
                    self._report.import_moved = moved = time.monotonic() - max(last_start, began)
                if not await database.fetchval(_WAITING):
                    # An import that goes on makes work for ever; what was acknowledged must not wait for it.
                    if self._report.caught_up is None:
                        self._report.caught_up = time.monotonic() - began
                    if imported and not await database.fetchval(_STALE):
                        return
                await asyncio.sleep(0.2)

    def _write_figures(self) -> None:
        for (process, point), count in sorted(self._killer.kills.items()):
            self._report.kills.setdefault(process, {})[point] = count
        self._report.exits = dict(self._killer.exits)
        self._report.flushes, self._report.flushed = self._killer.flushes, self._killer.flushed
        self._report.tally = self._sender.tally

    async def _judge(self, acknowledged: set[int]) -> None:
        differences = oracle.Differences()
        async with _database(self._system.database_url) as database:
            in_effect = await oracle.check_inbox(differences, database, self._load.events(), acknowledged)
            for business in self._businesses:
                events = oracle.those_of(business.account, self._load.events(), in_effect)
                ledger = oracle.expected_ledger(self._sandbox.url, business.account, events)
                timezone = await database.fetchval(
                    "SELECT timezone FROM businesses WHERE id = $1::text::uuid", business.id
                )
                await oracle.check_business(differences, database, business.id, ledger, timezone)
                await oracle.check_balance(differences, database, business.id, self._sandbox.url, business.account)
                self._report.objects += sum(map(len, ledger.values()))
            self._system.end()
            before = await oracle.results(database)
            await asyncio.to_thread(self._system.run, "recompute")
            oracle.compare_results(differences, before, await oracle.results(database))
            self._report.days = before["daily_activity"].total()
        self._report.counts, self._report.examples = dict(differences.counts), dict(differences.examples)


def _subject(sandbox: Sandbox, business: Business) -> Subject:
    charges = oracle.listed(sandbox.url, business.account, "charge", most=300)
    payouts = oracle.listed(sandbox.url, business.account, "payout", most=100)
    customers = Counter(charge["customer"] for charge in charges)
    return Subject(business.account, sorted(customers), [payout for payout in payouts if payout["status"] == "paid"])


@contextlib.asynccontextmanager
async def _database(url: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    connection = await _connection(url)
    try:
        yield connection
    finally:
        await connection.close()


async def _connection(url: str) -> "asyncpg.Connection[Any]":
    for _ in range(100):  # PostgreSQL may have been the last that was killed
        with contextlib.suppress(OSError, asyncpg.PostgresError):
            return await asyncpg.connect(url)
        await asyncio.sleep(0.2)
    return await asyncpg.connect(url)


_WAITING: Final = """
    SELECT EXISTS (SELECT FROM stripe_events WHERE processed_at IS NULL AND dead_at IS NULL)
        OR EXISTS (SELECT FROM dirty_days JOIN integration_accounts USING (business_id) WHERE phase = 'complete')
"""
_IMPORTED: Final = "SELECT bool_and(phase = 'complete') FROM integration_accounts"
_PROGRESS: Final = "SELECT sum(objects), count(*) FILTER (WHERE closed) FROM import_windows"
_STALE: Final = """
    SELECT EXISTS (SELECT FROM dirty_days) OR EXISTS (
        SELECT FROM integration_accounts LEFT JOIN computations c USING (business_id)
        WHERE c.metrics_as_of IS NULL OR c.metrics_from IS NOT NULL OR c.readiness_from IS NOT NULL
           OR c.readiness_as_of IS DISTINCT FROM c.metrics_as_of OR c.recommendations_due
    )
"""

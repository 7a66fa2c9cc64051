"""The sweep: metrics, score and recommendations of every business where they are due, against one SQL statement.

Day rows are made by SQL. A day has ended for all businesses; then something has changed for one in a hundred.
"""

import asyncio
import contextlib
import datetime as dt
import math
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import asyncpg
import uvloop

from bench.report import Goal, Round, Row, typical
from bench.stage import a_stage, run
from vaultra_adapters.settings import Settings
from vaultra_adapters.wiring import make_container
from vaultra_cli.memory import settle_collector
from vaultra_cli.sweep import Sweep
from vaultra_core.domain.activity import CUSTOMERS_KEPT
from vaultra_core.domain.results import LOOK_BACK_DAYS
from vaultra_core.use_cases.compute_metrics import ComputeMetrics

SIZES: Final = (1_000, 10_000, 100_000)
DAYS: Final = 400
USUAL_CUSTOMERS: Final = 8  # who buy on one day
CHANGED: Final = 100  # one business in so many: those whose names end in the same two figures
CHANGES: Final = ("50", *map(str, range(11, 99, 11)))  # one after the other; the first is to get warm
ROUNDS: Final = {1_000: 7, 10_000: 3}  # of statement and full sweep by turns; one for other sizes

_SWEPT: Final = "computations, financial_metric_snapshots, readiness_scores, recommendations"  # what a sweep writes
_NO_RESULTS: Final = f"TRUNCATE {_SWEPT}"
_STATISTICS: Final = f"VACUUM ANALYZE {_SWEPT}"

# Fifty businesses with figures of their own; all others repeat them.
_PATTERNS: Final = """
CREATE TABLE pattern AS
SELECT p AS pattern, d AS back, s AS charge_count, s * 2500 AS gross_minor,
       (random() < 0.5)::int * (s / 20) AS refund_count, (random() < 0.02)::int AS chargeback_count,
       (SELECT json_object_agg('cus_' || (c * 10 + (random() * 9)::int), s * 2500 / $1::int)
          FROM generate_series(1, $1::int) c WHERE p > 0 AND d >= 0) AS customers
  FROM generate_series(1, 50) p, generate_series(0, $2::int - 1) d,
       LATERAL (SELECT 10 + p + (random() * 20)::int + d * 0 AS s) sales
"""
_BUSINESSES: Final = """
WITH made AS (
  INSERT INTO businesses (id, name, currency, timezone, sample_data, created_at, updated_at)
  SELECT uuidv7(), 'Bench ' || n, 'usd', 'UTC', false, now(), now() FROM generate_series(1, $1::int) n RETURNING id
)
INSERT INTO integration_accounts (id, business_id, external_id, livemode, status, phase, failures, import_started_at,
                                  created_at, updated_at)
SELECT uuidv7(), id, 'acct_' || id, true, 'active', 'complete', 0, now(), now(), now() FROM made
"""
_DAYS: Final = """
INSERT INTO daily_activity
  (business_id, day, charge_count, gross_minor, estimated_minor, failed_count, refund_count, refunded_minor,
   chargeback_count, chargeback_minor, chargeback_won_count, payout_due_count, payout_due_minor, payout_ok_count,
   payout_ok_minor, identified_minor, returning_minor, unconverted_count, customers)
SELECT b.id, $1::date - back, charge_count, gross_minor, 0, 1, refund_count, refund_count * 2500, chargeback_count,
       chargeback_count * 2500, 0, 1, gross_minor, 1, gross_minor, gross_minor, gross_minor / 2, 0, customers
  FROM (SELECT id, 1 + row_number() OVER (ORDER BY id) % 50 AS n FROM businesses) b JOIN pattern p ON p.pattern = b.n
 ORDER BY b.id, back DESC
"""
# As if the results of the day before were there: what is due is one day.
_YESTERDAY: Final = """
INSERT INTO computations (business_id, metrics_as_of, readiness_as_of, recommendations_as_of)
SELECT id, $1::date - 1, $1::date - 1, $1::date - 1 FROM businesses
"""
_CHANGE: Final = """
UPDATE computations SET metrics_from = $1::date
 WHERE business_id IN (SELECT id FROM businesses WHERE right(name, 2) = $2)
"""
_CHANGE_DAYS: Final = """
UPDATE daily_activity SET gross_minor = gross_minor + 100, charge_count = charge_count + 1
 WHERE day = $1::date
   AND business_id IN (SELECT id FROM businesses WHERE right(name, 2) = $2)
"""
# The same snapshot rows, but for the weekly trend, which SQL would take a self-join of weeks for.
_BASELINE: Final = """
INSERT INTO financial_metric_snapshots
  (business_id, id, period_start, period_end, currency, revenue_total, revenue_volatility, chargeback_count,
   chargeback_ratio, refund_count, refund_ratio, payout_reliability, transaction_count, average_transaction_size,
   metrics_json, inputs_digest, created_at)
SELECT business_id, uuidv7(), $1::date - 29, $1::date, 'usd', revenue, volatility, chargebacks,
       chargebacks / nullif(charges, 0)::float8, refunds, refunds / nullif(charges, 0)::float8,
       ok / nullif(due, 0)::float8, charges, revenue / nullif(charges, 0),
       jsonb_build_object(
         'net_revenue_minor', net, 'estimated_revenue_minor', estimated, 'chargeback_won_count', won,
         'refund_value_ratio', refunded / nullif(revenue, 0)::float8, 'unconverted_count', unconverted,
         'failed_charge_ratio', failed / nullif(failed + charges, 0)::float8,
         'returning_share', came_back / nullif(identified, 0)::float8,
         'top_customer_share', top / nullif(identified, 0)::float8,
         'effective_customers', identified ^ 2 / nullif(squares, 0)::float8,
         'monthly_average_minor', quarter * 30.4375 / 91),
       sha256(convert_to(business_id::text || revenue, 'UTF8')), now()
  FROM (SELECT business_id,
               sum(gross_minor) FILTER (WHERE recent) AS revenue,
               sum(gross_minor - refunded_minor - chargeback_minor) FILTER (WHERE recent) AS net,
               sum(gross_minor - refunded_minor - chargeback_minor) FILTER (WHERE day > $1::date - 91) AS quarter,
               sum(charge_count) FILTER (WHERE recent) AS charges,
               sum(estimated_minor) FILTER (WHERE recent) AS estimated,
               sum(failed_count) FILTER (WHERE recent) AS failed,
               sum(refund_count) FILTER (WHERE recent) AS refunds,
               sum(refunded_minor) FILTER (WHERE recent) AS refunded,
               sum(chargeback_count) FILTER (WHERE recent) AS chargebacks,
               sum(chargeback_won_count) FILTER (WHERE recent) AS won,
               sum(payout_ok_count) FILTER (WHERE recent) AS ok,
               sum(payout_due_count) FILTER (WHERE recent) AS due,
               sum(identified_minor) FILTER (WHERE recent) AS identified,
               sum(returning_minor) FILTER (WHERE recent) AS came_back,
               sum(unconverted_count) FILTER (WHERE recent) AS unconverted
          FROM (SELECT *, day > $1::date - 30 AS recent FROM daily_activity WHERE day > $1::date - $2::int) d
         GROUP BY business_id) sums
  JOIN (SELECT business_id, stddev_pop(week) / nullif(avg(week), 0) AS volatility
          FROM (SELECT business_id, sum(gross_minor) AS week FROM daily_activity
                 WHERE day > $1::date - 91 GROUP BY business_id, ($1::date - day) / 7) weeks
         GROUP BY business_id) weekly USING (business_id)
  JOIN (SELECT business_id, max(amount) AS top, sum(amount ^ 2) AS squares
          FROM (SELECT business_id, key, sum(value::bigint) AS amount
                  FROM daily_activity, json_each_text(customers) WHERE day > $1::date - 30
                 GROUP BY business_id, key) customers
         GROUP BY business_id) shares USING (business_id)
"""


def sweep(folder: Path, scale: float) -> list[Row]:
    sizes = [size for size in SIZES if size <= 10_000 * scale] or [max(100, int(SIZES[0] * scale))]
    seconds, rows = {}, []
    for size in sizes:
        measured = _measure(folder / str(size), size, USUAL_CUSTOMERS)
        seconds[size] = measured.full
        rows += measured.rows(f"{size:,} businesses", largest=size == sizes[-1])
    if len(sizes) > 1:
        first, last = sizes[0], sizes[-1]
        exponent = math.log(seconds[last] / seconds[first]) / math.log(last / first)
        rows.append(
            Row(name="full sweep, growth of its time", value=exponent, unit="exponent", goal=Goal("value", "<=", 1.05))
        )
    busy = _measure(folder / "busy", sizes[0], CUSTOMERS_KEPT)
    rows.append(
        Row(
            name=f"full sweep, {sizes[0]:,} of the busiest",
            value=sizes[0] / busy.full,
            unit="businesses/s",
            baseline=sizes[0] / seconds[sizes[0]],
            note=f"{CUSTOMERS_KEPT} customers a day instead of {USUAL_CUSTOMERS}",
        )
    )
    return rows


class _Measured:
    """Seconds that one size took."""

    def __init__(self, size: int, statement: float, full: float, incremental: float, alone: float) -> None:
        self.size, self.statement, self.full, self.incremental = size, statement, full, incremental
        self.alone = alone  # the same change by the job of one worker

    def rows(self, what: str, *, largest: bool) -> list[Row]:
        return [
            Row(
                name=f"full sweep, {what}",
                value=self.size / self.full,
                unit="businesses/s",
                baseline=self.size / self.statement,
                goal=Goal("ratio", ">=", 0.5),
                note=f"{self.full:.2f} s",
            ),
            Row(
                name=f"incremental sweep, 1 % of {what}",
                value=self.incremental,
                unit="s",
                baseline=self.full,
                # Ten changed businesses of a thousand take less than to look for them and to commit.
                goal=Goal("ratio", "<=", 0.02) if largest else None,
                note=f"the same processes; the job of one worker {self.alone:.3f} s",
            ),
        ]


def _measure(folder: Path, size: int, customers: int) -> _Measured:
    folder.mkdir()
    day = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)  # the last complete day
    with a_stage(folder) as settings:
        run(lambda: _given(settings, size, customers, day))
        with Sweep(settings) as sweep:
            rounds = []
            for _ in range(ROUNDS.get(size, 1)):
                statement = run(lambda: _statement(settings, size, day))
                run(lambda: _execute(settings, (_NO_RESULTS,), (_YESTERDAY, day), (_STATISTICS,), ("CHECKPOINT",)))
                rounds.append(Round(_timed(lambda: _swept(sweep), size), statement))
            # The server does it by itself within a minute; until then it plans as if every business were due.
            run(lambda: _execute(settings, (_STATISTICS,)))
            incremental = _changed(settings, size // CHANGED, day, lambda: _swept(sweep))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner, contextlib.ExitStack() as stack:
            container = make_container(settings, application="vaultra-bench")
            stack.callback(lambda: runner.run(container.close()))
            job = runner.run(container.get(ComputeMetrics))
            settle_collector()
            alone = _changed(settings, size // CHANGED, day, lambda: runner.run(job.execute()))
    full, statement = typical(rounds)
    return _Measured(size, statement, full, incremental, alone)


def _changed(settings: Settings, expected: int, day: dt.date, work: Callable[[], int]) -> float:
    """The seconds in which processes that have run before find and compute what has changed. The median of several
    changes, of which the first is to get warm: each takes a moment only, in which the machine may do something else."""
    seconds = []
    for names in CHANGES:
        run(partial(_execute, settings, (_CHANGE, day, names), (_CHANGE_DAYS, day, names)))
        seconds.append(_timed(work, expected))
    return statistics.median(seconds[1:])


def _timed(work: Callable[[], int], expected: int) -> float:
    began = time.perf_counter()
    done = work()
    took = time.perf_counter() - began
    if done != expected:
        raise RuntimeError(f"{done} instead of {expected} businesses")
    return took


def _swept(sweep: Sweep) -> int:
    swept = sweep.run(lambda done, total: None)
    return swept.businesses - swept.failed


async def _given(settings: Settings, size: int, customers: int, day: dt.date) -> None:
    """Fill the tables."""
    await _execute(
        settings,
        ("SET session_replication_role TO replica",),  # no look at the business for each of millions of days
        (_PATTERNS, customers, DAYS),
        (_BUSINESSES, size),
        (_DAYS, day),
    )
    await _execute(settings, ("VACUUM ANALYZE",), ("CHECKPOINT",))


async def _statement(settings: Settings, size: int, day: dt.date) -> float:
    """The seconds of the statement that the sweep is measured against."""
    connection = await asyncpg.connect(settings.database_url)
    try:
        await connection.execute(_NO_RESULTS)
        await connection.execute("CHECKPOINT")
        began = time.perf_counter()
        written = await connection.execute(_BASELINE, day, LOOK_BACK_DAYS)
        took = time.perf_counter() - began
        if written != f"INSERT 0 {size}":
            raise RuntimeError(f"the baseline wrote {written}")
        return took
    finally:
        await connection.close()


async def _execute(settings: Settings, *statements: tuple[object, ...]) -> None:
    connection = await asyncpg.connect(settings.database_url)
    try:
        for statement, *arguments in statements:
            await connection.execute(str(statement), *arguments)
    finally:
        await connection.close()

"""What the tables say about one business, in a form in which two databases can be compared."""

import asyncio
import json
from typing import Any

import asyncpg

from support.database import outside_the_loop
from support.demo import Demo, until
from vaultra_adapters.postgres.tables import LEDGER

# Which run it was shows in these: numbers that are drawn, and moments of writing and of asking Stripe.
OF_THE_RUN = {"id", "business_id", "integration_id", "created_at", "updated_at", "observed_at"}
LEDGER_TABLES = {table.name: OF_THE_RUN - {"id"} for table in LEDGER.values()}  # there the id is Stripe's
COMPARED = {
    **LEDGER_TABLES,
    "daily_activity": OF_THE_RUN,
    "dirty_days": OF_THE_RUN,
    "computations": OF_THE_RUN,
    "financial_metric_snapshots": OF_THE_RUN,
    "readiness_scores": OF_THE_RUN,
    "recommendations": OF_THE_RUN,
}

Rows = list[str]


def contents(demo: Demo, business: str) -> dict[str, Rows]:
    """The rows of every table that the import fills, by table, each row as JSON, in one order."""
    return outside_the_loop(lambda: asyncio.run(_contents(demo.facts["database_url"], business)))


async def _contents(url: str, business: str) -> dict[str, Rows]:
    connection = await asyncpg.connect(url)
    try:
        return {
            table: sorted(_row(row["row"], without) for row in await connection.fetch(_rows_of(table), business))
            for table, without in COMPARED.items()
        } | {"import_windows": await _read_by_kind(connection, business)}
    finally:
        await connection.close()


def _rows_of(table: str) -> str:
    query = f"SELECT to_jsonb(t)::text AS row FROM {table} t WHERE business_id = $1::text::uuid"
    # What was advised from the newest 90 days and settled by the rest depends on when somebody looked.
    return f"{query} AND status <> 'resolved'" if table == "recommendations" else query


def _row(text: str, without: set[str]) -> str:
    return json.dumps({name: value for name, value in json.loads(text).items() if name not in without}, sort_keys=True)


async def _read_by_kind(connection: Any, business: str) -> Rows:
    """How many objects of each kind were read, and whether all were: windows begin when the consent was given."""
    query = """SELECT kind, sum(objects) AS objects, bool_and(closed) AS closed
               FROM import_windows WHERE business_id = $1::text::uuid GROUP BY kind ORDER BY kind"""
    return [str(tuple(row)) for row in await connection.fetch(query, business)]


def wait_until_caught_up(demo: Demo, business: str, *, seconds: float = 60) -> None:
    """Until the import is complete and nothing of this business is left to fold, measure, score or advise."""
    query = """
        SELECT i.phase = 'complete' AND i.error IS NULL AND NOT c.recommendations_due
               AND c.metrics_from IS NULL AND c.readiness_from IS NULL
               AND c.metrics_as_of = c.readiness_as_of AND c.readiness_as_of = c.recommendations_as_of
               AND NOT EXISTS (SELECT FROM dirty_days d WHERE d.business_id = i.business_id)
        FROM integration_accounts i JOIN computations c USING (business_id) WHERE business_id = $1::text::uuid"""

    def done() -> bool:
        return bool(outside_the_loop(lambda: asyncio.run(_value(demo.facts["database_url"], query, business))))

    until(done, "everything is computed", seconds=seconds, every=0.2)


async def _value(url: str, query: str, *arguments: Any) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query, *arguments)
    finally:
        await connection.close()

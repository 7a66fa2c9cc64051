"""Snapshots and scores: results that are replaced by different ones, and whose earlier versions are kept."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Column, Insert, Table, and_, bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from vaultra_adapters.postgres.columns import Moment
from vaultra_adapters.postgres.rows import array_values, arrays_of
from vaultra_core.identity import new_id


async def replace_results(
    connection: AsyncConnection,
    table: Table,
    superseded: Table,
    *,
    key: tuple[str, ...],
    results: Iterable[tuple[UUID, msgspec.Struct, Mapping[str, Any]]],
    now: dt.datetime,
) -> int:
    """Write the results that are new or differ from what their business has under their `key`; how many were.

    Each result comes with its business and its row. The row that a different one replaces moves to `superseded`. Of
    two results with one key the last one counts.
    """
    rows = {
        (business_id, *(row[name] for name in key)): {
            "business_id": business_id,
            "id": new_id(),
            "inputs_digest": digest(result),
            **row,
        }
        for business_id, result, row in results
    }
    if not rows:
        return 0
    # In one order everywhere, so that two writers cannot deadlock.
    ordered = [rows[place] for place in sorted(rows)]
    parameters = array_values("new", _given(table), ordered)
    written = await connection.execute(_replace(table, superseded, key), {"now": now, **parameters})
    return written.rowcount


def digest(result: msgspec.Struct) -> bytes:
    """A fingerprint: equal results have equal ones, so a recomputation that changes nothing writes nothing."""
    return hashlib.blake2b(msgspec.json.encode(result, order="deterministic"), digest_size=16).digest()


def _given(table: Table) -> list[Column[Any]]:
    return [column for column in table.c if column.name != "created_at"]


@cache
def _replace(table: Table, superseded: Table, key: tuple[str, ...]) -> Insert:
    given = _given(table)
    new = arrays_of("new", given)
    now = bindparam("now", type_=Moment)
    index = ["business_id", *key]
    same_key = and_(*(table.c[name] == new.c[name] for name in index))
    # Both parts of the statement see the table as it was before it.
    replaced = select(*table.c, now).join_from(table, new, and_(same_key, table.c.inputs_digest != new.c.inputs_digest))
    archive = insert(superseded).from_select([*table.c.keys(), "superseded_at"], replaced).cte("archive")
    rows = select(*new.c, now)
    statement = insert(table).from_select([*(column.name for column in given), "created_at"], rows)
    return statement.on_conflict_do_update(
        index_elements=index,
        set_={name: statement.excluded[name] for name in table.c.keys() if name not in index},  # noqa: SIM118
        where=table.c.inputs_digest != statement.excluded.inputs_digest,
    ).add_cte(archive)

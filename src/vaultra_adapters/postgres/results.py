"""Snapshots and scores: results that are replaced by different ones, and whose earlier versions are kept."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Column, Insert, LargeBinary, Table, Uuid, and_, bindparam, column, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from vaultra_adapters.postgres.columns import Moment
from vaultra_adapters.postgres.rows import rows_of
from vaultra_core.identity import new_id

_encode: Final = msgspec.json.Encoder(order="deterministic").encode


class Results:
    """Where results of one kind are kept: their table, the one for those that were replaced, the fields that tell
    one from another within a business, and the columns that their fields go into."""

    def __init__(
        self,
        table: Table,
        superseded: Table,
        *,
        key: tuple[str, ...],
        kind: type[msgspec.Struct],
        column_of: Mapping[str, str] | None = None,
    ) -> None:
        self.table = table
        self.superseded = superseded
        self.key = key
        names = column_of or {}
        self.columns: dict[str, Column[Any]] = {
            field: table.c[names.get(field, field)] for field in kind.__struct_fields__
        }


async def replace_results(
    connection: AsyncConnection,
    kept: Results,
    results: Mapping[UUID, Sequence[msgspec.Struct]],
    now: dt.datetime,
) -> int:
    """Write the results that are new or differ from what their business has under their key; how many were.

    The row that a different one replaces moves to `superseded`. Of two results with one key the last one counts.
    """
    documents = [
        _document(business_id, each)
        for business_id in sorted(results)  # in one order everywhere, so that two writers cannot deadlock
        for each in _by_key(results[business_id], kept.key)
    ]
    rows = b"[%b]" % b",".join(documents)
    written = await connection.execute(_replace(kept), {"now": now, "new": rows.decode()})
    return written.rowcount


def _by_key(results: Sequence[msgspec.Struct], key: tuple[str, ...]) -> list[msgspec.Struct]:
    found = {tuple(getattr(each, name) for name in key): each for each in results}
    return [found[place] for place in sorted(found)]


def _document(business_id: UUID, result: msgspec.Struct) -> bytes:
    """A row as JSON: the result's own, led by what is not part of it.

    The digest is a fingerprint of that JSON: equal results have equal ones, so a recomputation that changes nothing
    writes nothing. Encoding is what writing a result costs most, so it happens once.
    """
    own = _encode(result)
    digest = hashlib.blake2b(own, digest_size=16).hexdigest()
    return f'{{"business_id":"{business_id}","id":"{new_id()}","inputs_digest":"\\\\x{digest}",'.encode() + own[1:]


@cache
def _replace(kept: Results) -> Insert:
    table, now = kept.table, bindparam("now", type_=Moment)
    led = [column("business_id", Uuid), column("id", Uuid), column("inputs_digest", LargeBinary)]
    given = rows_of("new", [*led, *(column(field, place.type) for field, place in kept.columns.items())])
    # Read once, although two parts of the statement look at it.
    rows = select(*given.c).cte("rows").prefix_with("MATERIALIZED")
    places = {table.c[each.name]: rows.c[each.name] for each in led}
    places |= {place: rows.c[field] for field, place in kept.columns.items()}
    index = [table.c.business_id, *(kept.columns[field] for field in kept.key)]
    same_key = and_(*(place == places[place] for place in index))
    # Both parts of the statement see the table as it was before it.
    differs = and_(same_key, table.c.inputs_digest != rows.c.inputs_digest)
    replaced = select(*table.c, now).join_from(table, rows, differs)
    archive = insert(kept.superseded).from_select([*table.c.keys(), "superseded_at"], replaced).cte("archive")
    statement = insert(table).from_select(
        [*(place.name for place in places), "created_at"], select(*places.values(), now)
    )
    return statement.on_conflict_do_update(
        index_elements=index,
        set_={place.name: statement.excluded[place.name] for place in table.c if place not in index},
        where=table.c.inputs_digest != statement.excluded.inputs_digest,
    ).add_cte(archive)

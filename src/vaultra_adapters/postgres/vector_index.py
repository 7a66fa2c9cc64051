from collections.abc import Collection as AnyOf
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from vaultra_adapters.postgres.engine import connected, fetch_alone
from vaultra_adapters.postgres.knowledge_tables import knowledge_entries
from vaultra_adapters.postgres.row_security import AS_SYSTEM
from vaultra_adapters.postgres.rows import among, to_row
from vaultra_core.domain.knowledge import Chunk
from vaultra_core.ports.knowledge import Embedded, Match, Vector

ENTRY: Final = knowledge_entries.c
CHUNK: Final = Chunk.__struct_fields__
EXTENDED: Final = """
    SELECT atttypid = to_regtype('vector') FROM pg_attribute
    WHERE attrelid = 'knowledge_entries'::regclass AND attname = 'embedding'
"""
# All vectors are compared: there are hundreds of them, and an approximate index would only make that inexact.
COSINE: Final = {
    # pgvector's distance. The question is cast in a query of its own, else it is again for each row.
    True: "1 - (embedding <=> (SELECT CAST($1 AS real[])::vector))",
    # Both are of length one, so the scalar product is the cosine.
    False: "(SELECT sum(a * b) FROM unnest(embedding, CAST($1 AS real[])) AS both_of (a, b))",
}


class PostgresVectorIndex:
    """The index in a table of the product's own database: with the extension pgvector where the server has it, else
    in plain SQL, which finds the same and takes some milliseconds longer. Entries of one namespace (the embedder's
    name) are compared with each other only."""

    def __init__(self, engine: AsyncEngine, *, namespace: str) -> None:
        self._engine = engine
        self._namespace = namespace
        self._extended: bool | None = None

    async def is_extended(self) -> bool:
        """Whether the vectors are of pgvector's type; looked up once."""
        if self._extended is None:
            ((extended,),) = await fetch_alone(self._engine, EXTENDED)
            self._extended = bool(extended)
        return self._extended

    async def ids(self) -> set[str]:
        async with connected(self._engine) as connection:
            return set(await connection.scalars(select(ENTRY.id).where(ENTRY.namespace == self._namespace)))

    async def upsert(self, entries: Sequence[Embedded]) -> None:
        if not entries:
            return
        rows = [self._row(embedded) for embedded in entries]
        statement = insert(knowledge_entries)
        replaced = {name: statement.excluded[name] for name in rows[0] if name not in ("namespace", "id")}
        async with connected(self._engine, scope=AS_SYSTEM) as connection, connection.begin():
            await connection.execute(
                statement.on_conflict_do_update(index_elements=[ENTRY.namespace, ENTRY.id], set_=replaced), rows
            )

    async def remove(self, ids: AnyOf[str]) -> None:
        if not ids:
            return
        async with connected(self._engine, scope=AS_SYSTEM) as connection, connection.begin():
            await connection.execute(
                delete(knowledge_entries).where(ENTRY.namespace == self._namespace, among(ENTRY.id, ids))
            )

    async def query(self, vector: Vector, k: int, *, category: str | None = None) -> list[Match]:
        nearest = _nearest(extended=await self.is_extended(), narrowed=category is not None)
        narrowed = () if category is None else (category,)
        rows = await fetch_alone(self._engine, nearest, vector, self._namespace, k, *narrowed)
        return [
            Match(entry_id, Chunk(**dict(zip(CHUNK, chunk, strict=True))), score) for entry_id, score, *chunk in rows
        ]

    def _row(self, embedded: Embedded) -> dict[str, Any]:
        entry = embedded.entry
        vector = list(embedded.vector)
        return {"namespace": self._namespace, "id": entry.id, "embedding": vector, **to_row(entry.chunk)}


@cache
def _nearest(*, extended: bool, narrowed: bool) -> str:
    columns = ", ".join(("id", COSINE[extended], *CHUNK))
    category = " AND category = $4" if narrowed else ""
    found = f"SELECT {columns} FROM knowledge_entries WHERE namespace = $2{category}"  # noqa: S608 - words of our own
    return f"{found} ORDER BY 2 DESC, id LIMIT $3"

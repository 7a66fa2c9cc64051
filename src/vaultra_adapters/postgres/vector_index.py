from collections.abc import Collection as AnyOf
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import ARRAY, REAL, Select, bindparam, delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from vaultra_adapters.postgres.engine import connected
from vaultra_adapters.postgres.knowledge_tables import knowledge_entries
from vaultra_adapters.postgres.row_security import AS_SYSTEM
from vaultra_adapters.postgres.rows import among, columns_for, to_row
from vaultra_core.domain.knowledge import Chunk
from vaultra_core.ports.knowledge import Embedded, Match, Vector

ENTRY: Final = knowledge_entries.c
CHUNK: Final = Chunk.__struct_fields__
VECTOR: Final = bindparam("vector", type_=ARRAY(REAL, dimensions=1))

# All vectors are compared: there are hundreds of them, and an approximate index would only make that inexact.
COSINE: Final = {
    # pgvector's distance. Casting the table's arrays lets it live where the extension does not, and costs as much as
    # reading a column of that type; the question is cast in a query of its own, else it is again for each row.
    True: "1 - (embedding::vector <=> (SELECT CAST(:vector AS real[])::vector))",
    # Both are of length one, so the scalar product is the cosine.
    False: "(SELECT sum(a * b) FROM unnest(embedding, CAST(:vector AS real[])) AS both_of (a, b))",
}


class PostgresVectorIndex:
    """The index in a table of the product's own database: with the extension pgvector where the server has it, else
    in plain SQL, which finds the same and takes some milliseconds longer. Entries of one namespace (the embedder's
    name) are compared with each other only."""

    def __init__(self, engine: AsyncEngine, *, namespace: str) -> None:
        self._engine = engine
        self._namespace = namespace
        self._extended: bool | None = None

    async def has_extension(self) -> bool:
        """Whether pgvector is installed in this database; looked up once."""
        if self._extended is None:
            async with connected(self._engine) as connection:
                self._extended = bool(await connection.scalar(text("SELECT to_regtype('vector') IS NOT NULL")))
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
        nearest = _nearest(extended=await self.has_extension(), narrowed=category is not None)
        wanted = {"namespace": self._namespace, "vector": list(vector), "most": k, "category": category}
        async with connected(self._engine) as connection:
            rows = (await connection.execute(nearest, wanted)).all()
        return [
            Match(entry_id, Chunk(**dict(zip(CHUNK, chunk, strict=True))), score) for entry_id, score, *chunk in rows
        ]

    def _row(self, embedded: Embedded) -> dict[str, Any]:
        entry = embedded.entry
        vector = list(embedded.vector)
        return {"namespace": self._namespace, "id": entry.id, "embedding": vector, **to_row(entry.chunk)}


@cache
def _nearest(*, extended: bool, narrowed: bool) -> Select[Any]:
    cosine = text(COSINE[extended]).bindparams(VECTOR)
    entries = select(ENTRY.id, cosine, *columns_for(knowledge_entries, Chunk))
    entries = entries.where(ENTRY.namespace == bindparam("namespace"))
    if narrowed:
        entries = entries.where(ENTRY.category == bindparam("category"))
    return entries.order_by(text("2 DESC"), ENTRY.id).limit(bindparam("most"))

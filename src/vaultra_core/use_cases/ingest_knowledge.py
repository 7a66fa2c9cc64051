import asyncio

import msgspec

from vaultra_core.domain.knowledge import Document, Entry, entries
from vaultra_core.ports.knowledge import Embedded, Embedder, Library, VectorIndex

AT_ONCE = 64  # entries embedded and stored together


class Ingested(msgspec.Struct, frozen=True):
    """What an ingestion did: how many documents there are, and how many entries were added, kept and removed."""

    documents: int
    added: int
    kept: int
    removed: int


class IngestKnowledge:
    """Bring the index to what the documents say. What is unchanged is neither embedded nor stored again."""

    def __init__(self, library: Library, embedder: Embedder, index: VectorIndex) -> None:
        self._library = library
        self._embedder = embedder
        self._index = index

    async def execute(self) -> Ingested:
        """Raise `Unavailable` when embedder or index cannot be reached; what was stored by then stays."""
        # Reading documents and counting tokens takes a while the first time; a server has others to answer meanwhile.
        documents = await asyncio.to_thread(self._library.documents)
        wanted = await asyncio.to_thread(self._wanted, documents)
        present = await self._index.ids()
        missing = [entry for entry in wanted.values() if entry.id not in present]
        for start in range(0, len(missing), AT_ONCE):
            batch = missing[start : start + AT_ONCE]
            vectors = await self._embedder.embed([entry.content for entry in batch])
            await self._index.upsert([Embedded(*pair) for pair in zip(batch, vectors, strict=True)])
        # Last, so that a reader never finds less than before.
        stale = present - wanted.keys()
        await self._index.remove(stale)
        return Ingested(len(documents), len(missing), len(wanted) - len(missing), len(stale))

    def _wanted(self, documents: list[Document]) -> dict[str, Entry]:
        count, name = self._embedder.count_tokens, self._embedder.name
        return {entry.id: entry for document in documents for entry in entries(document, count, name)}

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec
from pinecone import AsyncIndex, AsyncPinecone
from pinecone.errors import NotFoundError, PineconeError

from vaultra_core.domain.knowledge import Chunk
from vaultra_core.errors import Unavailable
from vaultra_core.ports.knowledge import Embedded, Match, Vector

AT_ONCE: Final = 100  # vectors a request, Pinecone's recommendation for upserts; deletes take up to 1000
TIMEOUT: Final = 20.0  # seconds


class PineconeIndex:
    """An index of Pinecone's, whose dimension must be the embedder's and whose metric cosine.

    The namespace is the embedder's name, so that vectors of two models never meet. What was written is found after a
    moment only: Pinecone is eventually consistent.
    """

    def __init__(self, api_key: str, *, index: str, host: str | None, namespace: str) -> None:
        self._api_key = api_key
        self._name = index
        self._host = host
        self._namespace = namespace
        self._client: AsyncPinecone | None = None
        self._index: AsyncIndex | None = None
        self._opening = asyncio.Lock()

    async def ids(self) -> set[str]:
        found: set[str] = set()
        async with self._opened() as index:
            async for page in index.list(namespace=self._namespace, limit=AT_ONCE):
                found |= {item.id for item in page.vectors if item.id}
        return found

    async def upsert(self, entries: Sequence[Embedded]) -> None:
        vectors = [
            {"id": known.entry.id, "values": list(known.vector), "metadata": _metadata(known.entry.chunk)}
            for known in entries
        ]
        async with self._opened() as index:
            for start in range(0, len(vectors), AT_ONCE):
                await index.upsert(vectors=vectors[start : start + AT_ONCE], namespace=self._namespace)

    async def remove(self, ids: Collection[str]) -> None:
        wanted = sorted(ids)
        async with self._opened() as index:
            for start in range(0, len(wanted), AT_ONCE):
                await index.delete(ids=wanted[start : start + AT_ONCE], namespace=self._namespace)

    async def query(self, vector: Vector, k: int, *, category: str | None = None) -> list[Match]:
        only = {"category": {"$eq": category}} if category is not None else None
        async with self._opened() as index:
            answer = await index.query(
                vector=list(vector), top_k=k, namespace=self._namespace, filter=only, include_metadata=True
            )
        return [
            Match(match.id, msgspec.convert(_chunk(match.metadata), Chunk), float(match.score))
            for match in answer.matches
        ]

    async def close(self) -> None:
        for opened in (self._index, self._client):
            if opened is not None:
                await opened.close()

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[AsyncIndex]:
        """The index, looked up by its name once when no host is given. Pinecone's errors become `Unavailable`."""
        try:
            async with self._opening:
                if self._index is None:
                    self._client = AsyncPinecone(api_key=self._api_key, timeout=TIMEOUT)
                    place = {"host": self._host} if self._host else {"name": self._name}
                    self._index = await self._client.index(**place)
            yield self._index
        except NotFoundError as error:
            message = f"There is no Pinecone index {self._name}: create it, with the metric cosine."
            raise Unavailable(message, dependency="vectors") from error
        except PineconeError as error:
            raise Unavailable(f"Pinecone does not answer: {error}", dependency="vectors") from error


def _metadata(chunk: Chunk) -> dict[str, Any]:
    return {**msgspec.structs.asdict(chunk), "source": f"{chunk.doc_id}.md"}


def _chunk(metadata: Any) -> dict[str, Any]:
    return {name: metadata[name] for name in Chunk.__struct_fields__}

"""A library, an embedder and an index without anything behind them."""

import hashlib
import math
import re
from collections.abc import Collection, Sequence

from vaultra_core.domain.knowledge import Document
from vaultra_core.ports.knowledge import Embedded, Match, Vector


class MemoryLibrary:
    def __init__(self, documents: Sequence[Document] = ()) -> None:
        self.shelf = list(documents)

    def documents(self) -> list[Document]:
        return sorted(self.shelf, key=lambda document: document.doc_id)


class WordEmbedder:
    """Each word is a direction (by its hash): texts are near when they share words. `embedded` is what was asked."""

    name = "words"
    dimensions = 64

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        self.embedded += texts
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> Vector:
        vector = [0.0] * self.dimensions
        for word in re.findall(r"\w+", text.lower()) or [""]:
            digest = hashlib.sha256(word.encode()).digest()
            vector[digest[0] % self.dimensions] += 1.0
        length = math.hypot(*vector)
        return [value / length for value in vector]


class SharedWords:
    """Sections fit by the share of the question's words that they hold."""

    def __init__(self, library: MemoryLibrary) -> None:
        self._library = library

    def fits(self, query: str) -> dict[tuple[str, str], float]:
        asked = set(re.findall(r"\w+", query.lower()))
        shares = {
            (document.doc_id, section.heading): len(
                asked & set(re.findall(r"\w+", " ".join((section.heading, section.text, *section.questions)).lower()))
            )
            for document in self._library.documents()
            for section in document.sections
        }
        best = max(shares.values(), default=0)
        return {place: shared / best for place, shared in shares.items()} if best else {}


class MemoryVectorIndex:
    def __init__(self) -> None:
        self._entries: dict[str, Embedded] = {}

    async def ids(self) -> set[str]:
        return set(self._entries)

    async def upsert(self, entries: Sequence[Embedded]) -> None:
        self._entries |= {embedded.entry.id: embedded for embedded in entries}

    async def remove(self, ids: Collection[str]) -> None:
        for entry_id in ids:
            self._entries.pop(entry_id, None)

    async def query(self, vector: Vector, k: int, *, category: str | None = None) -> list[Match]:
        matches = [
            Match(known.entry.id, known.entry.chunk, sum(a * b for a, b in zip(known.vector, vector, strict=True)))
            for known in self._entries.values()
            if category in (None, known.entry.chunk.category)
        ]
        return sorted(matches, key=lambda match: match.score, reverse=True)[:k]

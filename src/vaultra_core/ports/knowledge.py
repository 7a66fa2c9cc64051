"""What the knowledge base stands on: its documents, an embedder, and an index of vectors."""

from collections.abc import Collection, Sequence
from typing import Protocol

import msgspec

from vaultra_core.domain.knowledge import Chunk, Document, Entry

Vector = Sequence[float]


class Library(Protocol):
    """The documents of the knowledge base. They are the same for every business."""

    def documents(self) -> list[Document]:
        """All documents, ordered by `doc_id`."""


class Embedder(Protocol):
    """Turns texts into vectors of length one, so that their scalar product is the cosine of their angle."""

    @property
    def name(self) -> str:
        """Which model: vectors of different names cannot be compared."""

    @property
    def dimensions(self) -> int: ...

    def count_tokens(self, text: str) -> int:
        """How many tokens the model makes of a text, or an upper estimate of it."""

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """One vector per text, in their order. Raise `Unavailable(dependency="embeddings")` when it cannot be done
        now; a text longer than the model reads may be cut."""


class Keywords(Protocol):
    def fits(self, query: str) -> dict[tuple[str, str], float]:
        """How well the words of a section fit a question, by document id and heading: 1 for the best, 0 for one without
        a word in common. Empty when no section has one. May take some milliseconds: call it in a thread."""


class Embedded(msgspec.Struct, frozen=True):
    """An entry with the vector of its content."""

    entry: Entry
    vector: Vector


class Match(msgspec.Struct, frozen=True):
    """An entry that was found: its chunk, and the cosine of its angle to what was asked for."""

    id: str
    chunk: Chunk
    score: float


class VectorIndex(Protocol):
    """Entries by nearness. Raise `Unavailable(dependency="vectors")` when it is out of reach (a database that the
    index lives in says `database`)."""

    async def ids(self) -> set[str]:
        """The ids of all entries."""

    async def upsert(self, entries: Sequence[Embedded]) -> None:
        """Add entries; those with a known id are replaced."""

    async def remove(self, ids: Collection[str]) -> None:
        """Remove entries; unknown ids are passed over."""

    async def query(self, vector: Vector, k: int, *, category: str | None = None) -> list[Match]:
        """The `k` nearest entries (of a category), nearest first."""

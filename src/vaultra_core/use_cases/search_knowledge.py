from vaultra_core.domain.knowledge import Passage
from vaultra_core.errors import InvalidInput
from vaultra_core.ports.knowledge import Embedder, VectorIndex

LONGEST_QUERY = 2000  # characters
MOST_PASSAGES = 20
ENTRIES_PER_PASSAGE = 8  # a chunk is indexed by its text and its questions, and may be found by all of them


class SearchKnowledge:
    """The passages of the knowledge base that are nearest to a question. They are the same for every business."""

    def __init__(self, embedder: Embedder, index: VectorIndex) -> None:
        self._embedder = embedder
        self._index = index

    async def execute(self, query: str, top_k: int = 5, *, category: str | None = None) -> list[Passage]:
        """At most `top_k` passages, nearest first; none when nothing has been ingested.

        Raise `InvalidInput` for an empty or overlong query or a `top_k` outside 1 to 20, `Unavailable` when embedder or
        index cannot be reached.
        """
        if not query.strip() or len(query) > LONGEST_QUERY:
            raise InvalidInput(f"query takes 1 to {LONGEST_QUERY} characters.", field="query", reason="length")
        if not 1 <= top_k <= MOST_PASSAGES:
            raise InvalidInput(f"top_k takes 1 to {MOST_PASSAGES}.", field="top_k", reason="range")
        [vector] = await self._embedder.embed([query])
        found: dict[tuple[str, str, str], Passage] = {}
        for match in await self._index.query(vector, top_k * ENTRIES_PER_PASSAGE, category=category):
            chunk = match.chunk
            found.setdefault(
                (chunk.doc_id, chunk.section, chunk.text),
                Passage(
                    doc_id=chunk.doc_id,
                    title=chunk.title,
                    category=chunk.category,
                    section=chunk.section,
                    text=chunk.text,
                    score=match.score,
                ),
            )
        return list(found.values())[:top_k]

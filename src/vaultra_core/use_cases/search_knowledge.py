import asyncio

from vaultra_core.domain.knowledge import Chunk, Passage
from vaultra_core.errors import InvalidInput
from vaultra_core.ports.knowledge import Embedder, Keywords, VectorIndex

LONGEST_QUERY = 2000  # characters
MOST_PASSAGES = 20
# The best mean reciprocal rank on the tuning half of bench/questions.txt was between 0.1 and 0.2 (decision 16).
KEYWORD_WEIGHT = 0.15
# A chunk is as near as the mean of its best entries: one short question alone is too easily near by chance. Four did
# best on the tuning half of bench/questions.txt (decision 16).
BEST = 4
ENTRIES_PER_PASSAGE = 16  # a chunk is indexed by its text and its questions, and may be found by all of them
FEWEST_ENTRIES = 160


class SearchKnowledge:
    """The passages of the knowledge base that are nearest to a question. They are the same for every business."""

    def __init__(self, embedder: Embedder, index: VectorIndex, keywords: Keywords) -> None:
        self._embedder = embedder
        self._index = index
        self._keywords = keywords

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
        # The index is asked elsewhere, so the words can be looked for meanwhile.
        matches, fits = await asyncio.gather(
            self._index.query(vector, FEWEST_ENTRIES + top_k * ENTRIES_PER_PASSAGE, category=category),
            asyncio.to_thread(self._keywords.fits, query),
        )
        scores: dict[Chunk, list[float]] = {}
        for match in matches:  # nearest first
            scores.setdefault(match.chunk, []).append(match.score)
        # An entry that was not found is no nearer than the last that was.
        floor = matches[-1].score if matches else 0.0
        ranked = sorted(
            (
                (_mean(found, floor) + KEYWORD_WEIGHT * fits.get((chunk.doc_id, chunk.section), 0.0), chunk)
                for chunk, found in scores.items()
            ),
            key=lambda pair: -pair[0],
        )
        return [
            Passage(
                doc_id=chunk.doc_id,
                title=chunk.title,
                category=chunk.category,
                section=chunk.section,
                text=chunk.text,
                score=score,
            )
            for score, chunk in ranked[:top_k]
        ]


def _mean(found: list[float], floor: float) -> float:
    best = found[:BEST]
    return (sum(best) + floor * (BEST - len(best))) / BEST

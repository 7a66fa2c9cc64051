import re
from functools import cached_property
from typing import Any, Final

from vaultra_core.ports.knowledge import Library

ENDING: Final = re.compile(r"(?<=\w{3})(?:ing|ies|ied|ed|es|s|ly)$")


class Bm25Keywords:
    """BM25 over whole sections: title, heading, text and questions. It stands in memory, for there are a hundred."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def fits(self, query: str) -> dict[tuple[str, str], float]:
        ranking, places = self._index
        scores = ranking.get_scores(_words(query)).tolist()
        best = max(scores, default=0.0)
        if best <= 0:
            return {}
        return {place: max(0.0, score) / best for place, score in zip(places, scores, strict=True)}

    @cached_property
    def _index(self) -> tuple[Any, list[tuple[str, str]]]:
        from rank_bm25 import BM25Okapi  # type: ignore[import-untyped] # noqa: PLC0415 - brings numpy, and no types

        sections = [(document, section) for document in self._library.documents() for section in document.sections]
        texts = [" ".join((d.title, s.heading, s.text, *s.questions)) for d, s in sections]
        return BM25Okapi([_words(text) for text in texts]), [(d.doc_id, s.heading) for d, s in sections]


def _words(text: str) -> list[str]:
    """Words without the commonest endings, so that "refunds" and "refunded" meet."""
    return [ENDING.sub("", word) for word in re.findall(r"\w+", text.lower())]

"""Text on its way out: sentence by sentence, without links, images or HTML."""

import re
from collections.abc import Iterator
from typing import Final

# A citation behind the full stop still belongs to the sentence.
_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])[\"'”’)*_]*(?:\s*\[[a-z0-9-]+\][.,]?)*\s+(?!\[)|\n+(?!\[)")
_ABBREVIATION: Final = re.compile(
    r"(?:\b(?:e\.g|i\.e|approx|vs|no|etc|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec)|^\s*\d{1,2})\.$", re.I
)
_REFERENCE: Final = re.compile(r"^\s*\[[^\]]*\]:.*$", re.MULTILINE)
_LINK_TARGET: Final = re.compile(r"\]\s*\((?:[^()]|\([^()]*\))*\)?")
_ADDRESS: Final = re.compile(
    r"\b[a-z][a-z0-9+.-]*:\s*/\s*/\S*|\b(?:javascript|data|vbscript|file|mailto):\S+|\bwww\.\S+|//\w[\w-]*\.\S+", re.I
)
_TAG: Final = re.compile(r"<[^<>\n]*>?")
_ENTITY: Final = re.compile(r"&(?:#x?[0-9a-f]+|[a-z][a-z0-9]*);?", re.I)
LONGEST_SENTENCE: Final = 2_000  # characters: a model that never ends a sentence must not fill the memory


def without_links(text: str) -> str:
    """Text without anything that a browser would fetch or follow. What a link said stays; where it led goes.

    An entity is taken away before anything else is looked for: it could spell out what the rest is to find.
    """
    text = _ENTITY.sub(lambda match: "&" if match.group().lower().startswith("&amp") else "", text)
    text = _REFERENCE.sub("", text)
    text = _LINK_TARGET.sub("]", text).replace("![", "[")
    text = _TAG.sub("", text)
    return _ADDRESS.sub("(link removed)", text)


class Sentences:
    """Cuts a stream of text into sentences, each with the white space that follows it."""

    def __init__(self) -> None:
        self._waiting = ""

    def feed(self, text: str) -> Iterator[str]:
        """The sentences that are complete now."""
        self._waiting += text
        while (end := self._end()) is not None:
            sentence, self._waiting = self._waiting[:end], self._waiting[end:]
            yield sentence

    def rest(self) -> Iterator[str]:
        """What is left when the stream has ended."""
        if self._waiting:
            yield self._waiting
            self._waiting = ""

    def _end(self) -> int | None:
        for match in _SENTENCE_END.finditer(self._waiting):
            if match.end() == len(self._waiting):
                return None  # more white space may follow, and belongs to this sentence
            before = self._waiting[: match.start()]
            if "\n" in match.group() or not _ABBREVIATION.search(before):
                return match.end()
        return LONGEST_SENTENCE if len(self._waiting) > LONGEST_SENTENCE else None


def sentences(text: str) -> list[str]:
    """The sentences of a whole text."""
    cutter = Sentences()
    return [*cutter.feed(text), *cutter.rest()]

"""Documents of the knowledge base, and how they are cut into what can be found."""

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterator

import msgspec

CHUNK_TOKENS = 512
OVERLAP_TOKENS = 50


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where a document's statements can be looked up: a public document, and the day on which it was consulted."""

    title: str
    publisher: str
    date: dt.date


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A heading and what stands below it. `questions` are what a reader would ask to be led here; they are searched
    but never shown."""

    heading: str
    text: str
    questions: tuple[str, ...] = ()


class Document(msgspec.Struct, frozen=True, kw_only=True):
    doc_id: str
    title: str
    category: str
    sources: tuple[Source, ...]
    sections: tuple[Section, ...]

    @property
    def markdown(self) -> str:
        """The document as a person reads it, with its sources at the end."""
        parts = [f"# {self.title}"]
        parts += [f"## {section.heading}\n\n{section.text}" for section in self.sections]
        listed = [f"- {source.title}, {source.publisher}, {source.date}" for source in self.sources]
        return "\n\n".join([*parts, "## Sources\n\n" + "\n".join(listed)]) + "\n"


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a section that is found and shown as one."""

    doc_id: str
    title: str
    category: str
    section: str
    text: str


class Passage(Chunk, frozen=True, kw_only=True):
    """A chunk that was found. `score` is higher the closer it is to the question: the mean cosine of the chunk's
    best entries, plus a little for words in common."""

    score: float


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to be indexed: `content` is embedded, `chunk` is what it leads to.

    A chunk has several entries: its text, and each question that its section answers. An average over a long text
    is far from any one short question, so a question of the reader's meets its like more surely than the text.
    """

    id: str
    content: str
    chunk: Chunk


def entries(document: Document, count_tokens: Callable[[str], int], embedder: str) -> list[Entry]:
    """All entries of a document. The id is a digest of everything that the entry is made of, the embedder's name
    included: equal id, nothing to do."""
    found: list[Entry] = []
    for section in document.sections:
        head = f"{document.title}. {section.heading}."
        for text in split(section.text, count_tokens, limit=CHUNK_TOKENS - count_tokens(head)):
            chunk = Chunk(
                doc_id=document.doc_id,
                title=document.title,
                category=document.category,
                section=section.heading,
                text=text,
            )
            contents = (f"{head} {text}", head, *section.questions)
            found += [
                Entry(id=_entry_id(embedder, content, chunk), content=content, chunk=chunk) for content in contents
            ]
    return found


def split(
    text: str, count_tokens: Callable[[str], int], *, limit: int = CHUNK_TOKENS, overlap: int = OVERLAP_TOKENS
) -> Iterator[str]:
    """Pieces of at most `limit` tokens, each of which begins with up to `overlap` tokens of the one before."""
    if count_tokens(text) <= limit:
        yield text
        return
    words = [(word, count_tokens(word)) for word in _words(text, count_tokens, limit)]
    start = 0
    while start < len(words):
        end, used = start, 0
        while end < len(words) and used + words[end][1] <= limit:
            used += words[end][1]
            end += 1
        yield "".join(word for word, _ in words[start:end]).strip()
        if end == len(words):
            return
        back, repeated = end, 0
        while back - 1 > start and repeated + words[back - 1][1] <= overlap:
            back -= 1
            repeated += words[back][1]
        start = back


def _words(text: str, count_tokens: Callable[[str], int], limit: int) -> Iterator[str]:
    """Words with the space after them; one that alone is over the limit comes in parts."""
    for word in re.findall(r"\S+\s*", text):
        if count_tokens(word) <= limit:
            yield word
        else:  # a character makes at most four tokens, one a byte
            size = max(1, limit // 4)
            yield from (word[at : at + size] for at in range(0, len(word), size))


def _entry_id(embedder: str, content: str, chunk: Chunk) -> str:
    digest = hashlib.sha256(msgspec.json.encode([embedder, content, chunk])).hexdigest()
    return f"{chunk.doc_id}.{digest[:32]}"

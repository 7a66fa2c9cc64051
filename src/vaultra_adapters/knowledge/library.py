"""The documents that the package carries: Markdown with front matter, read once."""

import re
from functools import cached_property
from importlib import resources
from typing import Final

import msgspec
import yaml  # type: ignore[import-untyped] # PyYAML brings no types

from vaultra_adapters.knowledge.score_sections import score_sections
from vaultra_core.domain.knowledge import Document, Section, Source

FRONT_MATTER: Final = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
ASKED: Final = re.compile(r"<!-- asked: (.*?) -->\s*", re.DOTALL)
GENERATED: Final = "<!-- generated: the rulebook -->"


class FrontMatter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    doc_id: str
    title: str
    category: str
    sources: tuple[Source, ...]


class PackagedLibrary:
    """`documents/*.md` of this package."""

    def documents(self) -> list[Document]:
        return self._documents

    @cached_property
    def _documents(self) -> list[Document]:
        folder = resources.files(__package__) / "documents"
        pages = [page for page in folder.iterdir() if page.name.endswith(".md")]
        return sorted((parse(page.read_text(encoding="utf-8")) for page in pages), key=lambda document: document.doc_id)


def parse(page: str) -> Document:
    """A document from its Markdown: front matter, then sections that begin with `## Heading`.

    Below a heading may stand `<!-- asked: question | question -->`. A line that says that the rulebook is to be
    generated becomes the sections that the default rulebook gives. Raise `ValueError` for anything else.
    """
    matched = FRONT_MATTER.match(page)
    if matched is None:
        raise ValueError("a document begins with front matter between two lines of ---")
    front = msgspec.convert(yaml.safe_load(matched.group(1)), FrontMatter)
    before, *parts = re.split(r"^## ", matched.group(2), flags=re.MULTILINE)
    if before.strip():
        raise ValueError(f"{front.doc_id}: all text stands below a heading of the second level")
    sections: list[Section] = []
    for part in parts:
        heading, _, text = part.partition("\n")
        rest, generated, _ = text.partition(GENERATED)
        sections.append(_section(heading.strip(), rest))
        if generated:
            sections += score_sections()
    return Document(
        doc_id=front.doc_id,
        title=front.title,
        category=front.category,
        sources=front.sources,
        sections=tuple(sections),
    )


def _section(heading: str, text: str) -> Section:
    asked = ASKED.search(text)
    questions = tuple(question.strip() for question in asked.group(1).split("|")) if asked else ()
    return Section(heading=heading, text=ASKED.sub("", text).strip(), questions=questions)

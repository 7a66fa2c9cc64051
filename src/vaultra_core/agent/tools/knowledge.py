"""Passages of the knowledge base: what lenders look at, what rules and thresholds there are, what usually helps."""

from collections.abc import Sequence
from typing import Annotated, Protocol

import msgspec

from vaultra_core.agent.figures import Statement
from vaultra_core.agent.registry import Arguments, Finding, Tool
from vaultra_core.domain.knowledge import Passage
from vaultra_core.identity import Caller


class Knowledge(Protocol):
    """What `SearchKnowledge` does, as far as the tool needs it."""

    async def execute(self, query: str, top_k: int = 5) -> Sequence[Passage]:
        """The nearest passages first; none when nothing has been ingested."""


class NoKnowledge:
    """A knowledge base without a document."""

    async def execute(self, query: str, top_k: int = 5) -> Sequence[Passage]:
        return []


class Query(Arguments, frozen=True, kw_only=True):
    query: Annotated[str, msgspec.Meta(min_length=1, max_length=1000, description="What to look for, in words.")]
    top_k: Annotated[int, msgspec.Meta(ge=1, le=10, description="How many passages.")] = 5


class PassageLine(msgspec.Struct, frozen=True, kw_only=True):
    """Cite it as [doc_id]."""

    doc_id: str
    title: str
    category: str
    section: str
    score: float  # how near it is to the query: a cosine, no figure to state
    text: Statement


class Passages(msgspec.Struct, frozen=True, kw_only=True):
    passages: list[PassageLine]


class SearchKnowledgeBase(Tool[Query]):
    name = "search_knowledge"
    doing = "Reading up on it"
    description = (
        "Passages about lending criteria, chargebacks, cash flow, payouts and the score, from the knowledge base; "
        "cite each as [doc_id]."
    )
    arguments = Query

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    async def run(self, caller: Caller, arguments: Query) -> Finding:
        found = await self._knowledge.execute(arguments.query, arguments.top_k)
        lines = [
            PassageLine(
                doc_id=each.doc_id,
                title=each.title,
                category=each.category,
                section=each.section,
                score=each.score,
                text=Statement(each.text, knowledge_handle(each.doc_id)),
            )
            for each in found
        ]
        titles = ", ".join(dict.fromkeys(line.title for line in lines))
        return Finding(Passages(passages=lines), titles or "Nothing found: the knowledge base may not be ingested yet.")


def knowledge_handle(doc_id: str) -> str:
    """What stands behind a figure of a document is the document: its citation."""
    return f"knowledge:{doc_id}"

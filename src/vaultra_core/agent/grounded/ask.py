"""What an answer is made with: the question, the tools, and the sentences so far."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import msgspec

from vaultra_core.agent.registry import ToolResult
from vaultra_core.agent.spans import Span, span_in
from vaultra_core.agent.tools.business import BusinessContext
from vaultra_core.agent.tools.change import ScoreChange
from vaultra_core.agent.tools.evidence import EvidenceList
from vaultra_core.agent.tools.knowledge import PassageLine, Passages
from vaultra_core.agent.tools.metrics import MetricSummary
from vaultra_core.agent.tools.outlook import OutlookData
from vaultra_core.agent.tools.path import PathToTier
from vaultra_core.agent.tools.readiness import Breakdown, TopRecommendations
from vaultra_core.agent.tools.what_if import SimulatedScore
from vaultra_core.agent.vocabulary import meant_by
from vaultra_core.errors import Unavailable

CallTool = Callable[[str, Mapping[str, Any]], Awaitable[ToolResult]]
D = TypeVar("D", bound=msgspec.Struct)


class Ask:
    """One question on its way to an answer. `today` is the running day of the business."""

    def __init__(self, question: str, today: dt.date, call: CallTool) -> None:
        self.question = question
        self.today = today
        self.meant = meant_by(question)
        self._call = call

    def means(self, *words: str) -> bool:
        return all(word in self.meant for word in words)

    def means_any(self, *words: str) -> bool:
        return any(word in self.meant for word in words)

    @property
    def span(self) -> Span | None:
        return span_in(self.question, self.today)

    async def breakdown(self) -> Breakdown:
        return await self._data("get_readiness_breakdown", Breakdown)

    async def recommendations(self, limit: int = 3) -> TopRecommendations:
        return await self._data("get_top_recommendations", TopRecommendations, limit=limit)

    async def metrics(self, period: dt.date | None = None) -> MetricSummary:
        asked = {"period": str(period)} if period else {}
        return await self._data("get_metric_summary", MetricSummary, **asked)

    async def business(self) -> BusinessContext:
        return await self._data("get_business_context", BusinessContext)

    async def simulate(self, changes: list[dict[str, Any]]) -> SimulatedScore:
        return await self._data("simulate_change", SimulatedScore, changes=changes)

    async def path(self, **target: Any) -> PathToTier:
        return await self._data("get_path_to_tier", PathToTier, **target)

    async def outlook(self, days: int = 90) -> OutlookData:
        return await self._data("get_outlook", OutlookData, days=days)

    async def change(self, start: dt.date | None = None, end: dt.date | None = None) -> ScoreChange:
        asked = {name: str(day) for name, day in (("from", start), ("to", end)) if day}
        return await self._data("explain_change", ScoreChange, **asked)

    async def evidence(self, handle: str, limit: int = 20) -> EvidenceList:
        return await self._data("list_evidence", EvidenceList, handle=handle, limit=limit)

    async def passages(self, query: str, limit: int = 3) -> list[PassageLine]:
        """None while the knowledge base is out of reach: figures are answers without a place to read on, too."""
        try:
            found = await self._data("search_knowledge", Passages, query=query, top_k=limit)
        except Unavailable:
            return []
        return found.passages

    async def _data(self, name: str, kind: type[D], /, **arguments: Any) -> D:
        data = (await self._call(name, arguments)).data
        assert isinstance(data, kind)
        return data


def bullets(lines: list[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def points(text: str) -> str:
    """1 point, 3 points."""
    return f"{text} point" if text == "1" else f"{text} points"


def cite(passages: list[PassageLine]) -> str:
    """Where to read on: each document once."""
    titles = {passage.doc_id: passage.title for passage in passages}
    named = ", ".join(f"{title} [{doc_id}]" for doc_id, title in titles.items())
    return f"Read more: {named}." if named else ""


def sentence(text: str) -> str:
    """A statement as a sentence: with a capital letter and a full stop."""
    return f"{text[:1].upper()}{text[1:].rstrip('. ')}."

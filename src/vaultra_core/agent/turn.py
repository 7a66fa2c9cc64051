"""One question being answered: what was asked of tools, what was said, and what was held back."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from vaultra_core.agent.grounds import Grounds
from vaultra_core.agent.prose import without_links
from vaultra_core.agent.registry import ToolRegistry, ToolResult
from vaultra_core.agent.tools.knowledge import Passages
from vaultra_core.domain.conversations import MOST_ANSWER, Citation, StatedFigure, ToolUse
from vaultra_core.errors import VaultraError
from vaultra_core.identity import Caller

NOTICE: Final = "_For information only: no lending, investment or tax advice._"
# What these find is guidance, as is what documents say, and guidance comes with the notice.
_GUIDING: Final = frozenset(["get_top_recommendations", "get_path_to_tier", "simulate_change", "get_outlook"])
_SNIPPET: Final = 240  # characters


class ToolStarted(msgspec.Struct, frozen=True):
    """A tool is being asked; `doing` says so in words."""

    name: str
    doing: str


class ToolEnded(msgspec.Struct, frozen=True):
    use: ToolUse


class Token(msgspec.Struct, frozen=True):
    """Text that has been checked and can be shown."""

    text: str


class Cited(msgspec.Struct, frozen=True):
    citation: Citation


Event = ToolStarted | ToolEnded | Token | Cited


class Turn:
    """Everything that an answer is allowed to rest on, and the answer so far. `emit` shows each step as it happens."""

    def __init__(self, caller: Caller, tools: ToolRegistry, emit: Callable[[Event], None]) -> None:
        self._caller = caller
        self._tools = tools
        self._emit = emit
        self._grounds = Grounds()
        self._results: dict[tuple[str, bytes], ToolResult] = {}
        self._snippets: dict[str, Citation] = {}
        self.text = ""
        self.held_back = False
        self.tool_uses: list[ToolUse] = []
        self.citations: dict[str, Citation] = {}
        self.figures: dict[tuple[str, str], StatedFigure] = {}

    @property
    def results(self) -> list[ToolResult]:
        """What tools have found so far, in the order in which they were asked."""
        return list(self._results.values())

    async def call(self, name: str, arguments: Mapping[str, Any] | bytes) -> ToolResult:
        """Ask a tool for the caller's business; what has been asked in this turn before is known, and not asked again.
        Raises as the registry does, after noting the failure."""
        asked = (name, arguments if isinstance(arguments, bytes) else msgspec.json.encode(arguments))
        if (known := self._results.get(asked)) is not None:
            return known
        self._emit(ToolStarted(name, self._tools.doing(name)))
        try:
            result = await self._tools.call(self._caller, name, arguments)
        except VaultraError as error:
            self._used(ToolUse(name=name, arguments=_shown(arguments), result_summary=error.message, failed=True))
            raise
        self._results[asked] = result
        self._grounds.add(result)
        if isinstance(result.data, Passages):
            for passage in result.data.passages:
                snippet = " ".join(passage.text.text.split())[:_SNIPPET]
                self._snippets.setdefault(
                    passage.doc_id, Citation(doc_id=passage.doc_id, title=passage.title, snippet=snippet)
                )
        self._used(ToolUse(name=name, arguments=msgspec.to_builtins(result.arguments), result_summary=result.summary))
        return result

    def _used(self, use: ToolUse) -> None:
        self.tool_uses.append(use)
        self._emit(ToolEnded(use))

    def say(self, sentence: str) -> bool:
        """Add a sentence to the answer, without its links. One that states what no tool of this turn found is held
        back, and False is returned."""
        text = _storable(without_links(sentence))
        verdict = self._grounds.judge(text)
        if verdict.invented or len(self.text) + len(text) > MOST_ANSWER - 1_000:
            self.held_back = True
            return False
        text = self._without_unknown_citations(text)
        self.text += text
        if text:
            self._emit(Token(text))
        for used in verdict.used:
            figure = StatedFigure(text=used.text, label=used.label, handle=used.handle)
            self.figures.setdefault((figure.text, figure.handle), figure)
        for doc_id in verdict.cited:
            if doc_id not in self.citations and doc_id in self._snippets:
                self.citations[doc_id] = self._snippets[doc_id]
                self._emit(Cited(self._snippets[doc_id]))
        return True

    def remark(self, text: str) -> None:
        """Add words of our own, in a paragraph of their own; they state no figure."""
        paragraph = f"\n\n{text}" if self.text.strip() else text
        self.text += paragraph
        self._emit(Token(paragraph))

    def finish(self) -> None:
        """Say what was held back, and that guidance is no advice."""
        if self.held_back:
            self.remark("Something was left out here, because it could not be traced to your figures.")
        if self.citations or any(use.name in _GUIDING and not use.failed for use in self.tool_uses):
            self.remark(NOTICE)

    def _without_unknown_citations(self, text: str) -> str:
        """A document that was not found in this turn is no source."""
        known = self._grounds.documents
        return _CITATION.sub(lambda match: match.group() if match[1] in known else "", text)


_CITATION: Final = re.compile(r"\s?\[([a-z0-9]+(?:-[a-z0-9]+)+)\]")


def _storable(text: str) -> str:
    """Text that can be stored and sent: no control characters but line ends, and no half characters."""
    return "".join(char for char in text if char == "\n" or (char >= " " and not "\ud800" <= char <= "\udfff"))


def _shown(arguments: Mapping[str, Any] | bytes) -> dict[str, Any]:
    """Arguments as they were asked, if they are anything that can be shown."""
    if isinstance(arguments, bytes):
        try:
            arguments = msgspec.json.decode(arguments, type=dict[str, Any])
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return {}
    text = msgspec.json.encode(arguments)
    return dict(arguments) if len(text) <= 2_000 and b"\\u0000" not in text else {}

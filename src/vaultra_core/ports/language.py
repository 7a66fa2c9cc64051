"""Language models: what is asked of one, and what comes back. Close to the shape of chat completions, and no more."""

import enum
from collections.abc import AsyncIterator
from typing import Any, Final, Literal, Protocol

import msgspec

DEPENDENCY: Final = "language model"  # how `Unavailable` names it


class Role(enum.StrEnum):
    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class ToolDefinition(msgspec.Struct, frozen=True):
    """A tool as a model sees it; `schema` is the JSON schema of its arguments."""

    name: str
    description: str
    schema: dict[str, Any]


class ToolCall(msgspec.Struct, frozen=True, kw_only=True):
    """A tool that the model wants asked. `arguments` is JSON as the model wrote it: perhaps malformed."""

    id: str
    name: str
    arguments: str


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """`tool_calls` are an assistant's, `tool_call_id` says which of them a tool's message answers."""

    role: Role
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None


class Request(msgspec.Struct, frozen=True, kw_only=True):
    messages: tuple[Message, ...]
    tools: tuple[ToolDefinition, ...] = ()
    tool_choice: Literal["auto", "none", "required"] = "auto"
    temperature: float = 0.0
    max_tokens: int = 800


class Usage(msgspec.Struct, frozen=True):
    """Tokens, as the provider counts them; 0 where it does not say."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """Text, or tool calls, or both. `truncated` says that the token limit ended it."""

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage = Usage()
    truncated: bool = False


class TextDelta(msgspec.Struct, frozen=True):
    """The next piece of the text."""

    text: str


class LanguageModel(Protocol):
    """Errors of the provider (down, too slow, refused, broken off, no JSON) are `Unavailable(dependency=DEPENDENCY)`.

    Refusals that pass (429, 5xx) are tried again a few times, as long as nothing has been handed out. A cancelled call
    or a stream that is closed ends the request to the provider.
    """

    @property
    def name(self) -> str:
        """Which model, as an answer names it."""

    async def generate(self, request: Request) -> Response: ...

    def stream(self, request: Request) -> AsyncIterator[TextDelta | Response]:
        """The text as it comes, and at last the whole response."""

"""What an owner and the agent have said to each other."""

import datetime as dt
import enum
from uuid import UUID

import msgspec

MOST_TITLE = 120
MOST_MESSAGE = 4_000  # characters of a question
MOST_ANSWER = 40_000  # characters


class MessageRole(enum.StrEnum):
    USER = "user"
    ASSISTANT = "assistant"


class Rating(enum.StrEnum):
    UP = "up"
    DOWN = "down"


class ToolUse(msgspec.Struct, frozen=True, kw_only=True):
    """A tool that was asked for an answer. `arguments` is JSON; `failed` says that it had none to give."""

    name: str
    arguments: dict[str, object]
    result_summary: str
    failed: bool = False


class Citation(msgspec.Struct, frozen=True, kw_only=True):
    """A document that an answer rests on, and the beginning of the passage."""

    doc_id: str
    title: str
    snippet: str


class StatedFigure(msgspec.Struct, frozen=True, kw_only=True):
    """A figure as an answer states it, and the handle that resolves to what it is made of."""

    text: str
    label: str
    handle: str


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """Between one person and the agent, about one business. `stop_requested_at` is when its answer was last told to
    stop, by whichever process heard it."""

    id: UUID
    business_id: UUID
    user_id: UUID
    title: str
    created_at: dt.datetime
    updated_at: dt.datetime
    stop_requested_at: dt.datetime | None = None


class ChatMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message. Of an answer: what it was made with, and which model wrote it (`grounded` is none at all).

    `stopped` says that the owner ended it before it was complete.
    """

    id: UUID
    conversation_id: UUID
    business_id: UUID
    user_id: UUID
    role: MessageRole
    content: str
    created_at: dt.datetime
    tool_calls: tuple[ToolUse, ...] = ()
    citations: tuple[Citation, ...] = ()
    figures: tuple[StatedFigure, ...] = ()
    model: str | None = None
    stopped: bool = False
    rating: Rating | None = None
    comment: str | None = None


def title_of(question: str) -> str:
    """A conversation is called by its first question, cut at a word."""
    text = " ".join(question.split())
    if len(text) <= 60:
        return text
    return text[:60].rsplit(" ", 1)[0] + " …"

"""The shapes of conversations with the agent."""

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from vaultra_core.domain.conversations import (
    MOST_MESSAGE,
    MOST_TITLE,
    ChatMessage,
    Citation,
    Conversation,
    Rating,
    StatedFigure,
    ToolUse,
)
from vaultra_core.use_cases.read_conversations import Transcript
from vaultra_http.rendering import utc
from vaultra_http.schemas import Body

# A question may have line ends; other control characters nobody types.
_LINE = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
_TYPED = r"^[^\x00-\x08\x0b-\x1f\x7f]*$"


class ChatBody(Body, frozen=True, kw_only=True):
    business_id: UUID | None = None
    message: Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_MESSAGE, pattern=_TYPED)]
    conversation_id: Annotated[UUID | None, msgspec.Meta(description="Without it, a new conversation begins.")] = None


class TitleBody(Body, frozen=True, kw_only=True):
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_TITLE, pattern=_LINE)]


class FeedbackBody(Body, frozen=True, kw_only=True):
    rating: Annotated[Rating | None, msgspec.Meta(description="null takes it back.")]
    comment: Annotated[str, msgspec.Meta(max_length=1000, pattern=_TYPED)] | None = None


class ChatAnswer(msgspec.Struct, kw_only=True):
    conversation_id: UUID
    message_id: UUID
    response: Annotated[str, msgspec.Meta(description="Markdown without links, images or HTML.")]
    tool_calls: list[ToolUse]
    citations: list[Citation]
    figures: Annotated[
        list[StatedFigure], msgspec.Meta(description="The figures that the response states; a handle resolves each.")
    ]
    model: Annotated[str | None, msgspec.Meta(description="Who wrote it; `grounded` is no model at all.")]
    stopped: bool

    @classmethod
    def of(cls, answer: ChatMessage) -> "ChatAnswer":
        return cls(
            conversation_id=answer.conversation_id,
            message_id=answer.id,
            response=answer.content,
            tool_calls=list(answer.tool_calls),
            citations=list(answer.citations),
            figures=list(answer.figures),
            model=answer.model,
            stopped=answer.stopped,
        )


class ConversationView(msgspec.Struct, kw_only=True):
    id: UUID
    business_id: UUID
    title: str
    created_at: dt.datetime
    updated_at: dt.datetime

    @classmethod
    def of(cls, conversation: Conversation) -> "ConversationView":
        return cls(
            id=conversation.id,
            business_id=conversation.business_id,
            title=conversation.title,
            created_at=utc(conversation.created_at),
            updated_at=utc(conversation.updated_at),
        )


class ConversationsView(msgspec.Struct):
    conversations: list[ConversationView]
    next_cursor: str | None


class MessageView(msgspec.Struct, kw_only=True):
    id: UUID
    role: Literal["user", "assistant"]
    content: str
    created_at: dt.datetime
    tool_calls: list[ToolUse]
    citations: list[Citation]
    figures: list[StatedFigure]
    model: str | None
    stopped: bool
    rating: Rating | None
    comment: str | None

    @classmethod
    def of(cls, message: ChatMessage) -> "MessageView":
        fields: dict[str, Any] = {name: getattr(message, name) for name in cls.__struct_fields__}
        lists = {name: list(fields[name]) for name in ("tool_calls", "citations", "figures")}
        return cls(**{**fields, **lists, "role": message.role.value, "created_at": utc(message.created_at)})


class TranscriptView(ConversationView, kw_only=True):
    messages: list[MessageView]

    @classmethod
    def whole(cls, transcript: Transcript) -> "TranscriptView":
        own = msgspec.structs.asdict(ConversationView.of(transcript.conversation))
        return cls(messages=[MessageView.of(message) for message in transcript.messages], **own)

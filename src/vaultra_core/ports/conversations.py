"""Conversations with the agent. Each belongs to one person and one business; nobody else reads it."""

import datetime as dt
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from vaultra_core.domain.conversations import ChatMessage, Conversation, Rating


class Conversations(Protocol):
    async def add(self, conversation: Conversation) -> None: ...

    async def get(self, user_id: UUID, conversation_id: UUID) -> Conversation | None:
        """None also for one of another person."""

    async def of(
        self, user_id: UUID, business_id: UUID, *, limit: int, before: tuple[dt.datetime, UUID] | None = None
    ) -> list[Conversation]:
        """Latest update first; `before` is the (updated_at, id) that the last page ended with."""

    async def change(
        self,
        user_id: UUID,
        conversation_id: UUID,
        *,
        title: str | None = None,
        updated_at: dt.datetime | None = None,
        stop_requested_at: dt.datetime | None = None,
    ) -> bool:
        """What is given changes and the rest stays, whoever changes that meanwhile; False when this person has none."""

    async def remove(self, user_id: UUID, conversation_id: UUID) -> bool:
        """With its messages; False when there was none of this person."""

    async def add_messages(self, messages: Sequence[ChatMessage]) -> None: ...

    async def messages(self, conversation_id: UUID, *, limit: int) -> list[ChatMessage]:
        """The latest so many, oldest first."""

    async def rate(self, user_id: UUID, message_id: UUID, rating: Rating | None, comment: str | None) -> bool:
        """Rate an answer, or take the rating back; False when this person has no such answer."""

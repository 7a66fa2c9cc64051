import datetime as dt
from collections.abc import Sequence
from uuid import UUID

import msgspec

from vaultra_core.domain.conversations import ChatMessage, Conversation, MessageRole, Rating
from vaultra_core.testing.memory.transaction import MemoryCollection


class MemoryConversations(MemoryCollection):
    async def add(self, conversation: Conversation) -> None:
        self._rows("conversations")[conversation.id] = conversation

    async def get(self, user_id: UUID, conversation_id: UUID) -> Conversation | None:
        found: Conversation | None = self._rows("conversations").get(conversation_id)
        return found if found and found.user_id == user_id else None

    async def of(
        self, user_id: UUID, business_id: UUID, *, limit: int, before: tuple[dt.datetime, UUID] | None = None
    ) -> list[Conversation]:
        own = [each for each in self._rows("conversations").values() if each.user_id == user_id]
        wanted = [each for each in own if each.business_id == business_id]
        ordered = sorted(wanted, key=lambda each: (each.updated_at, each.id), reverse=True)
        return [each for each in ordered if before is None or (each.updated_at, each.id) < before][:limit]

    async def change(
        self,
        user_id: UUID,
        conversation_id: UUID,
        *,
        title: str | None = None,
        updated_at: dt.datetime | None = None,
        stop_requested_at: dt.datetime | None = None,
    ) -> bool:
        found = await self.get(user_id, conversation_id)
        if found is None:
            return False
        asked = {"title": title, "updated_at": updated_at, "stop_requested_at": stop_requested_at}
        given = {name: value for name, value in asked.items() if value is not None}
        self._rows("conversations")[conversation_id] = msgspec.structs.replace(found, **given)
        return True

    async def remove(self, user_id: UUID, conversation_id: UUID) -> bool:
        if await self.get(user_id, conversation_id) is None:
            return False
        del self._rows("conversations")[conversation_id]
        messages = self._rows("messages")
        for key in [key for key, each in messages.items() if each.conversation_id == conversation_id]:
            del messages[key]
        return True

    async def add_messages(self, messages: Sequence[ChatMessage]) -> None:
        for message in messages:
            self._rows("messages")[message.id] = message

    async def messages(self, conversation_id: UUID, *, limit: int) -> list[ChatMessage]:
        found = [each for each in self._rows("messages").values() if each.conversation_id == conversation_id]
        return sorted(found, key=lambda each: (each.created_at, each.id))[-limit:]

    async def rate(self, user_id: UUID, message_id: UUID, rating: Rating | None, comment: str | None) -> bool:
        found: ChatMessage | None = self._rows("messages").get(message_id)
        if found is None or found.user_id != user_id or found.role is not MessageRole.ASSISTANT:
            return False
        self._rows("messages")[message_id] = msgspec.structs.replace(found, rating=rating, comment=comment)
        return True

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, delete, insert, select, true, tuple_, update

from vaultra_adapters.postgres.conversation_tables import agent_conversations, agent_messages
from vaultra_adapters.postgres.rows import Collection, columns_for, to_row, to_struct
from vaultra_core.domain.conversations import ChatMessage, Conversation, MessageRole, Rating

C: Final = agent_conversations.c
M: Final = agent_messages.c
CONVERSATION: Final = columns_for(agent_conversations, Conversation)
MESSAGE: Final = columns_for(agent_messages, ChatMessage)
# The statements of every turn are built once: to build one anew takes as long as to run it.
OWN: Final = (C.id == bindparam("conversation"), C.user_id == bindparam("person"))
GET: Final = select(*CONVERSATION).where(*OWN)
ADD: Final = insert(agent_conversations)
CHANGE: Final = update(agent_conversations).where(*OWN)
ADD_MESSAGES: Final = insert(agent_messages)
LATEST: Final = (
    select(*MESSAGE)
    .where(M.conversation_id == bindparam("conversation"))
    .order_by(M.created_at.desc(), M.id.desc())
    .limit(bindparam("most"))
)


class PostgresConversations(Collection):
    async def add(self, conversation: Conversation) -> None:
        await self._connection.execute(ADD, to_row(conversation))

    async def get(self, user_id: UUID, conversation_id: UUID) -> Conversation | None:
        own = {"conversation": conversation_id, "person": user_id}
        row = (await self._connection.execute(GET, own)).one_or_none()
        return to_struct(Conversation, row) if row else None

    async def of(
        self, user_id: UUID, business_id: UUID, *, limit: int, before: tuple[dt.datetime, UUID] | None = None
    ) -> list[Conversation]:
        page = (
            select(*CONVERSATION)
            .where(C.business_id == business_id, C.user_id == user_id)
            .where(tuple_(C.updated_at, C.id) < before if before else true())
            .order_by(C.updated_at.desc(), C.id.desc())
            .limit(limit)
        )
        return [to_struct(Conversation, row) for row in await self._connection.execute(page)]

    async def change(
        self,
        user_id: UUID,
        conversation_id: UUID,
        *,
        title: str | None = None,
        updated_at: dt.datetime | None = None,
        stop_requested_at: dt.datetime | None = None,
    ) -> bool:
        asked = {"title": title, "updated_at": updated_at, "stop_requested_at": stop_requested_at}
        given = {name: value for name, value in asked.items() if value is not None}
        own = {"conversation": conversation_id, "person": user_id}
        return (await self._connection.execute(CHANGE, {**given, **own})).rowcount > 0

    async def remove(self, user_id: UUID, conversation_id: UUID) -> bool:
        own = (C.id == conversation_id, C.user_id == user_id)
        return (await self._connection.execute(delete(agent_conversations).where(*own))).rowcount > 0

    async def add_messages(self, messages: Sequence[ChatMessage]) -> None:
        await self._connection.execute(ADD_MESSAGES, [_row(message) for message in messages])

    async def messages(self, conversation_id: UUID, *, limit: int) -> list[ChatMessage]:
        wanted = {"conversation": conversation_id, "most": limit}
        found = [to_struct(ChatMessage, row) for row in await self._connection.execute(LATEST, wanted)]
        return found[::-1]

    async def rate(self, user_id: UUID, message_id: UUID, rating: Rating | None, comment: str | None) -> bool:
        own = (M.id == message_id, M.user_id == user_id, M.role == MessageRole.ASSISTANT)
        rated = update(agent_messages).where(*own).values(rating=rating, comment=comment)
        return (await self._connection.execute(rated)).rowcount > 0


def _row(message: ChatMessage) -> dict[str, Any]:
    lists = ("tool_calls", "citations", "figures")
    return {**to_row(message), **{name: msgspec.to_builtins(getattr(message, name)) for name in lists}}

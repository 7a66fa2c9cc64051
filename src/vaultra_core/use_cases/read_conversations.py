import datetime as dt
from uuid import UUID

import msgspec

from vaultra_core.domain.conversations import ChatMessage, Conversation
from vaultra_core.errors import InvalidInput, NotFound
from vaultra_core.identity import Caller
from vaultra_core.ports.storage import TenantUnitOfWorkFactory, UnitOfWork

MOST_MESSAGES = 200


class Transcript(msgspec.Struct, frozen=True):
    """A conversation with its latest messages, oldest first."""

    conversation: Conversation
    messages: list[ChatMessage]


class ReadConversations:
    """A person's own conversations with the agent."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory) -> None:
        self._unit_of_work = unit_of_work

    async def list(self, caller: Caller, *, limit: int, cursor: str | None) -> tuple[list[Conversation], str | None]:
        """Latest first, and the cursor of the next page. Raise `InvalidInput` for what is no cursor."""
        before = _before(cursor)
        async with self._unit_of_work(caller) as work:
            found = await work.conversations.of(caller.user_id, caller.business_id, limit=limit + 1, before=before)
        page = found[:limit]
        return page, f"{page[-1].updated_at.isoformat()}~{page[-1].id}" if len(found) > limit else None

    async def execute(self, user_id: UUID, conversation_id: UUID) -> Transcript:
        """Raise `NotFound` also for a conversation of somebody else, or about a business that the person has left."""
        async with self._unit_of_work(user_id) as work:
            conversation = await own_conversation(work, user_id, conversation_id)
            return Transcript(conversation, await work.conversations.messages(conversation_id, limit=MOST_MESSAGES))


async def own_conversation(work: UnitOfWork, user_id: UUID, conversation_id: UUID) -> Conversation:
    """Raise `NotFound` unless it is the person's own, and they are still a member of the business that it is about."""
    found = await work.conversations.get(user_id, conversation_id)
    if found is None or await work.businesses.role_of(user_id, found.business_id) is None:
        raise NotFound("No such conversation.")
    return found


def _before(cursor: str | None) -> tuple[dt.datetime, UUID] | None:
    if cursor is None:
        return None
    try:
        moment, _, conversation_id = cursor.partition("~")
        at = dt.datetime.fromisoformat(moment)
        if at.tzinfo is None:
            raise ValueError(moment)
        return at, UUID(conversation_id)
    except ValueError:
        raise InvalidInput("This is no cursor of ours.", field="cursor", reason="malformed") from None

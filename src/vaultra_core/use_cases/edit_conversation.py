from uuid import UUID

from vaultra_core.domain.conversations import MOST_TITLE, Conversation, Rating
from vaultra_core.errors import InvalidInput, NotFound
from vaultra_core.ports.storage import TenantUnitOfWorkFactory
from vaultra_core.use_cases.read_conversations import own_conversation


class EditConversation:
    """Rename, delete, and rate answers, in a person's own conversations."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory) -> None:
        self._unit_of_work = unit_of_work

    async def rename(self, user_id: UUID, conversation_id: UUID, title: str) -> Conversation:
        """Raise `InvalidInput` for an empty or overlong title, `NotFound` unless it is the person's own."""
        if not title.strip() or len(title) > MOST_TITLE:
            raise InvalidInput(f"title takes 1 to {MOST_TITLE} characters.", field="title", reason="length")
        async with self._unit_of_work(user_id) as work:
            await work.conversations.change(user_id, conversation_id, title=title.strip())
            renamed = await own_conversation(work, user_id, conversation_id)
            await work.commit()
        return renamed

    async def delete(self, user_id: UUID, conversation_id: UUID) -> None:
        """With all its messages. Raise `NotFound` unless it is the person's own."""
        async with self._unit_of_work(user_id) as work:
            await own_conversation(work, user_id, conversation_id)
            await work.conversations.remove(user_id, conversation_id)
            await work.commit()

    async def rate(self, user_id: UUID, message_id: UUID, rating: Rating | None, comment: str | None) -> None:
        """Rate an answer, or take the rating back with None. Raise `NotFound` unless it is an answer to the person."""
        async with self._unit_of_work(user_id) as work:
            if not await work.conversations.rate(user_id, message_id, rating, comment):
                raise NotFound("No such answer.")
            await work.commit()

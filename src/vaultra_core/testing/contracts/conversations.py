from typing import Any
from uuid import UUID

from vaultra_core.domain.accounts import Business, User
from vaultra_core.domain.conversations import (
    ChatMessage,
    Citation,
    Conversation,
    MessageRole,
    Rating,
    StatedFigure,
    ToolUse,
)
from vaultra_core.identity import Role, new_id
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.testing.contracts.samples import NOW, SECOND, a_user, changed, given_business


async def given_member(uow: UnitOfWorkFactory) -> tuple[User, Business]:
    user, business = a_user(), await given_business(uow)
    async with uow() as work:
        await work.users.add(user)
        await work.businesses.add_member(business.id, user.id, Role.OWNER)
        await work.commit()
    return user, business


def a_conversation(user: User, business: Business, **fields: Any) -> Conversation:
    known = {"title": "How far am I?", "created_at": NOW, "updated_at": NOW}
    return Conversation(**{"id": new_id(), "business_id": business.id, "user_id": user.id, **known, **fields})


def a_message(conversation: Conversation, **fields: Any) -> ChatMessage:
    known = {"role": MessageRole.ASSISTANT, "content": "Your score is 77.", "created_at": NOW}
    return ChatMessage(
        **{
            "id": new_id(),
            "conversation_id": conversation.id,
            "business_id": conversation.business_id,
            "user_id": conversation.user_id,
            **known,
            **fields,
        }
    )


class ConversationsContract:
    async def test_a_conversation_comes_back_with_its_messages_in_order(self, uow: UnitOfWorkFactory) -> None:
        conversation = a_conversation(*await given_member(uow))
        asked = a_message(conversation, role=MessageRole.USER, content="What is my score?\n日本 'quoted'")
        answered = a_message(
            conversation,
            created_at=NOW + SECOND,
            tool_calls=(ToolUse(name="get_outlook", arguments={"days": 30}, result_summary="…", failed=True),),
            citations=(Citation(doc_id="payout-timing", title="Payouts", snippet="…"),),
            figures=(StatedFigure(text="77", label="Score", handle="score:lender-2:2026-11-01"),),
            model="grounded",
            stopped=True,
        )
        async with uow() as work:
            await work.conversations.add(conversation)
            await work.conversations.add_messages([answered, asked])
            await work.commit()
        async with uow() as work:
            assert await work.conversations.get(conversation.user_id, conversation.id) == conversation
            assert await work.conversations.messages(conversation.id, limit=10) == [asked, answered]
            assert await work.conversations.messages(conversation.id, limit=1) == [answered]

    async def test_a_change_leaves_what_it_does_not_name(self, uow: UnitOfWorkFactory) -> None:
        conversation = a_conversation(*await given_member(uow))
        own = (conversation.user_id, conversation.id)
        async with uow() as work:
            await work.conversations.add(conversation)
            assert await work.conversations.change(*own, title="Another")
            assert await work.conversations.change(*own, stop_requested_at=NOW)
            assert await work.conversations.change(*own, updated_at=NOW + SECOND)
            later = changed(conversation, title="Another", updated_at=NOW + SECOND, stop_requested_at=NOW)
            assert await work.conversations.get(*own) == later
            assert not await work.conversations.change(new_id(), conversation.id, title="Mine")
            assert not await work.conversations.change(conversation.user_id, new_id(), title="None")
            assert await work.conversations.get(*own) == later

    async def test_nobody_else_reads_rates_or_removes_it(self, uow: UnitOfWorkFactory) -> None:
        user, business = await given_member(uow)
        other, _ = await given_member(uow)
        conversation = a_conversation(user, business)
        answer = a_message(conversation)
        async with uow() as work:
            await work.conversations.add(conversation)
            await work.conversations.add_messages([answer])
            assert await work.conversations.get(other.id, conversation.id) is None
            assert await work.conversations.of(other.id, business.id, limit=5) == []
            assert not await work.conversations.rate(other.id, answer.id, Rating.UP, None)
            assert not await work.conversations.remove(other.id, conversation.id)
            assert await work.conversations.messages(conversation.id, limit=5) == [answer]
            assert await work.conversations.remove(user.id, conversation.id)
            assert await work.conversations.messages(conversation.id, limit=5) == []
            assert not await work.conversations.remove(user.id, conversation.id)

    async def test_pages_hold_each_conversation_once_latest_first(self, uow: UnitOfWorkFactory) -> None:
        user, business = await given_member(uow)
        elsewhere = await given_business(uow)
        mine = [a_conversation(user, business, updated_at=NOW + SECOND * (number // 2)) for number in range(5)]
        async with uow() as work:
            for conversation in [*mine, a_conversation(user, elsewhere)]:
                await work.conversations.add(conversation)
            found: list[Conversation] = []
            while page := await work.conversations.of(
                user.id, business.id, limit=2, before=(found[-1].updated_at, found[-1].id) if found else None
            ):
                found += page
        assert found == sorted(mine, key=lambda each: (each.updated_at, each.id), reverse=True)

    async def test_answers_are_rated_and_questions_are_not(self, uow: UnitOfWorkFactory) -> None:
        conversation = a_conversation(*await given_member(uow))
        question, answer = a_message(conversation, role=MessageRole.USER), a_message(conversation)
        async with uow() as work:
            await work.conversations.add(conversation)
            await work.conversations.add_messages([question, answer])
            owner: UUID = conversation.user_id
            assert await work.conversations.rate(owner, answer.id, Rating.DOWN, "Wrong month")
            assert not await work.conversations.rate(owner, question.id, Rating.UP, None)
            assert not await work.conversations.rate(owner, new_id(), Rating.UP, None)
            (_, rated) = sorted(
                await work.conversations.messages(conversation.id, limit=5), key=lambda m: m.role == "assistant"
            )
            assert (rated.rating, rated.comment) == (Rating.DOWN, "Wrong month")
            assert await work.conversations.rate(owner, answer.id, None, None)

"""The conversation: a question comes in, an answer goes out piece by piece, and both are kept."""

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Final
from uuid import UUID

import msgspec

from vaultra_core.agent.grounded.answer import grounded_answer
from vaultra_core.agent.prompt import MOST_HISTORY
from vaultra_core.agent.registry import ToolRegistry
from vaultra_core.agent.turn import Event, Turn
from vaultra_core.agent.write import write_grounded, write_with_model
from vaultra_core.domain.conversations import (
    MOST_MESSAGE,
    ChatMessage,
    Conversation,
    MessageRole,
    title_of,
)
from vaultra_core.errors import InvalidInput, NotFound, Unavailable, VaultraError
from vaultra_core.identity import Caller, new_id
from vaultra_core.periods import local_day
from vaultra_core.ports.language import LanguageModel
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import TenantUnitOfWorkFactory

logger = logging.getLogger(__name__)

SECONDS: Final = 60.0  # a turn with a model; then the grounded answer
STOP_POLL: Final = 1.0  # seconds between looks at whether another process was told to stop
GROUNDED: Final = "grounded"
_DOWN: Final = "The language model is not available now, so this answer comes from your own figures without it."
_BROKEN: Final = "The language model broke off, so the rest comes from your own figures without it."
_NOTHING: Final = "The language model wrote nothing that your figures support, so this answer comes without it."


class Done(msgspec.Struct, frozen=True):
    """The end of a turn, with the answer as it was stored."""

    answer: ChatMessage


class Failed(msgspec.Struct, frozen=True):
    """The end of a turn without an answer."""

    error: VaultraError


class RunningTurn:
    """A turn that goes on whether or not anybody listens. Closing the iteration does not stop it; `Chat.stop` does."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.stopping = asyncio.Event()
        self._events: asyncio.Queue[Event | Done | Failed] = asyncio.Queue()

    def emit(self, event: Event | Done | Failed) -> None:
        self._events.put_nowait(event)

    async def events(self) -> AsyncIterator[Event | Done | Failed]:
        """What happens, up to and with `Done` or `Failed`."""
        while True:
            event = await self._events.get()
            yield event
            if isinstance(event, Done | Failed):
                return

    async def answer(self) -> ChatMessage:
        """The stored answer. Raise what the turn failed with."""
        async for event in self.events():
            if isinstance(event, Done):
                return event.answer
            if isinstance(event, Failed):
                raise event.error
        raise AssertionError("a turn ends with Done or Failed")


class Chat:
    """One per process: it holds the turns under way. Without a model every answer is a grounded one.

    No transaction is open while a model or a tool is asked.
    """

    def __init__(
        self,
        unit_of_work: TenantUnitOfWorkFactory,
        clock: Clock,
        tools: ToolRegistry,
        model: LanguageModel | None,
        *,
        seconds: float = SECONDS,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._tools = tools
        self._model = model
        self._seconds = seconds
        self._running: dict[UUID, RunningTurn] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, caller: Caller, question: str, conversation_id: UUID | None = None) -> RunningTurn:
        """Store the question and begin to answer it.

        Raise `InvalidInput` for an empty or overlong question, `NotFound` for a conversation that is not the caller's
        own about this business.
        """
        if not question.strip() or len(question) > MOST_MESSAGE:
            raise InvalidInput(f"message takes 1 to {MOST_MESSAGE} characters.", field="message", reason="length")
        now = self._clock.now()
        async with self._unit_of_work(caller) as work:
            history: Sequence[ChatMessage] = []
            business = await work.businesses.get(caller.business_id)
            if conversation_id is None:
                conversation = Conversation(
                    id=new_id(),
                    business_id=caller.business_id,
                    user_id=caller.user_id,
                    title=title_of(question),
                    created_at=now,
                    updated_at=now,
                )
                await work.conversations.add(conversation)
            else:
                found = await work.conversations.get(caller.user_id, conversation_id)
                if found is None or found.business_id != caller.business_id:
                    raise NotFound("No such conversation.")
                conversation = msgspec.structs.replace(found, updated_at=now)
                history = await work.conversations.messages(conversation.id, limit=MOST_HISTORY)
                await work.conversations.change(caller.user_id, conversation_id, updated_at=now)
            asked = self._message(conversation, MessageRole.USER, question)
            await work.conversations.add_messages([asked])
            # Nobody waits for the disk before the answer is begun; what stores the answer stores this with it.
            await work.commit(durable=False)
        turn = RunningTurn(conversation)
        self._running[conversation.id] = turn
        today = local_day(int(now.timestamp()), business.timezone if business else "UTC")
        task = asyncio.create_task(self._run(turn, caller, question, history, today))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return turn

    async def stop(self, user_id: UUID, conversation_id: UUID) -> None:
        """End the answer under way, wherever it is being written. What was said so far is kept.

        Raise `NotFound` for a conversation of somebody else; a conversation with nothing under way is left alone.
        """
        async with self._unit_of_work(user_id) as work:
            now = self._clock.now()
            if not await work.conversations.change(user_id, conversation_id, stop_requested_at=now):
                raise NotFound("No such conversation.")
            await work.commit()
        if (turn := self._running.get(conversation_id)) is not None:
            turn.stopping.set()

    async def close(self) -> None:
        """End every turn as if it had been stopped, and wait until all is stored."""
        for turn in self._running.values():
            turn.stopping.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(
        self, running: RunningTurn, caller: Caller, question: str, history: Sequence[ChatMessage], today: dt.date
    ) -> None:
        turn = Turn(caller, self._tools, running.emit)
        try:
            model, stopped = await self._written(running, turn, question, history, today)
            turn.finish()
            answer = msgspec.structs.replace(
                self._message(running.conversation, MessageRole.ASSISTANT, turn.text.strip()),
                tool_calls=tuple(turn.tool_uses),
                citations=tuple(turn.citations.values()),
                figures=tuple(turn.figures.values()),
                model=model,
                stopped=stopped,
            )
            await self._store(running.conversation, answer)
            running.emit(Done(answer))
        except VaultraError as error:
            running.emit(Failed(error))
        except Exception:  # a task that nobody waits for: whoever listens would hear nothing more, and never why
            logger.exception("a turn of conversation %s failed", running.conversation.id)
            running.emit(Failed(VaultraError("Something went wrong on our side. It has been logged.")))
        finally:
            if self._running.get(running.conversation.id) is running:
                del self._running[running.conversation.id]

    async def _written(
        self, running: RunningTurn, turn: Turn, question: str, history: Sequence[ChatMessage], today: dt.date
    ) -> tuple[str, bool]:
        """Write until done or told to stop; which model wrote it, and whether it was stopped."""
        writing = asyncio.create_task(self._write(turn, question, history, today))
        stops: list[asyncio.Task[object]] = [asyncio.create_task(running.stopping.wait())]
        if self._model is not None:
            stops.append(asyncio.create_task(self._told_elsewhere(running.conversation)))
        try:
            await asyncio.wait([writing, *stops], return_when=asyncio.FIRST_COMPLETED)
            if writing.done():
                return writing.result(), False
            return self._model.name if self._model else GROUNDED, True
        finally:
            for task in (writing, *stops):
                task.cancel()
            await asyncio.gather(writing, *stops, return_exceptions=True)

    async def _write(self, turn: Turn, question: str, history: Sequence[ChatMessage], today: dt.date) -> str:
        """By the model as far as it goes, else from templates; the name of who wrote the end.

        Templates are filled in first in either case: what their tools found is what a model is asked with, and they are
        at hand when it fails.
        """
        filled_in = await grounded_answer(question, today, turn.call)
        if self._model is not None:
            try:
                async with asyncio.timeout(self._seconds):
                    said = await write_with_model(
                        turn, question, today, model=self._model, tools=self._tools, history=history
                    )
                if said:
                    return self._model.name
                turn.remark(_NOTHING)
            except (Unavailable, TimeoutError) as error:
                logger.warning("%s is not available: %s", self._model.name, error)
                turn.remark(_BROKEN if turn.text.strip() else _DOWN)
        write_grounded(turn, filled_in)
        return GROUNDED

    async def _told_elsewhere(self, conversation: Conversation) -> None:
        """Return once another process has been told to stop this answer."""
        while True:
            await asyncio.sleep(STOP_POLL)
            async with self._unit_of_work(conversation.user_id) as work:
                now = await work.conversations.get(conversation.user_id, conversation.id)
            if now is None or (now.stop_requested_at and now.stop_requested_at >= conversation.updated_at):
                return

    async def _store(self, conversation: Conversation, answer: ChatMessage) -> None:
        async with self._unit_of_work(conversation.user_id) as work:
            own = (conversation.user_id, conversation.id)
            # It may have been deleted in the meantime, and then nobody wants the answer.
            if await work.conversations.change(*own, updated_at=answer.created_at):
                await work.conversations.add_messages([answer])
                await work.commit()

    def _message(self, conversation: Conversation, role: MessageRole, content: str) -> ChatMessage:
        return ChatMessage(
            id=new_id(),
            conversation_id=conversation.id,
            business_id=conversation.business_id,
            user_id=conversation.user_id,
            role=role,
            content=content,
            created_at=self._clock.now(),
        )

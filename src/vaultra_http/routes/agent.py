"""Conversations with the agent."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

import msgspec
from dishka import FromDishka
from dishka.integrations.litestar import inject
from litestar import Response, Router, delete, get, patch, post, put
from litestar.di import NamedDependency, Provide
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import ServerSentEvent, ServerSentEventMessage

from vaultra_core.agent.chat import Chat, Done, Failed, RunningTurn
from vaultra_core.agent.turn import Cited, Event, Token, ToolEnded, ToolStarted
from vaultra_core.identity import Caller, Role
from vaultra_core.use_cases.edit_conversation import EditConversation
from vaultra_core.use_cases.read_conversations import ReadConversations
from vaultra_core.use_cases.resolve_caller import ResolveCaller
from vaultra_core.views import encode
from vaultra_http.agent_schemas import (
    ChatAnswer,
    ChatBody,
    ConversationsView,
    ConversationView,
    FeedbackBody,
    TitleBody,
    TranscriptView,
)
from vaultra_http.authentication import AuthenticatedRequest, provide_viewer
from vaultra_http.errors import error_body
from vaultra_http.responses import BUSINESS_READ, BUSINESS_WRITE, errors

EVENT_STREAM = "text/event-stream"
_ANSWERED = {
    200: ResponseSpec(
        data_container=ChatAnswer,
        description="The answer. With `Accept: text/event-stream`, its events: tool, token, citation, done, error.",
        generate_examples=False,
    )
}


@post("/agent/chat", status_code=200, summary="Ask the agent", responses=_ANSWERED | BUSINESS_READ | errors(413, 415))
@inject
async def chat(
    request: AuthenticatedRequest,
    data: JSONBody[ChatBody],
    resolve: FromDishka[ResolveCaller],
    agent: FromDishka[Chat],
) -> Response[Any]:
    caller = await resolve.execute(request.auth, data.business_id, Role.VIEWER)
    turn = await agent.start(caller, data.message, data.conversation_id)
    if EVENT_STREAM in request.headers.get("Accept", ""):
        return ServerSentEvent(_events(turn, request), headers={"X-Accel-Buffering": "no"}, status_code=200)
    return Response(ChatAnswer.of(await turn.answer()), status_code=200)


async def _events(turn: RunningTurn, request: AuthenticatedRequest) -> AsyncIterator[ServerSentEventMessage]:
    yield _event("start", {"conversation_id": turn.conversation.id, "title": turn.conversation.title})
    async for event in turn.events():
        match event:
            case Done(answer):
                yield _event("done", ChatAnswer.of(answer))
            case Failed(error):
                yield _event("error", error_body(request, error))
            case _:
                yield _step(event)


def _step(event: Event) -> ServerSentEventMessage:
    match event:
        case ToolStarted(name, doing):
            return _event("tool", {"name": name, "doing": doing, "state": "running"})
        case ToolEnded(use):
            state = "failed" if use.failed else "done"
            return _event("tool", {**msgspec.structs.asdict(use), "state": state})
        case Token(text):
            return _event("token", {"text": text})
        case Cited(citation):
            return _event("citation", citation)


def _event(name: str, data: object) -> ServerSentEventMessage:
    return ServerSentEventMessage(event=name, data=encode(data).decode())


@get("/agent/conversations", summary="The caller's conversations, latest first", responses=BUSINESS_READ)
@inject
async def conversations(
    caller: NamedDependency[Caller],
    use_case: FromDishka[ReadConversations],
    limit: Annotated[int, QueryParameter(ge=1, le=100)] = 30,
    cursor: Annotated[str | None, QueryParameter(max_length=200)] = None,
) -> ConversationsView:
    page, following = await use_case.list(caller, limit=limit, cursor=cursor)
    return ConversationsView([ConversationView.of(each) for each in page], following)


@get("/agent/conversations/{conversation_id:uuid}", summary="A conversation with its messages", responses=BUSINESS_READ)
@inject
async def conversation(
    request: AuthenticatedRequest, conversation_id: FromPath[UUID], use_case: FromDishka[ReadConversations]
) -> TranscriptView:
    return TranscriptView.whole(await use_case.execute(request.user, conversation_id))


@patch("/agent/conversations/{conversation_id:uuid}", summary="Rename a conversation", responses=BUSINESS_WRITE)
@inject
async def rename(
    request: AuthenticatedRequest,
    conversation_id: FromPath[UUID],
    data: JSONBody[TitleBody],
    use_case: FromDishka[EditConversation],
) -> ConversationView:
    return ConversationView.of(await use_case.rename(request.user, conversation_id, data.title))


@delete("/agent/conversations/{conversation_id:uuid}", summary="Delete a conversation", responses=BUSINESS_READ)
@inject
async def remove(
    request: AuthenticatedRequest, conversation_id: FromPath[UUID], use_case: FromDishka[EditConversation]
) -> None:
    await use_case.delete(request.user, conversation_id)


@post(
    "/agent/conversations/{conversation_id:uuid}/stop",
    status_code=204,
    summary="End the answer under way, and keep what was said",
    responses=BUSINESS_READ,
)
@inject
async def stop(request: AuthenticatedRequest, conversation_id: FromPath[UUID], agent: FromDishka[Chat]) -> None:
    await agent.stop(request.user, conversation_id)


@put(
    "/agent/messages/{message_id:uuid}/feedback",
    status_code=204,
    summary="Say whether an answer was good",
    responses=BUSINESS_WRITE,
)
@inject
async def feedback(
    request: AuthenticatedRequest,
    message_id: FromPath[UUID],
    data: JSONBody[FeedbackBody],
    use_case: FromDishka[EditConversation],
) -> None:
    await use_case.rate(request.user, message_id, data.rating, data.comment)


listing = Router("/", route_handlers=[conversations], dependencies={"caller": Provide(provide_viewer)})
router = Router("/", route_handlers=[listing, chat, conversation, rename, remove, stop, feedback], tags=["agent"])

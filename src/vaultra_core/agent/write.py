"""Who writes an answer: a language model with tools, or templates over them."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

import msgspec

from vaultra_core.agent.prompt import as_data, failed, instructions, trimmed
from vaultra_core.agent.prose import Sentences, sentences
from vaultra_core.agent.registry import ToolRegistry
from vaultra_core.agent.turn import Turn
from vaultra_core.domain.conversations import ChatMessage
from vaultra_core.errors import VaultraError
from vaultra_core.ports.language import LanguageModel, Message, Request, Response, Role, TextDelta, ToolCall

ROUNDS: Final = 4  # times that the model may ask for tools
CALLS: Final = 4  # tools that it may ask for at once
TOKENS: Final = 4_000  # that it may write in a turn


def write_grounded(turn: Turn, text: str) -> None:
    """The answer from templates, checked like any other."""
    for sentence in sentences(f"\n\n{text}" if turn.text.strip() else text):
        turn.say(sentence)


async def write_with_model(
    turn: Turn,
    question: str,
    today: dt.date,
    *,
    model: LanguageModel,
    tools: ToolRegistry,
    history: Sequence[ChatMessage],
) -> bool:
    """The answer of a model that is told what tools have found in this turn and may ask for more, bounded in rounds and
    tokens; whether anything could be said.

    Raise `Unavailable` when the model is, perhaps with a part of the answer said.
    """
    messages = [Message(role=Role.SYSTEM, content=instructions(today)), *trimmed(history)]
    messages += [Message(role=Role.USER, content=question), *_known(turn)]
    said, tokens = False, TOKENS
    for round_ in range(ROUNDS + 1):
        last = round_ == ROUNDS or tokens <= 0
        request = Request(
            messages=tuple(messages), tools=tuple(tools.definitions), tool_choice="none" if last else "auto"
        )
        heard, response = await _listen(turn, model, request)
        said = said or heard
        # A model that does not say what it used is taken by its words.
        tokens -= response.usage.completion_tokens or len(response.text) // 3
        calls = response.tool_calls[:CALLS]
        if last or not calls:
            break
        messages.append(Message(role=Role.ASSISTANT, content=response.text, tool_calls=calls))
        messages += [await _answered(turn, call) for call in calls]
    return said


def _known(turn: Turn) -> list[Message]:
    """What tools have found so far, as if the model had asked for it: mostly it then needs no round of its own."""
    found = turn.results
    calls = tuple(
        ToolCall(id=f"known_{place}", name=each.name, arguments=msgspec.json.encode(each.arguments).decode())
        for place, each in enumerate(found)
    )
    answers = [
        Message(role=Role.TOOL, content=as_data(each), tool_call_id=call.id)
        for call, each in zip(calls, found, strict=True)
    ]
    return [Message(role=Role.ASSISTANT, content="", tool_calls=calls), *answers] if calls else []


async def _listen(turn: Turn, model: LanguageModel, request: Request) -> tuple[bool, Response]:
    """Say what the model writes, sentence by sentence; whether anything was fit to be said."""
    cutter, said = Sentences(), False
    response = Response(text="")

    def say(sentence: str) -> bool:
        between = "\n\n" if turn.text and not turn.text[-1].isspace() else ""
        return turn.say(between + sentence) and bool(sentence.strip())

    async for event in model.stream(request):
        if isinstance(event, TextDelta):
            for sentence in cutter.feed(event.text):
                said = say(sentence) or said
        else:
            response = event
    for sentence in cutter.rest():
        said = say(sentence) or said
    return said, response


async def _answered(turn: Turn, call: ToolCall) -> Message:
    try:
        content = as_data(await turn.call(call.name, call.arguments.encode("utf-8", "replace")))
    except VaultraError as error:
        content = failed(error)
    return Message(role=Role.TOOL, content=content, tool_call_id=call.id)

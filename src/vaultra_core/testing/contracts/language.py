import asyncio

from vaultra_core.errors import Unavailable
from vaultra_core.ports.language import (
    DEPENDENCY,
    LanguageModel,
    Message,
    Request,
    Response,
    Role,
    TextDelta,
    ToolCall,
    ToolDefinition,
)
from vaultra_core.testing.language import Babbles, BreaksOff, Calls, Fails, Hangs, Says, Script

SCHEMA = {"type": "object", "properties": {"days": {"type": "integer"}}, "additionalProperties": False}
ASKED = Request(
    messages=(
        Message(role=Role.SYSTEM, content="Answer."),
        Message(role=Role.USER, content="How far am I? “ü”"),
        Message(role=Role.ASSISTANT, content="", tool_calls=(ToolCall(id="a", name="get_outlook", arguments="{}"),)),
        Message(role=Role.TOOL, content="<data>{}</data>", tool_call_id="a"),
    ),
    tools=(ToolDefinition("get_outlook", "The days ahead", SCHEMA),),
)


class LanguageModelContract:
    """Fixtures: `model`, and `script`, which says what its provider does with the next requests."""

    async def test_a_text_comes_whole_or_in_pieces(self, model: LanguageModel, script: Script) -> None:
        text = "Your score is 77 of 100.\n\n- Größe “gut”, 日本\n"
        script(Says(text), Says(text))
        whole = await model.generate(ASKED)
        assert (whole.text, whole.tool_calls, whole.truncated) == (text, (), False)
        pieces = [event async for event in model.stream(ASKED)]
        deltas = [event.text for event in pieces if isinstance(event, TextDelta)]
        assert len(deltas) > 1 and "".join(deltas) == text
        assert isinstance(pieces[-1], Response) and pieces[-1].text == text
        assert pieces[-1].usage.completion_tokens > 0 and model.name

    async def test_tool_calls_come_as_they_were_written(self, model: LanguageModel, script: Script) -> None:
        calls = (("get_outlook", '{"days": 30}'), ("get_business_context", "{}"))
        script(Calls(calls), Calls(calls))
        (streamed,) = [event async for event in model.stream(ASKED) if isinstance(event, Response)]
        for response in (streamed, await model.generate(ASKED)):
            found = [(call.name, call.arguments.replace(" ", "")) for call in response.tool_calls]
            assert found == [(name, arguments.replace(" ", "")) for name, arguments in calls]
            assert len({call.id for call in response.tool_calls}) == len(calls)

    async def test_a_refusal_that_passes_is_tried_again(self, model: LanguageModel, script: Script) -> None:
        for status in (429, 500, 503):
            script(Fails(status), Says("Here I am."))
            assert (await model.generate(ASKED)).text == "Here I am."
            script(Fails(status), Says("Here I am."))
            assert [event async for event in model.stream(ASKED)][-1] is not None

    async def test_what_cannot_be_had_is_unavailable(self, model: LanguageModel, script: Script) -> None:
        for behaviour in (Fails(401), Fails(404), Babbles(), BreaksOff("Your score"), BreaksOff("")):
            script(behaviour)
            assert await _unavailable(model) == DEPENDENCY, behaviour

    async def test_a_stream_that_breaks_off_has_given_what_came(self, model: LanguageModel, script: Script) -> None:
        script(BreaksOff("Your score is 77. It"))
        heard = []
        try:
            async for event in model.stream(ASKED):
                assert isinstance(event, TextDelta)
                heard.append(event.text)
        except Unavailable:
            assert "".join(heard) == "Your score is 77. It"
            return
        raise AssertionError("a stream without an end did not raise")

    async def test_a_closed_stream_ends_the_request(self, model: LanguageModel, script: Script) -> None:
        """And the model can be asked again."""
        script(Hangs("Your score"), Says("Again."))
        async with asyncio.timeout(30):
            events = model.stream(ASKED)
            await anext(events)
            await events.aclose()  # type: ignore[attr-defined]
            assert (await model.generate(ASKED)).text == "Again."

    async def test_a_call_can_be_cancelled(self, model: LanguageModel, script: Script) -> None:
        script(Hangs(), Says("Again."))
        asking = asyncio.create_task(model.generate(ASKED))
        await asyncio.sleep(0.3)  # until it hangs
        asking.cancel()
        done, _ = await asyncio.wait([asking], timeout=30)
        assert done and asking.cancelled()
        assert (await model.generate(ASKED)).text == "Again."


async def _unavailable(model: LanguageModel) -> str:
    try:
        async for _ in model.stream(ASKED):
            pass
    except Unavailable as error:
        return str(error.details["dependency"])
    return "answered"

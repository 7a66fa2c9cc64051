"""Opt-in: the adapter and the chat against a real server that speaks OpenAI's API, with whatever model it has.

`REAL_MODEL_URL=http://127.0.0.1:8080/v1 REAL_MODEL=name pytest tests/integration/test_real_model.py` (docs/agent.md). A
small model writes much that is wrong, so nothing is asked of its sense: only that what it writes comes through, and
that no figure of its own making does.
"""

import os
from collections.abc import AsyncIterator

import pytest

from support.owners import RULEBOOK, FixedClock, an_owner, tools_over
from vaultra_adapters.language.openai_model import OpenAIModel
from vaultra_core.agent.chat import GROUNDED, Chat
from vaultra_core.ports.language import Message, Request, Response, Role, TextDelta
from vaultra_core.use_cases.resolve_evidence import ResolveEvidence

URL = os.environ.get("REAL_MODEL_URL")
pytestmark = pytest.mark.skipif(not URL, reason="REAL_MODEL_URL names no server")
ASKED = Request(messages=(Message(role=Role.USER, content="Tell a shop owner in a few sentences what a refund is."),))


@pytest.fixture
async def model() -> AsyncIterator[OpenAIModel]:
    model = OpenAIModel(os.environ.get("REAL_MODEL", "small"), api_key=None, base_url=URL)
    yield model
    await model.close()


async def test_a_text_comes_whole_or_in_pieces(model: OpenAIModel) -> None:
    whole = await model.generate(ASKED)
    assert whole.text.strip() and not whole.tool_calls and whole.usage.completion_tokens > 0
    *pieces, end = [event async for event in model.stream(ASKED)]
    assert isinstance(end, Response) and len(pieces) > 1
    assert "".join(piece.text for piece in pieces if isinstance(piece, TextDelta)) == end.text


async def test_a_limit_cuts_and_is_noticed(model: OpenAIModel) -> None:
    cut = await model.generate(Request(messages=ASKED.messages, max_tokens=5))
    assert cut.truncated and cut.text
    end = [event async for event in model.stream(Request(messages=ASKED.messages, max_tokens=5))][-1]
    assert isinstance(end, Response) and end.truncated


async def test_who_stops_listening_ends_the_request(model: OpenAIModel) -> None:
    async for event in model.stream(ASKED):
        assert isinstance(event, TextDelta)
        break
    assert (await model.generate(ASKED)).text  # the server is free again


@pytest.mark.parametrize("question", ["What is my score?", "What should I do this week?", "What do lenders look at?"])
async def test_an_answer_holds_figures_that_resolve_and_no_others(model: OpenAIModel, question: str) -> None:
    owner = await an_owner()
    chat = Chat(owner.storage, FixedClock(), tools_over(owner.storage), model)
    answer = await (await chat.start(owner.caller, question)).answer()
    await chat.close()
    assert answer.content.strip() and answer.model in (model.name, GROUNDED)
    resolve = ResolveEvidence(owner.storage, rulebook=RULEBOOK)
    for figure in answer.figures:
        assert figure.text in answer.content
        if not figure.handle.startswith("knowledge:"):
            assert await resolve.execute(owner.caller, figure.handle, cursor=None, limit=1)

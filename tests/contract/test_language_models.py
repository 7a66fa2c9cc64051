"""Language models: the scripted one, and the adapters against servers that behave like the real ones."""

import os
from collections.abc import AsyncIterator, Iterator

import httpx
import openai
import pytest

from support.language_server import LanguageServer, a_language_server
from vaultra_adapters.language.ollama_model import OllamaModel
from vaultra_adapters.language.openai_model import OpenAIModel
from vaultra_core.errors import Unavailable
from vaultra_core.ports.language import LanguageModel, Message, Request, Role
from vaultra_core.testing.contracts.language import ASKED, SCHEMA, LanguageModelContract
from vaultra_core.testing.language import Fails, Hangs, Says, Script, ScriptedModel

IMPATIENT = 0.5  # seconds: for a server that hangs, and for nothing else


class TestScriptedModel(LanguageModelContract):
    @pytest.fixture
    def model(self) -> ScriptedModel:
        return ScriptedModel()

    @pytest.fixture
    def script(self, model: ScriptedModel) -> Script:
        return model.script


class _OverHttp(LanguageModelContract):
    @pytest.fixture
    def script(self, server: LanguageServer) -> Script:
        return server.script

    async def test_a_server_that_hangs_is_given_up(self, impatient: LanguageModel, server: LanguageServer) -> None:
        server.script(Hangs("Your"), Hangs(), Hangs(), Hangs())
        with pytest.raises(Unavailable):
            async for _ in impatient.stream(ASKED):
                pass

    async def test_a_server_that_stays_down_is_unavailable(self, model: LanguageModel, server: LanguageServer) -> None:
        server.script(*[Fails(503)] * 9)
        with pytest.raises(Unavailable):
            await model.generate(ASKED)
        assert len(server.requests) == 3


class TestOpenAIModel(_OverHttp):
    @pytest.fixture
    def server(self) -> Iterator[LanguageServer]:
        with a_language_server("openai") as running:
            yield running

    @pytest.fixture
    async def model(self, server: LanguageServer) -> AsyncIterator[OpenAIModel]:
        model = OpenAIModel("small", api_key="sk-test", base_url=server.url)
        yield model
        await model.close()

    @pytest.fixture
    async def impatient(self, server: LanguageServer) -> AsyncIterator[OpenAIModel]:
        model = OpenAIModel("small", api_key="sk-test", base_url=server.url, timeout=openai.Timeout(IMPATIENT))
        yield model
        await model.close()

    async def test_what_is_sent_is_what_the_api_takes(self, model: LanguageModel, server: LanguageServer) -> None:
        server.script(Says("Yes."))
        await model.generate(ASKED)
        (body,) = server.requests
        assert server.keys == {"Bearer sk-test"}
        assert body["tools"][0]["function"]["parameters"] == SCHEMA
        assert [each["role"] for each in body["messages"]] == ["system", "user", "assistant", "tool"]
        assert body["messages"][2]["tool_calls"][0]["function"] == {"name": "get_outlook", "arguments": "{}"}
        assert (body["messages"][3]["tool_call_id"], body["max_tokens"], body["temperature"]) == ("a", 800, 0.0)


class TestOllamaModel(_OverHttp):
    @pytest.fixture
    def server(self) -> Iterator[LanguageServer]:
        with a_language_server("ollama") as running:
            yield running

    @pytest.fixture
    async def model(self, server: LanguageServer) -> AsyncIterator[OllamaModel]:
        model = OllamaModel("small", base_url=server.url, first_wait=0.001)
        yield model
        await model.close()

    @pytest.fixture
    async def impatient(self, server: LanguageServer) -> AsyncIterator[OllamaModel]:
        model = OllamaModel("small", base_url=server.url, timeout=httpx.Timeout(IMPATIENT), first_wait=0.001)
        yield model
        await model.close()

    async def test_what_is_sent_is_what_the_api_takes(self, model: LanguageModel, server: LanguageServer) -> None:
        server.script(Says("Yes."))
        await model.generate(ASKED)
        (body,) = server.requests
        assert body["options"] == {"temperature": 0.0, "num_predict": 800}
        assert body["messages"][2]["tool_calls"] == [{"function": {"name": "get_outlook", "arguments": {}}}]


async def test_nothing_listens_where_the_model_should_be() -> None:
    for model in (
        OpenAIModel("small", api_key=None, base_url="http://127.0.0.1:9/v1", retries=0),
        OllamaModel("small", base_url="http://127.0.0.1:9", retries=0),
    ):
        with pytest.raises(Unavailable):
            await model.generate(ASKED)
        await model.close()


@pytest.mark.skipif(
    "VAULTRA_TEST_OPENAI_URL" not in os.environ,
    reason="a campaign by flag: VAULTRA_TEST_OPENAI_URL (and _MODEL, _KEY) name a real OpenAI-compatible server",
)
async def test_a_real_compatible_server_writes_and_streams() -> None:
    model = OpenAIModel(
        os.environ.get("VAULTRA_TEST_OPENAI_MODEL", "any"),
        api_key=os.environ.get("VAULTRA_TEST_OPENAI_KEY"),
        base_url=os.environ["VAULTRA_TEST_OPENAI_URL"],
    )
    request = Request(messages=(Message(role=Role.USER, content="Say hello."),), max_tokens=16)
    assert (await model.generate(request)).text.strip()
    events = [event async for event in model.stream(request)]
    assert len(events) > 1
    await model.close()

"""The agent and its tools over the use cases."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from dishka import Provider, Scope, provide, provide_all

from vaultra_adapters.language.ollama_model import OllamaModel
from vaultra_adapters.settings import Settings
from vaultra_core.agent.chat import Chat
from vaultra_core.agent.registry import ToolRegistry
from vaultra_core.agent.toolbox import every_tool
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import TenantUnitOfWorkFactory
from vaultra_core.use_cases.assume_changes import AssumeChanges
from vaultra_core.use_cases.edit_conversation import EditConversation
from vaultra_core.use_cases.read_conversations import ReadConversations

if TYPE_CHECKING:
    from vaultra_adapters.language.openai_model import OpenAIModel


def _model(settings: Settings) -> "OllamaModel | OpenAIModel | None":
    """None is no model: grounded answers."""
    if settings.language_model == "ollama":
        assert settings.ollama_model
        return OllamaModel(settings.ollama_model, base_url=settings.ollama_base_url)
    if settings.language_model == "openai":
        from vaultra_adapters.language.openai_model import OpenAIModel  # noqa: PLC0415 - its SDK takes a second

        return OpenAIModel(settings.openai_model, api_key=settings.openai_api_key, base_url=settings.openai_base_url)
    return None


class Agent(Provider):
    scope = Scope.APP

    tools = provide(staticmethod(every_tool))
    use_cases = provide_all(EditConversation, ReadConversations)

    @provide
    async def chat(
        self, unit_of_work: TenantUnitOfWorkFactory, clock: Clock, tools: ToolRegistry, settings: Settings
    ) -> AsyncIterator[Chat]:
        model = _model(settings)
        chat = Chat(unit_of_work, clock, tools, model)
        yield chat
        await chat.close()
        if model is not None:
            await model.close()

    @provide
    def assume_changes(self, unit_of_work: TenantUnitOfWorkFactory, settings: Settings) -> AssumeChanges:
        return AssumeChanges(unit_of_work, rulebook=settings.rulebook)

"""The agent and its tools over the use cases."""

from collections.abc import AsyncIterator

from dishka import Provider, Scope, provide, provide_all

from vaultra_adapters.settings import Settings
from vaultra_core.agent.chat import Chat
from vaultra_core.agent.registry import ToolRegistry
from vaultra_core.agent.toolbox import every_tool
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import TenantUnitOfWorkFactory
from vaultra_core.use_cases.assume_changes import AssumeChanges
from vaultra_core.use_cases.edit_conversation import EditConversation
from vaultra_core.use_cases.read_conversations import ReadConversations


class Agent(Provider):
    scope = Scope.APP

    tools = provide(staticmethod(every_tool))
    use_cases = provide_all(EditConversation, ReadConversations)

    @provide
    async def chat(
        self, unit_of_work: TenantUnitOfWorkFactory, clock: Clock, tools: ToolRegistry
    ) -> AsyncIterator[Chat]:
        chat = Chat(unit_of_work, clock, tools, None)
        yield chat
        await chat.close()

    @provide
    def assume_changes(self, unit_of_work: TenantUnitOfWorkFactory, settings: Settings) -> AssumeChanges:
        return AssumeChanges(unit_of_work, rulebook=settings.rulebook)

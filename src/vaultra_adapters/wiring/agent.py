"""The agent and its tools over the use cases."""

from dishka import Provider, Scope, provide

from vaultra_adapters.settings import Settings
from vaultra_core.agent.toolbox import every_tool
from vaultra_core.ports.storage import TenantUnitOfWorkFactory
from vaultra_core.use_cases.assume_changes import AssumeChanges


class Agent(Provider):
    scope = Scope.APP

    tools = provide(staticmethod(every_tool))

    @provide
    def assume_changes(self, unit_of_work: TenantUnitOfWorkFactory, settings: Settings) -> AssumeChanges:
        return AssumeChanges(unit_of_work, rulebook=settings.rulebook)

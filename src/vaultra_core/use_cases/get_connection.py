import msgspec

from vaultra_core.domain.accounts import Integration
from vaultra_core.domain.imports import ImportProgress, progress
from vaultra_core.domain.reconciliation import Certificate
from vaultra_core.identity import Caller
from vaultra_core.ports.storage import Backlog, TenantUnitOfWorkFactory


class Connection(msgspec.Struct, frozen=True):
    """`certificate` says how far what was imported is known to be complete; None before anyone has looked.
    `backlog` counts the account's events that are not applied."""

    integration: Integration
    progress: ImportProgress
    certificate: Certificate | None = None
    backlog: Backlog = Backlog(waiting=0, dead=0)


class GetConnection:
    """The Stripe account of a business and how far its import is; None when there is none."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory) -> None:
        self._unit_of_work = unit_of_work

    async def execute(self, caller: Caller) -> Connection | None:
        async with self._unit_of_work(caller) as work:
            integration = await work.integrations.of_business(caller.business_id)
            if integration is None:
                return None
            return Connection(
                integration,
                progress(await work.windows.of(integration.id)),
                await work.certificates.get(caller.business_id),
                await work.inbox.backlog(integration.external_id),
            )

import msgspec

from vaultra_core.domain.accounts import IntegrationStatus
from vaultra_core.errors import Conflict
from vaultra_core.identity import Caller, Role
from vaultra_core.ports.payments import PaymentsProvider
from vaultra_core.ports.runtime import Clock, ConnectStates
from vaultra_core.ports.storage import TenantUnitOfWorkFactory


class Departure(msgspec.Struct, frozen=True):
    """Where the owner's browser goes, and the state that comes back with it."""

    url: str
    state: str


class StartConnect:
    """Send the owner to Stripe's consent page."""

    def __init__(
        self, unit_of_work: TenantUnitOfWorkFactory, provider: PaymentsProvider, states: ConnectStates, clock: Clock
    ) -> None:
        self._unit_of_work = unit_of_work
        self._provider = provider
        self._states = states
        self._clock = clock

    async def execute(self, caller: Caller, *, redirect_uri: str) -> Departure:
        """Raise `Conflict` when the business is connected already."""
        caller.require(Role.OWNER)
        async with self._unit_of_work(caller) as work:
            integration = await work.integrations.of_business(caller.business_id)
        if integration is not None and integration.status is not IntegrationStatus.REVOKED:
            raise Conflict("This business is connected to Stripe already.", account_id=integration.external_id)
        state = self._states.issue(caller.user_id, caller.business_id, self._clock.now())
        return Departure(self._provider.authorize_url(state=state, redirect_uri=redirect_uri), state)

from vaultra_core.domain.imports import progress
from vaultra_core.errors import Conflict, NotFound
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.use_cases.apply_events import ApplyEvents
from vaultra_core.use_cases.compute_metrics import ComputeMetrics
from vaultra_core.use_cases.get_connection import Connection
from vaultra_core.use_cases.sync_stripe import LEASE_SECONDS, SyncStripe


class SyncAccount:
    """Sync one account now, due or not, and compute what follows: what the jobs do, by hand and in one go."""

    def __init__(
        self,
        unit_of_work: UnitOfWorkFactory,
        clock: Clock,
        sync: SyncStripe,
        apply: ApplyEvents,
        compute_metrics: ComputeMetrics,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._sync = sync
        self._apply = apply
        self._compute_metrics = compute_metrics

    async def execute(self, account: str) -> Connection:
        """Raise `NotFound` for an unknown account, `Conflict` when a worker is at it."""
        async with self._unit_of_work() as work:
            known = (await work.integrations.by_account([account])).get(account)
            if known is None:
                raise NotFound(f"No business has connected {account}.")
            leased = await work.integrations.lease(known.business_id, self._clock.now(), seconds=LEASE_SECONDS)
            await work.commit()
        if leased is None:
            raise Conflict(f"A worker is syncing {account} at this moment.")
        await self._sync.sync(*leased)
        await self._apply.execute()
        await self._compute_metrics.compute([known.business_id])
        async with self._unit_of_work() as work:
            integration = await work.integrations.of_business(known.business_id)
            assert integration is not None
            return Connection(integration, progress(await work.windows.of(integration.id)))

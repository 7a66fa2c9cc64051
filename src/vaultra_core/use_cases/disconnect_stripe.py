import msgspec

from vaultra_core.domain.accounts import IntegrationStatus
from vaultra_core.domain.audit import AuditAction, audited
from vaultra_core.errors import NotFound
from vaultra_core.identity import Caller, Role
from vaultra_core.ports.runtime import Clock, Job, JobQueue
from vaultra_core.ports.storage import TenantUnitOfWorkFactory


class DisconnectStripe:
    """End the connection at once, and have the access given back at Stripe as soon as that answers. History stays,
    unless it is to be purged."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, queue: JobQueue, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._queue = queue
        self._clock = clock

    async def execute(self, caller: Caller, *, purge: bool) -> None:
        caller.require(Role.OWNER)
        async with self._unit_of_work(caller) as work:
            integration = await work.integrations.of_business(caller.business_id)
            if integration is None:
                raise NotFound("This business is not connected to Stripe.", reason="not_connected")
            await work.computations.lock(caller.business_id)
            if integration.status is not IntegrationStatus.REVOKED:
                await work.returns.add(integration.external_id, self._clock.now())
            if purge:
                await work.ledger.purge(caller.business_id)
                await work.integrations.remove(caller.business_id)
            else:
                await work.integrations.put_token(integration.id, None)
                await work.integrations.save(
                    msgspec.structs.replace(
                        integration,
                        status=IntegrationStatus.REVOKED,
                        next_sync_at=None,
                        updated_at=self._clock.now(),
                    )
                )
            await work.audit.add(
                audited(
                    AuditAction.STRIPE_DISCONNECTED,
                    self._clock.now(),
                    actor_id=caller.user_id,
                    business_id=caller.business_id,
                    target=integration.external_id,
                    purged="yes" if purge else "no",
                )
            )
            await work.commit()
        self._queue.wake(Job.RETURN_ACCESS)

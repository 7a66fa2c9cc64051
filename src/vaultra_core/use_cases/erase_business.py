from vaultra_core.domain.accounts import IntegrationStatus
from vaultra_core.domain.audit import AuditAction, audited
from vaultra_core.errors import InvalidInput, NotFound
from vaultra_core.identity import Caller, Role
from vaultra_core.ports.runtime import Clock, Job, JobQueue
from vaultra_core.ports.storage import TenantUnitOfWorkFactory


class EraseBusiness:
    """Delete a business with all that was imported and computed, whether or not Stripe answers. Nothing stays but its
    entries of the audit log, and the id of its account until the access is given back at Stripe."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, queue: JobQueue, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._queue = queue
        self._clock = clock

    async def execute(self, caller: Caller, *, confirm: str) -> None:
        """`confirm` is the business's name, typed by the owner. Raise `InvalidInput` when it is another."""
        caller.require(Role.OWNER)
        async with self._unit_of_work(caller) as work:
            business = await work.businesses.get(caller.business_id)
        if business is None:
            raise NotFound("No such business.")
        if confirm.strip() != business.name.strip():
            raise InvalidInput(
                "Type the name of the business to delete it.", field="confirm", reason="is not the name of the business"
            )
        entry = audited(
            AuditAction.BUSINESS_DELETED, self._clock.now(), actor_id=caller.user_id, business_id=caller.business_id
        )
        async with self._unit_of_work(caller) as work:
            # A job that is at work on it finishes first; the next one finds nothing to do.
            await work.computations.lock(caller.business_id)
            integration = await work.integrations.of_business(caller.business_id)
            if integration is not None and integration.status is not IntegrationStatus.REVOKED:
                await work.returns.add(integration.external_id, self._clock.now())
            await work.holdings.erase_business(caller.business_id)
            await work.audit.add(entry)
            await work.commit()
        self._queue.wake(Job.RETURN_ACCESS)

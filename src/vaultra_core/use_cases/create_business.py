import datetime as dt
from uuid import UUID

from vaultra_core.domain.accounts import Business, Industry
from vaultra_core.domain.audit import AuditAction, audited
from vaultra_core.identity import Role, new_id
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import UnitOfWorkFactory


class CreateBusiness:
    """Register a business; whoever registers it becomes its owner."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def execute(
        self,
        user_id: UUID,
        *,
        name: str,
        legal_entity: str | None = None,
        industry: Industry | None = None,
        revenue_estimate: int | None = None,
        founded_at: dt.date | None = None,
        currency: str = "usd",
        timezone: str = "UTC",
    ) -> Business:
        """`revenue_estimate` is in minor units of `currency`, a year."""
        now = self._clock.now()
        business = Business(
            id=new_id(),
            name=name,
            legal_entity=legal_entity,
            industry=industry,
            revenue_estimate=revenue_estimate,
            founded_at=founded_at,
            currency=currency,
            timezone=timezone,
            created_at=now,
            updated_at=now,
        )
        async with self._unit_of_work() as work:
            await work.businesses.add(business)
            await work.businesses.add_member(business.id, user_id, Role.OWNER)
            await work.audit.add(audited(AuditAction.BUSINESS_CREATED, now, actor_id=user_id, business_id=business.id))
            await work.commit()
        return business

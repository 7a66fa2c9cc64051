import datetime as dt
from uuid import UUID

import msgspec

from vaultra_core.domain.recommendations.base import Recommendation, Status
from vaultra_core.domain.recommendations.lifecycle import DISMISSED_DAYS
from vaultra_core.errors import Conflict, NotFound
from vaultra_core.identity import Caller, Role
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import TenantUnitOfWorkFactory


class DecideRecommendation:
    """Accept or dismiss a pending recommendation."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def execute(self, user_id: UUID, recommendation_id: UUID, status: Status) -> Recommendation:
        """Raise `NotFound` also for one of a business that the person is no member of, `Conflict` unless pending."""
        now = self._clock.now()
        async with self._unit_of_work(user_id) as work:
            current = await work.recommendations.get(recommendation_id)
            role = await work.businesses.role_of(user_id, current.business_id) if current else None
            if current is None or role is None:
                raise NotFound("No such recommendation.")
            Caller(user_id=user_id, business_id=current.business_id, role=role).require(Role.ADMIN)
            if current.status is not Status.PENDING:
                raise Conflict(f"This recommendation is {current.status} already.", status=str(current.status))
            dismissed_until = now + dt.timedelta(days=DISMISSED_DAYS) if status is Status.DISMISSED else None
            decided = msgspec.structs.replace(current, status=status, dismissed_until=dismissed_until, updated_at=now)
            await work.recommendations.save(decided, expected=Status.PENDING)
            await work.commit()
        return decided

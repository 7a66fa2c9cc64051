from uuid import UUID

from vaultra_core.domain.audit import AuditAction, audited
from vaultra_core.errors import NotFound
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import TenantUnitOfWorkFactory


class RevokeToken:
    """Take a personal token away. The next call with it is refused."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def execute(self, user_id: UUID, token_id: UUID) -> None:
        """Raise `NotFound` also for somebody else's."""
        async with self._unit_of_work(user_id) as work:
            token = await work.tokens.remove(user_id, token_id)
            if token is None:
                raise NotFound("No such token.")
            await work.audit.add(
                audited(
                    AuditAction.TOKEN_REVOKED,
                    self._clock.now(),
                    actor_id=user_id,
                    business_id=token.business_id,
                    target=str(token.id),
                )
            )
            await work.commit()

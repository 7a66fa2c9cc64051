import datetime as dt
from typing import Final

from vaultra_core.domain.audit import RETENTION
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import UnitOfWorkFactory

# As long as Stripe itself keeps events. Whoever connects the account after that has it imported from its lists anyway.
UNKNOWN_KEPT: Final = dt.timedelta(days=30)


class ForgetExpired:
    """Delete what has run out by itself and only takes room: sessions, counts of tries, what the audit log has kept
    long enough, and events of accounts that nobody has connected."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def execute(self) -> int:
        """How many were deleted."""
        now = self._clock.now()
        async with self._unit_of_work() as work:
            forgotten = await work.sessions.forget_expired(now) + await work.rate_limits.forget_full(now)
            forgotten += await work.audit.forget(now - RETENTION)
            forgotten += await work.inbox.forget_unknown(now - UNKNOWN_KEPT)
            await work.commit()
        return forgotten

import datetime as dt
import logging
from typing import Any

import msgspec

from vaultra_core.domain.accounts import ImportPhase, Integration, IntegrationStatus
from vaultra_core.errors import Forbidden, VaultraError
from vaultra_core.ports.payments import PaymentsProvider
from vaultra_core.ports.runtime import Clock, Job, JobQueue
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.use_cases.import_account import ImportAccount, LeaseLost
from vaultra_core.use_cases.read_events import ReadEvents

logger = logging.getLogger(__name__)

INTERVAL = dt.timedelta(minutes=15)
LEASE_SECONDS = 60


class SyncStripe:
    """Bring every account that is due up to date: finish its import, then read the events since the last time.

    Safe to run in parallel: an account is leased, and a lease that was overtaken can no longer write. One account
    that fails is marked with the reason and tried again later; the others go on.
    """

    def __init__(
        self,
        unit_of_work: UnitOfWorkFactory,
        provider: PaymentsProvider,
        queue: JobQueue,
        clock: Clock,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._queue = queue
        self._clock = clock
        self._import = ImportAccount(unit_of_work, provider, queue, clock, lease_seconds=LEASE_SECONDS)
        self._read_events = ReadEvents(unit_of_work, provider, queue, clock)

    async def execute(self) -> int:
        """Sync one account after the other until none is due; how many were. Run several of these side by side."""
        count = 0
        while True:
            async with self._unit_of_work() as work:
                leased = await work.integrations.lease_due(self._clock.now(), seconds=LEASE_SECONDS)
                await work.commit()
            if leased is None:
                return count
            await self.sync(*leased)
            count += 1

    async def sync(self, integration: Integration, token: int) -> None:
        try:
            if integration.phase is not ImportPhase.COMPLETE:
                await self._import.execute(integration, token)
            synced_from = self._clock.now()
            await self._read_events.execute(integration)
            await self._close(integration, token, synced_from=synced_from)
        except LeaseLost:
            logger.info("stripe_sync %s: another worker has taken over", integration.external_id)
        except Forbidden as error:
            await self._close(integration, token, revoked=error)
        except Exception as error:
            # Whatever it is, it must not stop the other accounts; what is not ours is logged in full.
            if not isinstance(error, VaultraError):
                logger.exception("stripe_sync %s failed", integration.external_id)
            await self._close(integration, token, failed=error)

    async def _close(
        self,
        integration: Integration,
        token: int,
        *,
        synced_from: dt.datetime | None = None,
        revoked: Forbidden | None = None,
        failed: Exception | None = None,
    ) -> None:
        """Write down how the sync ended and give the lease back."""
        now = self._clock.now()
        async with self._unit_of_work() as work:
            if not await work.integrations.hold(integration.id, token, now, seconds=LEASE_SECONDS):
                return
            current = await work.integrations.of_business(integration.business_id)
            if current is None or current.status is IntegrationStatus.REVOKED:
                return
            changes: dict[str, Any]
            if synced_from is not None:
                changes = {
                    "status": IntegrationStatus.ACTIVE,
                    "error": None,
                    "failures": 0,
                    "last_synced_at": now,
                    "events_through": int(synced_from.timestamp()),
                    "next_sync_at": now + INTERVAL,
                }
            elif revoked is not None:
                changes = {"status": IntegrationStatus.REVOKED, "error": revoked.message, "next_sync_at": None}
            else:
                message = failed.message if isinstance(failed, VaultraError) else "Something went wrong on our side."
                changes = {
                    "status": IntegrationStatus.ERROR,
                    "error": message,
                    "failures": current.failures + 1,
                    "next_sync_at": now + backoff(current.failures + 1),
                }
            await work.integrations.save(msgspec.structs.replace(current, updated_at=now, **changes))
            await work.integrations.release(integration.id, token)
            await work.commit()
        await self._queue.wake(Job.COMPUTE_METRICS)


def backoff(failures: int) -> dt.timedelta:
    """10 s, 20 s, 40 s … up to the regular interval."""
    return min(INTERVAL, dt.timedelta(seconds=10 * 2 ** min(failures - 1, 10)))

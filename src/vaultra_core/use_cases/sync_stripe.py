import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from vaultra_core.domain.accounts import ImportPhase, Integration, IntegrationStatus
from vaultra_core.domain.imports import EVENTS_TRUSTED_DAYS, plan_catch_up
from vaultra_core.errors import Forbidden, VaultraError
from vaultra_core.ports.payments import PaymentsProvider
from vaultra_core.ports.runtime import Clock, Job, JobQueue
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.use_cases.backoff import backoff
from vaultra_core.use_cases.import_account import ImportAccount, LeaseLost
from vaultra_core.use_cases.read_events import EventsRead, ReadEvents, read_through

logger = logging.getLogger(__name__)

INTERVAL = dt.timedelta(minutes=15)
# Whoever dies leaves the account to others after this. Who lives renews it three times as often, so that a slow answer
# of Stripe's does not look like a death.
LEASE_SECONDS = 15


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
            async with self._renewing(integration, token):
                integration = await self._catch_up(integration, token)
                if integration.phase is not ImportPhase.COMPLETE:
                    await self._import.execute(integration, token)
                read = await self._read_events.execute(integration)
            await self._close(integration, token, read=read)
        except LeaseLost:
            logger.info("stripe_sync %s: another worker has taken over", integration.external_id)
        except Forbidden as error:
            await self._close(integration, token, revoked=error)
        except asyncio.CancelledError:
            await self._let_go(integration, token)
            raise
        except Exception as error:
            # Whatever it is, it must not stop the other accounts; what is not ours is logged in full.
            if not isinstance(error, VaultraError):
                logger.exception("stripe_sync %s failed", integration.external_id)
            await self._close(integration, token, failed=error)

    async def _let_go(self, integration: Integration, token: int) -> None:
        """Told to stop: whoever comes next need not wait until the lease has run out."""
        with contextlib.suppress(VaultraError):  # without a database it runs out by itself
            async with self._unit_of_work() as work:
                await work.integrations.release(integration.id, token)
                await work.commit()

    @contextlib.asynccontextmanager
    async def _renewing(self, integration: Integration, token: int) -> AsyncIterator[None]:
        renewal = asyncio.create_task(self._renew(integration, token))
        try:
            yield
        finally:
            renewal.cancel()
            await asyncio.gather(renewal, return_exceptions=True)

    async def _renew(self, integration: Integration, token: int) -> None:
        held = True
        while held:
            await asyncio.sleep(LEASE_SECONDS / 3)
            try:
                async with self._unit_of_work() as work:
                    now = self._clock.now()
                    held = await work.integrations.hold(integration.id, token, now, seconds=LEASE_SECONDS)
                    await work.commit()
            except VaultraError as error:
                logger.warning("stripe_sync %s: lease not renewed: %s", integration.external_id, error.message)

    async def _catch_up(self, integration: Integration, token: int) -> Integration:
        """Plan to read lists where the events since the last sync are not kept any more.

        From the moment of the plan on events are good again, since every list is read after it.
        """
        now = self._clock.now()
        since = read_through(integration)
        if int(now.timestamp()) - since < EVENTS_TRUSTED_DAYS * 86_400:
            return integration
        logger.warning("stripe_sync %s: events since %d are not kept any more, reading lists", integration.id, since)
        starting = integration.phase is ImportPhase.STARTING
        planned = msgspec.structs.replace(
            integration,
            phase=ImportPhase.STARTING if starting else ImportPhase.EXTENDING,
            events_through=int(now.timestamp()),
            import_started_at=now,
            import_finished_at=None,
            updated_at=now,
        )
        windows = plan_catch_up(integration.id, now=now, since=since)
        async with self._unit_of_work() as work:
            if not await work.integrations.hold(integration.id, token, now, seconds=LEASE_SECONDS):
                raise LeaseLost("Another worker has taken over this account.")
            await work.windows.add(windows)
            for window in windows:  # one that was read before under the same key is read once more
                await work.windows.save(window)
            await work.integrations.save(planned)
            await work.commit()
        return planned

    async def _close(
        self,
        integration: Integration,
        token: int,
        *,
        read: EventsRead | None = None,
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
            if read is not None:
                changes = {
                    "status": IntegrationStatus.ACTIVE,
                    "error": None,
                    "failures": 0,
                    "last_synced_at": now,
                    "next_sync_at": now + INTERVAL,
                    **msgspec.structs.asdict(read),
                }
            elif revoked is not None:
                changes = {"status": IntegrationStatus.REVOKED, "error": revoked.message, "next_sync_at": None}
            else:
                message = failed.message if isinstance(failed, VaultraError) else "Something went wrong on our side."
                changes = {
                    "status": IntegrationStatus.ERROR,
                    "error": message,
                    "failures": current.failures + 1,
                    "next_sync_at": now
                    + backoff(current.failures + 1, first=10, factor=2, most=INTERVAL.total_seconds()),
                }
            await work.integrations.save(msgspec.structs.replace(current, updated_at=now, **changes))
            await work.integrations.release(integration.id, token)
            await work.commit()
        self._queue.wake(Job.COMPUTE_METRICS)

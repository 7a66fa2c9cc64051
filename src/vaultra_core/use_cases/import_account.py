import datetime as dt
import functools
from collections.abc import Sequence

import msgspec

from vaultra_core.domain.accounts import ImportPhase, ImportWindow, Integration
from vaultra_core.domain.ledger import Subscription
from vaultra_core.errors import VaultraError
from vaultra_core.periods import local_day
from vaultra_core.ports.payments import PaymentsProvider
from vaultra_core.ports.runtime import Clock, Job, JobQueue
from vaultra_core.ports.storage import UnitOfWork, UnitOfWorkFactory
from vaultra_core.use_cases.keep_unread import keep_unread
from vaultra_core.use_cases.read_windows import ReadWindows, Step
from vaultra_core.use_cases.record_observations import record_observations


class LeaseLost(VaultraError):
    """Somebody else works on this account now: whatever we still hold is stale."""


class ImportAccount:
    """Read an account's history, window by window, and checkpoint every page in the transaction that stores it.

    A process that dies repeats at most the few pages that were read and not stored; closed windows are never read
    again. No database connection is held while Stripe is asked.
    """

    def __init__(
        self,
        unit_of_work: UnitOfWorkFactory,
        provider: PaymentsProvider,
        queue: JobQueue,
        clock: Clock,
        *,
        lease_seconds: int,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._provider = provider
        self._queue = queue
        self._clock = clock
        self._lease_seconds = lease_seconds

    async def execute(self, integration: Integration, token: int) -> None:
        """Run what is left of the import, phase by phase. Raise `LeaseLost` when another worker has taken over."""
        for phase in (ImportPhase.STARTING, ImportPhase.EXTENDING):
            async with self._unit_of_work() as work:
                windows = await work.windows.of(integration.id)
            open_windows = [window for window in windows if window.phase is phase and not window.closed]
            # Newest first, whatever the kind, so that the days that are in are complete.
            open_windows.sort(key=lambda window: (window.kind != Subscription.kind, -window.ends_at))
            if open_windows:
                store = functools.partial(self._store, integration, token)
                await ReadWindows(self._provider, integration.external_id, store).execute(open_windows)
            await self._finish_phase(integration, token, phase)

    async def _store(self, integration: Integration, token: int, steps: Sequence[Step]) -> None:
        async with self._unit_of_work() as work:
            await self._hold(work, integration, token)
            business = await work.businesses.get(integration.business_id)
            assert business is not None
            await record_observations(work, business, [record for step in steps for record in step.records])
            unread = [one for step in steps for one in step.unread]
            await keep_unread(work, integration, unread, self._clock.now())
            latest: dict[tuple[str, int], ImportWindow] = {}
            for step in steps:
                for window in (step.window, step.split_off):
                    if window is not None:
                        latest[window.kind, window.starts_at] = window
            split_off = [latest[s.split_off.kind, s.split_off.starts_at] for s in steps if s.split_off is not None]
            await work.windows.add(split_off)
            for window in latest.values():
                if window not in split_off:
                    await work.windows.save(window)
            await work.commit()

    async def _finish_phase(self, integration: Integration, token: int, phase: ImportPhase) -> None:
        """Once the newest 90 days are in, there can be a score; once all is in, its whole history."""
        now = self._clock.now()
        async with self._unit_of_work() as work:
            await self._hold(work, integration, token)
            current = await work.integrations.of_business(integration.business_id)
            assert current is not None
            if phase is ImportPhase.STARTING:
                current = msgspec.structs.replace(current, phase=ImportPhase.EXTENDING, updated_at=now)
            else:
                current = msgspec.structs.replace(
                    current, phase=ImportPhase.COMPLETE, import_finished_at=now, updated_at=now
                )
                await self._recompute_all(work, integration, now)
            await work.integrations.save(current)
            await work.commit()
        self._queue.wake(Job.COMPUTE_METRICS)

    async def _recompute_all(self, work: UnitOfWork, integration: Integration, now: dt.datetime) -> None:
        business = await work.businesses.get(integration.business_id)
        assert business is not None
        span = await work.ledger.span(integration.business_id)
        if span is None:
            return
        computation = await work.computations.lock(integration.business_id)
        first = local_day(min(span[0], int(now.timestamp())), business.timezone)
        await work.computations.save(msgspec.structs.replace(computation, metrics_from=first))

    async def _hold(self, work: UnitOfWork, integration: Integration, token: int) -> None:
        held = await work.integrations.hold(integration.id, token, self._clock.now(), seconds=self._lease_seconds)
        if not held:
            raise LeaseLost("Another worker has taken over this account.")

"""How far the ledger is complete to the cent: judge what changed, retrieve what differs, judge again, write it down."""

import datetime as dt
import logging
from uuid import UUID

import msgspec

from vaultra_core.domain.ledger import BalanceTransaction
from vaultra_core.domain.reconciliation import Certificate, CertificateState
from vaultra_core.errors import VaultraError
from vaultra_core.periods import last_complete_day
from vaultra_core.ports.payments import PaymentsProvider
from vaultra_core.ports.runtime import Clock, Job, JobQueue
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.use_cases.drain import drain
from vaultra_core.use_cases.judge_ledger import ONE_DAY, Check, JudgeLedger, still_there

logger = logging.getLogger(__name__)

INTERVAL = dt.timedelta(hours=1)
LONGEST_WAIT = dt.timedelta(hours=6)  # while differences stay that a retrieve does not repair
# A day can be judged an hour after it is over: Stripe may take that long to book a charge that it captures later.
GRACE = dt.timedelta(hours=1)
# What is retrieved may open other days: a payout's item names a refund that nobody has seen.
ROUNDS = 4
SHOWN = 100  # differences in a certificate


class Certify:
    """Reconcile the ledger of every business where something on a closed day changed since it was last reconciled.

    Days that agree are closed in the transaction that judged them; days that do not stay open, so that whoever dies
    in between has lost nothing and every difference is looked at again. Safe to run twice and in parallel.
    """

    def __init__(
        self, unit_of_work: UnitOfWorkFactory, provider: PaymentsProvider, queue: JobQueue, clock: Clock
    ) -> None:
        self._unit_of_work = unit_of_work
        self._ledger = JudgeLedger(unit_of_work, provider, clock)
        self._queue = queue
        self._clock = clock

    async def execute(self) -> int:
        """Certify every business that is due; how many were."""
        done = await drain(
            self._unit_of_work,
            lambda work, limit: work.certificates.due(self._clock.now(), self._closed(), limit=limit),
            lambda due: self.certify(due[0]),
            at_once=1,
        )
        if done:
            self._queue.wake(Job.COMPUTE_METRICS)
        return done

    async def certify(self, business_id: UUID) -> None:
        """Look at one business, unless somebody else has begun to."""
        check = await self._claim(business_id)
        if check is None:
            return
        try:
            listed_through = await self._ledger.list_transactions(check)
            await self._ledger.judge(check)
            for _ in range(ROUNDS):
                before = check.differences
                await self._ledger.retrieve(check)
                await self._ledger.judge(check)
                if check.differences == before:
                    break
            await self._conclude(check, listed_through)
        except VaultraError as error:
            logger.warning("certify %s: %s", check.integration.external_id, error.message)
            await self._give_up(check)

    def _closed(self) -> dt.date:
        return last_complete_day(self._clock.now() - GRACE, "UTC")

    async def _claim(self, business_id: UUID) -> Check | None:
        now = self._clock.now()
        async with self._unit_of_work() as work:
            await work.computations.lock(business_id)
            integration = await work.integrations.of_business(business_id)
            known = await work.certificates.get(business_id)
            if integration is None or (known is not None and known.next_at > now):
                return None
            windows = await work.windows.of(integration.id)
            since = min(
                (window.starts_at for window in windows if window.kind == BalanceTransaction.kind),
                default=int(integration.import_started_at.timestamp()),
            )
            check = Check(
                integration=integration,
                certificate=known or Certificate(business_id=business_id, next_at=now),
                since=since,
                closed=self._closed(),
            )
            await self._ledger.renew(work, check)
            # What lies before the import cannot be judged: its balance transactions were never read.
            early = await work.certificates.opened(business_id, after=dt.date.min, through=check.before)
            await work.certificates.close_days(business_id, early)
            await work.commit()
        return check

    async def _conclude(self, check: Check, listed_through: int) -> None:
        now, business_id = self._clock.now(), check.integration.business_id
        async with self._unit_of_work() as work:
            await work.computations.lock(business_id)
            await still_there(work, check)
            left = await work.certificates.opened(business_id, after=check.before, through=check.closed, limit=1)
            state = CertificateState.COMPLETE
            if left:
                state = CertificateState.DIFFERS if check.count else CertificateState.CHECKING
            through = left[0] - ONE_DAY if left else check.closed
            failures = check.certificate.failures + 1 if check.count else 0
            await work.certificates.save(
                Certificate(
                    business_id=business_id,
                    state=state,
                    complete_through=through if through > check.before else None,
                    judged_through=check.closed,
                    differences=tuple(check.differences[:SHOWN]),
                    difference_count=check.count,
                    checked_at=now,
                    listed_through=listed_through,
                    failures=failures,
                    next_at=now + wait(failures),
                )
            )
            await work.commit()

    async def _give_up(self, check: Check) -> None:
        """Stripe cannot be asked now. What was known stays; it is tried again."""
        failures = check.certificate.failures + 1
        async with self._unit_of_work() as work:
            await work.computations.lock(check.integration.business_id)
            if await work.certificates.get(check.integration.business_id) is None:
                return  # purged in the meantime
            later = self._clock.now() + wait(failures)
            await work.certificates.save(msgspec.structs.replace(check.certificate, failures=failures, next_at=later))
            await work.commit()


def wait(failures: int) -> dt.timedelta:
    """An hour; with differences 1 h, 2 h, 4 h and then every 6 h."""
    return min(LONGEST_WAIT, INTERVAL * (1 << min(max(failures - 1, 0), 10)))

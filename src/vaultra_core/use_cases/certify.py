"""How far the ledger is complete to the cent: judge what changed, retrieve what differs, judge again, write it down."""

import asyncio
import datetime as dt
import logging
from collections.abc import Collection, Coroutine, Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec

from vaultra_core.domain.accounts import Integration, IntegrationStatus
from vaultra_core.domain.ledger import BalanceTransaction, Payout, Record
from vaultra_core.domain.reconciliation import (
    Certificate,
    CertificateState,
    Difference,
    Problem,
    itemised,
    reconcile,
)
from vaultra_core.errors import Conflict, InvalidInput, NotFound, VaultraError
from vaultra_core.periods import last_complete_day, utc_day
from vaultra_core.ports.payments import PaymentsProvider
from vaultra_core.ports.runtime import Clock, Job, JobQueue
from vaultra_core.ports.storage import UnitOfWork, UnitOfWorkFactory
from vaultra_core.use_cases.drain import drain
from vaultra_core.use_cases.record_observations import record_observations

logger = logging.getLogger(__name__)

INTERVAL = dt.timedelta(hours=1)
LONGEST_WAIT = dt.timedelta(hours=6)  # while differences stay that a retrieve does not repair
# A day can be judged an hour after it is over: Stripe may take that long to book a charge that it captures later.
GRACE = dt.timedelta(hours=1)
CLAIM = dt.timedelta(minutes=10)  # renewed with every step; who dies leaves the business to others after it
OVERLAP_SECONDS = 86_400  # balance transactions have no events: the last day is listed again
DAYS_AT_ONCE = 14  # judged in one transaction: memory and the business's lock are held for that much
CALLS_AT_ONCE = 5
RECORDED_AT_ONCE = 1_000
# What is retrieved may open other days: a payout's item names a refund that nobody has seen.
ROUNDS = 4
REMEMBERED = 1_000  # differences that are retrieved in one run
SHOWN = 100  # differences in a certificate
ONE_DAY = dt.timedelta(days=1)


class _Check(msgspec.Struct, kw_only=True):
    """One look at one business."""

    integration: Integration
    certificate: Certificate  # the last one
    since: int  # Unix seconds: from here on the account's balance transactions were imported
    closed: dt.date  # the last day that is over
    payouts: dict[str, int] = {}  # sum of the items, by payout
    differences: list[Difference] = []
    count: int = 0

    @property
    def before(self) -> dt.date:
        return utc_day(self.since) - ONE_DAY


class Certify:
    """Reconcile the ledger of every business where something on a closed day changed since it was last reconciled.

    Days that agree are closed in the transaction that judged them; days that do not stay open, so that whoever dies
    in between has lost nothing and every difference is looked at again. Safe to run twice and in parallel.
    """

    def __init__(
        self, unit_of_work: UnitOfWorkFactory, provider: PaymentsProvider, queue: JobQueue, clock: Clock
    ) -> None:
        self._unit_of_work = unit_of_work
        self._provider = provider
        self._queue = queue
        self._clock = clock

    async def execute(self) -> int:
        """Certify until no business is due; how many were."""
        done = await drain(
            self._unit_of_work,
            lambda work, limit: work.certificates.due(self._clock.now(), self._closed(), limit=limit),
            self.certify,
        )
        if done:
            await self._queue.wake(Job.COMPUTE_METRICS)
        return done

    async def certify(self, business_id: UUID) -> None:
        """Look at one business, unless somebody else has begun to."""
        check = await self._claim(business_id)
        if check is None:
            return
        try:
            listed_through = await self._list_transactions(check)
            await self._judge(check)
            for _ in range(ROUNDS):
                before = check.differences
                await self._retrieve(check)
                await self._judge(check)
                if check.differences == before:
                    break
            await self._conclude(check, listed_through)
        except VaultraError as error:
            logger.warning("certify %s: %s", check.integration.external_id, error.message)
            await self._give_up(check)

    def _closed(self) -> dt.date:
        return last_complete_day(self._clock.now() - GRACE, "UTC")

    async def _claim(self, business_id: UUID) -> _Check | None:
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
            check = _Check(
                integration=integration,
                certificate=known or Certificate(business_id=business_id, next_at=now),
                since=since,
                closed=self._closed(),
            )
            await self._renew(work, check)
            # What lies before the import cannot be judged: its balance transactions were never read.
            early = await work.certificates.opened(business_id, after=dt.date.min, through=check.before)
            await work.certificates.close_days(business_id, early)
            await work.commit()
        return check

    async def _renew(self, work: UnitOfWork, check: _Check) -> None:
        claimed = msgspec.structs.replace(check.certificate, next_at=self._clock.now() + CLAIM)
        await work.certificates.save(claimed)

    async def _list_transactions(self, check: _Check) -> int:
        """Read the balance transactions since the last time; the moment through which they are in now."""
        until = int(self._clock.now().timestamp()) + 1
        known = check.certificate.listed_through or int(check.integration.import_started_at.timestamp())
        cursor: str | None = None
        while True:
            page = await self._provider.list_page(
                check.integration.external_id,
                BalanceTransaction.kind,
                starts_at=min(known, until) - OVERLAP_SECONDS,
                ends_at=until,
                cursor=cursor,
            )
            await self._record(check, page.records)
            cursor = page.cursor
            if cursor is None:
                return until

    async def _judge(self, check: _Check) -> None:
        """Judge every open day that is over, close those that agree, note what does not."""
        check.differences, check.count = [], 0
        business_id, after = check.integration.business_id, check.before
        while True:
            async with self._unit_of_work() as work:
                days = await work.certificates.opened(
                    business_id, after=after, through=check.closed, limit=DAYS_AT_ONCE
                )
                payouts = itemised(await work.certificates.payouts(business_id, days), days)
            if not days:
                return
            await self._sum_items(check, payouts)
            await self._judge_days(check, days)
            after = days[-1]

    async def _judge_days(self, check: _Check, days: Collection[dt.date]) -> None:
        business_id = check.integration.business_id
        async with self._unit_of_work() as work:
            await work.computations.lock(business_id)
            statement = await work.certificates.statement(business_id, days, since=check.since)
            found = await asyncio.to_thread(reconcile, statement, days, check.payouts)
            # A payout that arrived since its items were asked for: its day stays open.
            unsure = {
                utc_day(payout.created)
                for payout in itemised(statement.objects, days)
                if payout.id not in check.payouts
            }
            unsure |= {difference.day for difference in found}
            await work.certificates.close_days(business_id, set(days) - unsure)
            await self._renew(work, check)
            await work.commit()
        check.count += len(found)
        check.differences += found[: REMEMBERED - len(check.differences)]

    async def _sum_items(self, check: _Check, payouts: Iterable[Payout]) -> None:
        """Ask what these payouts consist of; the items are observations like any other."""
        seen: list[Record] = []
        places = asyncio.Semaphore(CALLS_AT_ONCE)

        async def add(payout: Payout) -> None:
            total, cursor = 0, None
            async with places:
                while True:
                    page = await self._provider.list_payout(check.integration.external_id, payout.id, cursor=cursor)
                    total += _net_without(payout, page.records)
                    seen.extend(page.records)
                    if len(seen) >= RECORDED_AT_ONCE:
                        ready, seen[:] = seen[:], []
                        await self._record(check, ready)
                    cursor = page.cursor
                    if cursor is None:
                        break
            check.payouts[payout.id] = total

        await _all(add(payout) for payout in payouts if payout.id not in check.payouts)
        if seen:
            await self._record(check, seen)

    async def _retrieve(self, check: _Check) -> None:
        """Fetch what differs, each object with its balance transactions, and let the merge decide."""

        async def fetch(difference: Difference) -> None:
            async with places:
                try:
                    records = await self._provider.retrieve(
                        check.integration.external_id, difference.kind, difference.id
                    )
                except (NotFound, InvalidInput) as error:
                    logger.info("%s %s: %s", difference.kind, difference.id, error.message)  # it stays a difference
                    return
                await self._record(check, records)

        places = asyncio.Semaphore(CALLS_AT_ONCE)
        for difference in check.differences:
            if difference.problem is Problem.ITEMS:
                check.payouts.pop(difference.id, None)
        await _all(fetch(difference) for difference in check.differences)

    async def _record(self, check: _Check, records: Sequence[Record]) -> None:
        """Merge, if the business is still connected to this account: a purge in between must stay one."""
        business_id = check.integration.business_id
        async with self._unit_of_work() as work:
            await work.computations.lock(business_id)
            integration = await work.integrations.of_business(business_id)
            business = await work.businesses.get(business_id)
            if business is None or integration is None or integration.id != check.integration.id:
                raise Conflict("The account was disconnected in the meantime.")
            if integration.status is IntegrationStatus.REVOKED:
                raise Conflict("Access to the account was withdrawn in the meantime.")
            await record_observations(work, business, records)
            await work.commit()

    async def _conclude(self, check: _Check, listed_through: int) -> None:
        now, business_id = self._clock.now(), check.integration.business_id
        async with self._unit_of_work() as work:
            await work.computations.lock(business_id)
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

    async def _give_up(self, check: _Check) -> None:
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


def _net_without(payout: Payout, records: Sequence[Record]) -> int:
    """Sum of the net of a payout's items; its own balance transaction, which is listed with them, is none of them."""
    items = [record.state for record in records]
    return sum(item.net_minor for item in items if isinstance(item, BalanceTransaction) and item.source != payout.id)


async def _all(calls: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Wait for all of them; the first that fails stops the others and is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            for call in calls:
                group.create_task(call)
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from failures

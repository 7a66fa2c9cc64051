"""One look at the ledger of one business: read its balance, judge its open days, retrieve what differs."""

import asyncio
import datetime as dt
import logging
from collections.abc import Collection, Iterable, Sequence

import msgspec

from vaultra_core.domain.accounts import Integration, IntegrationStatus
from vaultra_core.domain.ledger import BalanceTransaction, Payout, Record
from vaultra_core.domain.reconciliation import Certificate, Difference, Problem, itemised, reconcile
from vaultra_core.errors import Conflict, InvalidInput, NotFound
from vaultra_core.periods import utc_day
from vaultra_core.ports.payments import PaymentsProvider, Unread
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import UnitOfWork, UnitOfWorkFactory
from vaultra_core.use_cases.keep_unread import keep_unread
from vaultra_core.use_cases.record_observations import record_observations
from vaultra_core.use_cases.together import together

logger = logging.getLogger(__name__)

CLAIM = dt.timedelta(minutes=10)  # renewed with every step; who dies leaves the business to others after it
OVERLAP_SECONDS = 86_400  # balance transactions have no events: the last day is listed again
DAYS_AT_ONCE = 14  # judged in one transaction: memory and the business's lock are held for that much
CALLS_AT_ONCE = 5
RECORDED_AT_ONCE = 1_000
REMEMBERED = 1_000  # differences that are retrieved in one run
ONE_DAY = dt.timedelta(days=1)


class Check(msgspec.Struct, kw_only=True):
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


class JudgeLedger:
    """The steps of a check. Days that agree are closed in the transaction that judged them, the others stay open."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, provider: PaymentsProvider, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._provider = provider
        self._clock = clock

    async def renew(self, work: UnitOfWork, check: Check) -> None:
        """Keep others from beginning the same for as long as CLAIM."""
        claimed = msgspec.structs.replace(check.certificate, next_at=self._clock.now() + CLAIM)
        await work.certificates.save(claimed)

    async def list_transactions(self, check: Check) -> int:
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
            await self._record(check, page.records, page.unread)
            cursor = page.cursor
            if cursor is None:
                return until

    async def judge(self, check: Check) -> None:
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

    async def _judge_days(self, check: Check, days: Collection[dt.date]) -> None:
        business_id = check.integration.business_id
        async with self._unit_of_work() as work:
            await work.computations.lock(business_id)
            await still_there(work, check)
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
            await self.renew(work, check)
            await work.commit()
        check.count += len(found)
        check.differences += found[: REMEMBERED - len(check.differences)]

    async def _sum_items(self, check: Check, payouts: Iterable[Payout]) -> None:
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

        await together(add(payout) for payout in payouts if payout.id not in check.payouts)
        if seen:
            await self._record(check, seen)

    async def retrieve(self, check: Check) -> None:
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
        await together(fetch(difference) for difference in check.differences)

    async def _record(self, check: Check, records: Sequence[Record], unread: Sequence[Unread] = ()) -> None:
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
            await keep_unread(work, integration, unread, self._clock.now())
            await work.commit()


async def still_there(work: UnitOfWork, check: Check) -> None:
    """Raise `Conflict` when the business has been purged since its check was claimed: a purge must stay one."""
    if await work.certificates.get(check.integration.business_id) is None:
        raise Conflict("What was imported has been deleted in the meantime.")


def _net_without(payout: Payout, records: Sequence[Record]) -> int:
    """Sum of the net of a payout's items; its own balance transaction, which is listed with them, is none of them."""
    items = [record.state for record in records]
    return sum(item.net_minor for item in items if isinstance(item, BalanceTransaction) and item.source != payout.id)

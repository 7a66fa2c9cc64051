import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from vaultra_core.domain.accounts import Business
from vaultra_core.domain.activity import DayActivity
from vaultra_core.domain.fold import fold_days
from vaultra_core.domain.ledger import (
    BalanceTransaction,
    Charge,
    ChargeStatus,
    Dispute,
    LedgerObject,
    Payout,
    Record,
    Refund,
    Subscription,
    merge,
)
from vaultra_core.errors import Conflict
from vaultra_core.periods import day_bounds, utc_bounds
from vaultra_core.ports.storage import Change, Computation, LedgerSlice
from vaultra_core.testing.memory.transaction import MemoryCollection

T = TypeVar("T", bound=LedgerObject)
IMPORTED = (
    "ledger",
    "unreconciled",
    "certificates",
    "doubts",
    "days",
    "dirty",
    "snapshots",
    "scores",
    "recommendations",
)


class MemoryLedger(MemoryCollection):
    async def merge(self, business_id: UUID, records: Sequence[Record]) -> list[Change]:
        if business_id not in self._rows("businesses"):
            raise Conflict("No such business.")
        rows = self._rows("ledger")
        touched: dict[tuple[UUID, str, str], Record | None] = {}
        for record in records:
            key = (business_id, record.state.kind, record.state.id)
            before = rows.get(key)
            touched.setdefault(key, before)
            rows[key] = merge(before, record) if before else record
        changes = [Change(before, rows[key]) for key, before in touched.items()]
        return [change for change in changes if _differs(change)]

    async def first_charges(self, business_id: UUID, sales: Mapping[str, int]) -> dict[str, int]:
        newest = max((charge.created for charge in self._of(Charge, business_id)), default=0)
        return self._first_charges(business_id, {customer for customer, moment in sales.items() if moment < newest})

    def _first_charges(self, business_id: UUID, customers: Collection[str]) -> dict[str, int]:
        first: dict[str, int] = {}
        for sale in self._sales(business_id):
            if sale.customer is not None and sale.customer in customers:
                first[sale.customer] = min(sale.created, first.get(sale.customer, sale.created))
        return first

    async def charge_times(self, business_id: UUID, spans: Sequence[tuple[str, int, int]]) -> list[int]:
        sales = self._sales(business_id)
        return [
            sale.created
            for customer, after, until in spans
            for sale in sales
            if sale.customer == customer and after < sale.created <= until
        ]

    async def dependent_times(self, business_id: UUID, charges: Collection[str]) -> list[int]:
        returned: list[Refund | Dispute] = [*self._of(Refund, business_id), *self._of(Dispute, business_id)]
        return [entry.created for entry in returned if entry.charge in charges]

    async def charges_of(self, business_id: UUID, balance_transactions: Collection[str]) -> list[LedgerObject]:
        charges = self._of(Charge, business_id)
        return [charge for charge in charges if charge.balance_transaction in balance_transactions]

    async def slice(
        self,
        business_id: UUID,
        ranges: Sequence[tuple[int, int, int, int]],
        *,
        only: type[LedgerObject] | None = None,
    ) -> LedgerSlice:
        def on_these_days(moment: int) -> bool:
            return any(start <= moment < end for start, end, _, _ in ranges)

        def asked(kind: type[T]) -> list[T]:
            return self._of(kind, business_id) if only in (None, kind) else []

        refunds = [refund for refund in asked(Refund) if on_these_days(refund.created)]
        disputes = [dispute for dispute in asked(Dispute) if on_these_days(dispute.created)]
        payouts = [
            payout for payout in asked(Payout) if any(start <= payout.arrival_date < end for _, _, start, end in ranges)
        ]
        returned: list[Refund | Dispute] = [*refunds, *disputes]
        needed = {entry.charge for entry in returned}
        charges = [charge for charge in asked(Charge) if on_these_days(charge.created)]
        present = {charge.id for charge in charges}
        charges += [each for each in self._of(Charge, business_id) if each.id in needed - present]
        currency = self._rows("businesses")[business_id].currency
        foreign = {entry.charge for entry in returned if entry.currency != currency}
        settled_by = {c.balance_transaction for c in charges if c.currency != currency or c.id in foreign}
        rates = [] if only else [each for each in self._of(BalanceTransaction, business_id) if each.id in settled_by]
        customers = {charge.customer for charge in charges if charge.customer and only in (None, Charge)}
        return LedgerSlice(
            objects=[*charges, *refunds, *disputes, *payouts, *rates],
            first_charges=self._first_charges(business_id, customers),
        )

    async def subscriptions(self, business_id: UUID) -> list[Subscription]:
        return sorted(self._of(Subscription, business_id), key=lambda subscription: subscription.id)

    async def span(self, business_id: UUID) -> tuple[int, int] | None:
        dated: Iterable[LedgerObject] = (
            *self._of(Charge, business_id),
            *self._of(Refund, business_id),
            *self._of(Dispute, business_id),
        )
        moments = [entry.created for entry in dated]
        moments += [payout.arrival_date for payout in self._of(Payout, business_id)]
        return (min(moments), max(moments)) if moments else None

    async def purge(self, business_id: UUID) -> None:
        for table in IMPORTED:
            rows = self._rows(table)
            for key in list(rows):
                owner = _owner(table, key, rows[key])
                if owner == business_id:
                    del rows[key]
        if business_id in self._rows("computations"):
            self._rows("computations")[business_id] = Computation(business_id=business_id)

    def _of(self, kind: type[T], business_id: UUID) -> list[T]:
        states = [record.state for key, record in self._rows("ledger").items() if key[0] == business_id]
        return [state for state in states if isinstance(state, kind)]

    def _sales(self, business_id: UUID) -> list[Charge]:
        charges = self._of(Charge, business_id)
        return [charge for charge in charges if charge.status is ChargeStatus.SUCCEEDED and charge.captured]


def _owner(table: str, key: Any, row: Any) -> UUID:
    owner: UUID = row.business_id if table in ("recommendations", "certificates") else key[0]
    return owner


def _differs(change: Change) -> bool:
    before, after = change.before, change.after
    return before is None or (before.state, before.contested) != (after.state, after.contested)


class MemoryActivity(MemoryCollection):
    async def mark_dirty(self, business_id: UUID, days: Collection[dt.date]) -> None:
        for day in sorted(days):
            await self._transaction.hold("dirty", business_id, day)
            self._rows("dirty")[business_id, day] = True

    async def dirty(self, business_ids: Collection[UUID]) -> list[UUID]:
        return sorted({owner for owner, _ in self._rows("dirty") if owner in business_ids})

    async def take_dirty(self, business_id: UUID, *, limit: int) -> list[dt.date]:
        days = sorted((day for owner, day in self._rows("dirty") if owner == business_id), reverse=True)[:limit]
        taken = []
        for day in days:
            await self._transaction.hold("dirty", business_id, day)
            if self._rows("dirty").pop((business_id, day), None):
                taken.append(day)
        return taken

    async def replace(self, business_id: UUID, asked: Collection[dt.date], days: Sequence[DayActivity]) -> None:
        for day in asked:
            self._rows("days").pop((business_id, day), None)
        for activity in days:
            self._rows("days")[business_id, activity.day] = activity

    async def fold(self, business: Business, days: Collection[dt.date]) -> None:
        ranges = [(*day_bounds(day, business.timezone), *utc_bounds(day)) for day in days]
        facts = await MemoryLedger(self._transaction).slice(business.id, ranges)
        folded = fold_days(
            facts.objects,
            currency=business.currency,
            timezone=business.timezone,
            first_charges=facts.first_charges,
        )
        await self.replace(business.id, days, [day for day in folded if day.day in set(days)])

    async def history(self, business_id: UUID) -> list[DayActivity]:
        days = [activity for (owner, _), activity in self._rows("days").items() if owner == business_id]
        return sorted(days, key=lambda activity: activity.day)

    async def day(self, business_id: UUID, day: dt.date) -> DayActivity | None:
        return self._rows("days").get((business_id, day))

"""Ledger → daily activity. A pure function of a set of states: their order and repetition cannot matter."""

import datetime as dt
import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final, TypeVar

from vaultra_core.domain.activity import CUSTOMERS_KEPT, DayActivity, History
from vaultra_core.domain.ledger import (
    BalanceTransaction,
    Charge,
    ChargeStatus,
    Dispute,
    DisputeStatus,
    LedgerObject,
    Payout,
    PayoutStatus,
    Record,
    Refund,
    RefundStatus,
    Subscription,
    merge,
)
from vaultra_core.domain.reference_rates import at_reference_rate
from vaultra_core.money import convert
from vaultra_core.periods import DAY_SECONDS, local_day, utc_day

# A customer returns when the first charge lies more than this before the present one.
NEW_CUSTOMER_SECONDS: Final = 30 * DAY_SECONDS

State = TypeVar("State", bound=LedgerObject)

CHARGEBACKS: Final = frozenset(
    [DisputeStatus.NEEDS_RESPONSE, DisputeStatus.UNDER_REVIEW, DisputeStatus.WON, DisputeStatus.LOST]
)


def fold(
    objects: Iterable[LedgerObject | Record],
    *,
    currency: str,
    timezone: str = "UTC",
    first_charges: Mapping[str, int] | None = None,
) -> History:
    """The history that a set of Stripe objects adds up to, in minor units of `currency` and local days of `timezone`.

    States of one object are merged as `ledger.merge` does (bare states count as seen at the same moment). When the
    objects are a slice of a ledger, `first_charges` says when their customers were first charged, Unix seconds.
    Raise `InvalidInput` for an unknown time zone.
    """
    states = _distinct(objects)
    return History(
        currency=currency,
        timezone=timezone,
        days=_days(states, currency, timezone, first_charges or {}),
        subscriptions=tuple(sorted(_of(Subscription, states), key=lambda subscription: subscription.id)),
    )


def fold_days(
    objects: Iterable[LedgerObject | Record],
    *,
    currency: str,
    timezone: str = "UTC",
    first_charges: Mapping[str, int] | None = None,
) -> tuple[DayActivity, ...]:
    """The days of `fold`, ascending."""
    return _days(_distinct(objects), currency, timezone, first_charges or {})


def _distinct(objects: Iterable[LedgerObject | Record]) -> list[LedgerObject]:
    seen: dict[tuple[str, str], Record] = {}
    for entry in objects:
        record = entry if isinstance(entry, Record) else Record(state=entry, observed_at=0)
        key = record.state.kind, record.state.id
        seen[key] = merge(seen[key], record) if key in seen else record
    return [record.state for record in seen.values()]


def _of(kind: type[State], states: Iterable[LedgerObject]) -> list[State]:
    return [state for state in states if isinstance(state, kind)]


def _days(
    states: list[LedgerObject], currency: str, timezone: str, first_charges: Mapping[str, int]
) -> tuple[DayActivity, ...]:
    charges = {charge.id: charge for charge in _of(Charge, states)}
    tally = _Tally(timezone, _Rates(currency, charges, _of(BalanceTransaction, states)))
    tally.add_charges(charges.values(), first_charges)
    # Releasing an authorisation that was never captured makes a refund object too, but no money went back.
    released = {charge.id for charge in charges.values() if not charge.captured}
    tally.add_refunds(refund for refund in _of(Refund, states) if refund.charge not in released)
    tally.add_disputes(_of(Dispute, states))
    tally.add_payouts(_of(Payout, states))
    return tally.days()


def first_charges_of(sales: Iterable[Charge], known: Mapping[str, int]) -> dict[str, int]:
    """When each customer was first charged, Unix seconds, from some sales and what is known of earlier ones."""
    first = dict(known)
    for charge in sales:
        if charge.customer is not None:
            first[charge.customer] = min(charge.created, first.get(charge.customer, charge.created))
    return first


def paid_in_time(payout: Payout) -> bool:
    """Paid on or before the arrival date; without an event that says when, the status has to do."""
    paid_at = payout.milestones.get("paid", payout.arrival_date)
    return payout.status is PayoutStatus.PAID and utc_day(paid_at) <= utc_day(payout.arrival_date)


class _Rates:
    """What amounts are worth in the reporting currency."""

    def __init__(
        self, currency: str, charges: Mapping[str, Charge], transactions: Iterable[BalanceTransaction]
    ) -> None:
        self._currency = currency
        self._charges = charges
        self._transactions = {transaction.id: transaction for transaction in transactions}

    def at_charge_rate(self, minor: int, currency: str, charge_id: str | None) -> tuple[int | None, bool]:
        """An amount at the rate of a charge's own balance transaction, and whether that had to be estimated.

        The amount is None when there is no rate for it at all.
        """
        if currency == self._currency:
            return minor, False
        rate = self._settlement_rate(currency, self._charges.get(charge_id or ""))
        if rate is not None:
            return convert(minor, currency, self._currency, rate), False
        return self.at_reference_rate(minor, currency), True

    def at_reference_rate(self, minor: int, currency: str) -> int | None:
        """An amount that has no rate of its own; None when its currency has no reference rate either."""
        return at_reference_rate(minor, currency, self._currency)

    def _settlement_rate(self, currency: str, charge: Charge | None) -> Decimal | None:
        if charge is None or charge.currency != currency:
            return None
        transaction = self._transactions.get(charge.balance_transaction or "")
        if transaction is None or transaction.currency != self._currency or transaction.exchange_rate is None:
            return None
        return Decimal(transaction.exchange_rate)


class _Sums:
    """One day, while it is being added up."""

    def __init__(self) -> None:
        self.fields: defaultdict[str, int] = defaultdict(int)
        self.customers: defaultdict[str, int] = defaultdict(int)

    def add(self, field: str, value: int) -> None:
        self.fields[field] += value

    def add_money(self, field: str, amount: int | None) -> None:
        """Add an amount, or note that there is no rate for it."""
        self.fields[field] += amount or 0
        self.fields["unconverted_count"] += amount is None


class _Tally:
    """All days, while they are being added up."""

    def __init__(self, timezone: str, rates: _Rates) -> None:
        self._timezone = timezone
        self._rates = rates
        self._sums: defaultdict[dt.date, _Sums] = defaultdict(_Sums)

    def add_charges(self, charges: Iterable[Charge], first_charges: Mapping[str, int]) -> None:
        sales = []
        for charge in charges:
            if charge.status is ChargeStatus.FAILED:
                self._on(charge).add("failed_count", 1)
            elif charge.status is ChargeStatus.SUCCEEDED and charge.captured:
                sales.append(charge)
        known_since = first_charges_of(sales, first_charges)
        for charge in sales:
            day = self._on(charge)
            amount, estimated = self._rates.at_charge_rate(charge.amount_minor, charge.currency, charge.id)
            day.add("charge_count", 1)
            day.add_money("gross_minor", amount)
            if amount is None:
                continue
            if estimated:
                day.add("estimated_minor", amount)
            if charge.customer is not None:
                day.customers[charge.customer] += amount
                day.add("identified_minor", amount)
                if charge.created - known_since[charge.customer] > NEW_CUSTOMER_SECONDS:
                    day.add("returning_minor", amount)

    def add_refunds(self, refunds: Iterable[Refund]) -> None:
        for refund in refunds:
            if refund.status is RefundStatus.SUCCEEDED:
                amount, _ = self._rates.at_charge_rate(refund.amount_minor, refund.currency, refund.charge)
                day = self._on(refund)
                day.add("refund_count", 1)
                day.add_money("refunded_minor", amount)

    def add_disputes(self, disputes: Iterable[Dispute]) -> None:
        for dispute in disputes:
            if dispute.status in CHARGEBACKS:
                amount, _ = self._rates.at_charge_rate(dispute.amount_minor, dispute.currency, dispute.charge)
                day = self._on(dispute)
                day.add("chargeback_count", 1)
                day.add("chargeback_won_count", dispute.status is DisputeStatus.WON)
                day.add_money("chargeback_minor", amount)

    def add_payouts(self, payouts: Iterable[Payout]) -> None:
        for payout in payouts:
            # A negative payout takes money back: nothing is due to the business.
            if payout.amount_minor > 0 and payout.status is not PayoutStatus.CANCELED:
                amount = self._rates.at_reference_rate(payout.amount_minor, payout.currency)
                day = self._sums[utc_day(payout.arrival_date)]
                day.add("payout_due_count", 1)
                day.add_money("payout_due_minor", amount)
                if paid_in_time(payout):
                    day.add("payout_ok_count", 1)
                    day.add("payout_ok_minor", amount or 0)

    def days(self) -> tuple[DayActivity, ...]:
        return tuple(
            DayActivity(day=day, customers=_largest(sums.customers), **sums.fields)
            for day, sums in sorted(self._sums.items(), key=lambda entry: entry[0])
        )

    def _on(self, state: LedgerObject) -> _Sums:
        return self._sums[local_day(state.created, self._timezone)]


def _largest(customers: Mapping[str, int]) -> dict[str, int]:
    """The CUSTOMERS_KEPT largest, largest first; equal ones by name, so that nothing depends on the order of input."""
    return dict(heapq.nsmallest(CUSTOMERS_KEPT, customers.items(), key=lambda entry: (-entry[1], entry[0])))

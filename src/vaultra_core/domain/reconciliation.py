"""Is the ledger complete? Every movement of money on the Stripe balance against the objects of the ledger.

The balance is the witness: Stripe books each charge, refund, dispute and payout as balance transactions, which are
listed apart from the objects themselves. An object that we never saw, saw altered or saw twice cannot agree with them.
What is judged is the present state of whatever touches a day, so that a day can be judged again at any time.
"""

import datetime as dt
import enum
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

import msgspec

from vaultra_core.domain.fold import CHARGEBACKS
from vaultra_core.domain.ledger import (
    BalanceTransaction,
    Charge,
    ChargeStatus,
    Dispute,
    Payout,
    PayoutStatus,
    Refund,
    RefundStatus,
)
from vaultra_core.money import convert
from vaultra_core.periods import utc_day

Movable = Charge | Refund | Dispute | Payout

# Which kind of object a balance transaction belongs to (https://docs.stripe.com/reports/reporting-categories). Fees,
# transfers, top-ups and adjustments have no object in the ledger; they only count in what a payout consists of.
CATEGORIES: Final[Mapping[str, str]] = {
    "charge": Charge.kind,
    "charge_failure": Charge.kind,
    "refund": Refund.kind,
    "refund_failure": Refund.kind,
    "dispute": Dispute.kind,
    "dispute_reversal": Dispute.kind,
    "payout": Payout.kind,
    "payout_reversal": Payout.kind,
}
RETURNS: Final = frozenset(["charge_failure", "refund_failure", "dispute_reversal", "payout_reversal"])
# Stripe shows exchange rates with about six significant digits: half a unit of the sixth, relative to the rate.
RATE_PRECISION: Final = Decimal("0.000005")


class Problem(enum.StrEnum):
    """What is wrong with an object of the ledger."""

    MISSING = "missing"  # the balance moved for it, and the ledger does not have it
    UNSETTLED = "unsettled"  # the ledger counts its money, and nothing moved on the balance
    AMOUNT = "amount"  # both have it, and the amounts do not agree
    ITEMS = "items"  # a payout's amount is not the sum of what it consists of


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One object that does not agree with the balance; amounts in minor units of `currency`."""

    day: dt.date  # the first of the judged days that it touches, UTC
    kind: str
    id: str
    problem: Problem
    currency: str
    expected_minor: int | None  # what the balance transactions say; None: there are none
    found_minor: int | None  # what the ledger says; None: it does not have the object
    transactions: tuple[str, ...] = ()  # the balance transactions that say it


class CertificateState(enum.StrEnum):
    COMPLETE = "complete"  # to the cent, through `complete_through`
    DIFFERS = "differs"  # `differences` says where; everything through `complete_through` agrees
    CHECKING = "checking"  # days up to the last one that is over have not been judged yet


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """How far the ledger of a business is known to be complete, and when that was checked.

    `differences` are the first SHOWN of `difference_count`. `listed_through` says through when balance transactions
    have been listed (Unix seconds); `next_at` when to look again, at the earliest.
    """

    business_id: UUID
    state: CertificateState = CertificateState.CHECKING
    complete_through: dt.date | None = None
    judged_through: dt.date | None = None  # the last day that was over when this was checked
    differences: tuple[Difference, ...] = ()
    difference_count: int = 0
    checked_at: dt.datetime | None = None
    listed_through: int | None = None
    failures: int = 0  # consecutive checks that ended with differences, or did not end
    next_at: dt.datetime


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that some days are judged by: the objects and the balance transactions created on them, and beyond
    these days each object that such a transaction names, and each transaction that names one of the objects."""

    objects: Sequence[Movable]
    transactions: Sequence[BalanceTransaction]
    released: Collection[str] = ()  # charges of the refunds that were never captured: giving them back moves nothing


def itemised(objects: Iterable[Movable], days: Collection[dt.date]) -> list[Payout]:
    """The payouts of these days whose items Stripe can list: automatic ones that have arrived. What a manual payout
    consists of nobody knows."""
    return [
        state
        for state in objects
        if isinstance(state, Payout)
        and state.automatic
        and state.status is PayoutStatus.PAID
        and utc_day(state.created) in days
    ]


def reconcile(statement: Statement, days: Collection[dt.date], items: Mapping[str, int]) -> list[Difference]:
    """What does not agree, in the order of days and ids; an empty list means complete to the cent.

    `items` has, for each payout of `itemised`, the sum of the net of its balance transactions, without its own one.
    """
    objects = {(state.kind, state.id): state for state in statement.objects}
    moves: defaultdict[tuple[str, str], list[BalanceTransaction]] = defaultdict(list)
    found: list[Difference] = []
    for transaction in statement.transactions:
        kind = CATEGORIES.get(transaction.reporting_category)
        if kind is not None and transaction.source is not None:
            moves[kind, transaction.source].append(transaction)
        if transaction.net_minor != transaction.amount_minor - transaction.fee_minor:
            found.append(_own_sum_is_wrong(transaction))
    for kind, id_ in objects.keys() | moves.keys():
        state, moved = objects.get((kind, id_)), sorted(moves[kind, id_], key=lambda move: (move.created, move.id))
        if state is None:
            found.append(_difference(kind, id_, Problem.MISSING, moved))
        elif not _agrees(state, moved, statement.released):
            problem = Problem.AMOUNT if moved else Problem.UNSETTLED
            found.append(_difference(kind, id_, problem, moved, state))
    found += [
        _difference(Payout.kind, payout.id, Problem.ITEMS, (), payout, expected=items[payout.id])
        for payout in itemised(statement.objects, days)
        if payout.id in items and items[payout.id] != payout.amount_minor
    ]
    created = {(state.kind, state.id): state.created for state in statement.objects}
    by_id = {transaction.id: transaction.created for transaction in statement.transactions}
    dated = [_dated(difference, days, created, by_id) for difference in found]
    return sorted((one for one in dated if one is not None), key=lambda one: (one.day, one.kind, one.id, one.problem))


def _dated(
    difference: Difference,
    days: Collection[dt.date],
    objects: Mapping[tuple[str, str], int],
    transactions: Mapping[str, int],
) -> Difference | None:
    """With the first judged day that it touches; None when it touches none."""
    moments = [transactions[id_] for id_ in difference.transactions]
    if (difference.kind, difference.id) in objects:
        moments.append(objects[difference.kind, difference.id])
    touched = {utc_day(moment) for moment in moments}.intersection(days)
    return msgspec.structs.replace(difference, day=min(touched)) if touched else None


def _agrees(state: Movable, moved: Iterable[BalanceTransaction], released: Collection[str]) -> bool:
    """Whether each movement has the object's amount, and there are as many out as back as its status says."""
    amount = _signed_amount(state)
    balance = 0
    for transaction in moved:
        if not _fits(amount, state.currency, transaction):
            return False
        # By its sign: a payout that takes money back is booked as a reversal too. Less than a cent has no sign.
        back = transaction.amount_minor * amount < 0
        if transaction.amount_minor == 0:
            back = transaction.reporting_category in RETURNS
        balance += -1 if back else 1
    return balance in _due(state, released)


def _signed_amount(state: Movable) -> int:
    """What its first movement does to the balance: charges add, the others take; a negative payout adds."""
    return state.amount_minor if isinstance(state, Charge) else -state.amount_minor


_MOVED: Final = frozenset([1])
_NOTHING: Final = frozenset([0])
_EITHER: Final = frozenset([0, 1])


def _due(state: Movable, released: Collection[str]) -> frozenset[int]:
    """How many movements must be left once those that were taken back are taken off, by the object's status."""
    match state:
        case Charge(status=ChargeStatus.PENDING) | Payout(status=PayoutStatus.PENDING):
            return _EITHER
        case Refund(status=RefundStatus.PENDING | RefundStatus.REQUIRES_ACTION):
            return _EITHER
        case (
            Charge(status=ChargeStatus.SUCCEEDED, captured=True)
            | Payout(status=PayoutStatus.IN_TRANSIT | PayoutStatus.PAID)
        ):
            return _MOVED if state.amount_minor else _EITHER
        case Refund(status=RefundStatus.SUCCEEDED):
            return _NOTHING if state.charge in released else _MOVED
        # The money of a chargeback is taken at once and given back when it is won; an inquiry takes none.
        case Dispute() if state.status in CHARGEBACKS:
            return _NOTHING if state.status == "won" else _MOVED
        case _:
            return _NOTHING


def _fits(amount: int, currency: str, transaction: BalanceTransaction) -> bool:
    """Whether a movement has this amount, in either direction, at its own exchange rate."""
    size = abs(transaction.amount_minor)
    if transaction.currency == currency:
        return size == abs(amount)
    if transaction.exchange_rate is None:
        return False
    rate = Decimal(transaction.exchange_rate)
    low, high = (
        convert(abs(amount), currency, transaction.currency, rate * (1 + slack))
        for slack in (-RATE_PRECISION, RATE_PRECISION)
    )
    return low <= size <= high


def _own_sum_is_wrong(transaction: BalanceTransaction) -> Difference:
    return Difference(
        day=utc_day(transaction.created),
        kind=BalanceTransaction.kind,
        id=transaction.id,
        problem=Problem.AMOUNT,
        currency=transaction.currency,
        expected_minor=transaction.amount_minor - transaction.fee_minor,
        found_minor=transaction.net_minor,
        transactions=(transaction.id,),
    )


def _difference(
    kind: str,
    id_: str,
    problem: Problem,
    moved: Sequence[BalanceTransaction],
    state: Movable | None = None,
    *,
    expected: int | None = None,
) -> Difference:
    if moved:
        expected = sum(move.amount_minor for move in moved)
    currency = moved[0].currency if moved else state.currency if state else ""
    return Difference(
        day=dt.date.min,  # found out once all are known
        kind=kind,
        id=id_,
        problem=problem,
        currency=currency,
        expected_minor=expected,
        found_minor=None if state is None else _booked(state, moved, problem),
        transactions=tuple(move.id for move in moved),
    )


def _booked(state: Movable, moved: Sequence[BalanceTransaction], problem: Problem) -> int:
    """What the ledger's state comes to on the balance, in the currency of its transactions where they have a rate."""
    if problem is Problem.ITEMS:
        return state.amount_minor
    amount = _signed_amount(state) * max(_due(state, ()))
    if moved and moved[0].currency != state.currency and moved[0].exchange_rate is not None:
        return convert(amount, state.currency, moved[0].currency, Decimal(moved[0].exchange_rate))
    return amount

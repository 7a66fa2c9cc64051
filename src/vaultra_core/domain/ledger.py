"""The ledger: the minimal current state of each Stripe object, and how two observations of one object merge.

Stripe's objects carry no version, so the moment of the observation stands for it: an event shows an object as it was
at `event.created`, a list page or a retrieve as it was when the request started. Moments are whole seconds, so ties
are real. `merge` is commutative, associative and idempotent: any order, any repetition of the same observations ends
in the same record.
"""

import enum
import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec


class ChargeStatus(enum.StrEnum):
    PENDING = "pending"
    FAILED = "failed"
    SUCCEEDED = "succeeded"


class RefundStatus(enum.StrEnum):
    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class DisputeStatus(enum.StrEnum):
    """`warning_*` are inquiries, `prevented` never became a dispute; the other four are chargebacks."""

    WARNING_NEEDS_RESPONSE = "warning_needs_response"
    WARNING_UNDER_REVIEW = "warning_under_review"
    WARNING_CLOSED = "warning_closed"
    PREVENTED = "prevented"
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    LOST = "lost"
    WON = "won"


class PayoutStatus(enum.StrEnum):
    PENDING = "pending"
    IN_TRANSIT = "in_transit"
    CANCELED = "canceled"
    PAID = "paid"
    FAILED = "failed"


class SubscriptionStatus(enum.StrEnum):
    INCOMPLETE = "incomplete"
    INCOMPLETE_EXPIRED = "incomplete_expired"
    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    UNPAID = "unpaid"
    PAUSED = "paused"
    CANCELED = "canceled"


# States come by the hundred thousand and cannot form cycles: the collector need not look at them (`gc=False`).
class LedgerObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What all kinds share. Times are Unix seconds, currencies lower case, amounts minor units of `currency`."""

    kind: ClassVar[str]

    id: str
    created: int
    currency: str
    # The earliest event that showed the object in a status, by status: what the current state alone cannot tell
    # (was this payout paid in time?). Only events add to it; it merges by minimum.
    milestones: dict[str, int] = {}


class Charge(LedgerObject, frozen=True, kw_only=True):
    kind: ClassVar[str] = "charge"

    amount_minor: int  # captured, in the presentment currency
    status: ChargeStatus
    captured: bool
    customer: str | None = None  # pseudonymous: Stripe's customer id, never a name or an address
    balance_transaction: str | None = None


class Refund(LedgerObject, frozen=True, kw_only=True):
    kind: ClassVar[str] = "refund"

    amount_minor: int
    status: RefundStatus
    charge: str | None = None


class Dispute(LedgerObject, frozen=True, kw_only=True):
    kind: ClassVar[str] = "dispute"

    amount_minor: int
    status: DisputeStatus
    charge: str | None = None


class Payout(LedgerObject, frozen=True, kw_only=True):
    kind: ClassVar[str] = "payout"

    amount_minor: int  # negative for the reversal of an earlier payout
    status: PayoutStatus
    arrival_date: int  # Unix seconds of a midnight in UTC: a date, not a moment
    automatic: bool = True


class PriceTier(msgspec.Struct, frozen=True, kw_only=True):
    up_to: int | None = None  # None: no upper bound
    unit_amount: str | None = None  # decimal string, minor units
    flat_amount: str | None = None  # decimal string, minor units


class Discount(msgspec.Struct, frozen=True, kw_only=True):
    percent_off: str | None = None  # decimal string, 0–100
    amount_off_minor: int | None = None
    starts_at: int | None = None
    ends_at: int | None = None  # None: in force for good


class SubscriptionItem(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    quantity: int
    interval: str  # day, week, month, year
    interval_count: int
    unit_amount: str | None = None  # decimal string, minor units; None for tiered prices
    metered: bool = False
    tiers_mode: str | None = None  # graduated or volume
    tiers: tuple[PriceTier, ...] = ()
    current_period_start: int | None = None
    discounts: tuple[Discount, ...] = ()  # on this item alone


class Subscription(LedgerObject, frozen=True, kw_only=True):
    kind: ClassVar[str] = "subscription"

    status: SubscriptionStatus
    customer: str | None = None
    started_at: int
    trial_end: int | None = None
    ended_at: int | None = None
    paused: bool = False
    items: tuple[SubscriptionItem, ...] = ()
    discounts: tuple[Discount, ...] = ()


class BalanceTransaction(LedgerObject, frozen=True, kw_only=True):
    """Money that moved on the Stripe balance, in the settlement currency; `net = amount − fee`."""

    kind: ClassVar[str] = "balance_transaction"

    amount_minor: int
    fee_minor: int
    net_minor: int
    available_on: int
    reporting_category: str
    exchange_rate: str | None = None  # decimal string: settlement units per presentment unit
    source: str | None = None


KINDS: Mapping[str, type[LedgerObject]] = {
    kind.kind: kind for kind in (Charge, Refund, Dispute, Payout, Subscription, BalanceTransaction)
}


class Record(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One object of the ledger: its state and the moment by which a newer state wins.

    `contested` says that two different states were seen at the same moment and nothing decides between them: whoever
    holds the record should retrieve the object again.
    """

    state: LedgerObject
    observed_at: int  # Unix seconds
    contested: bool = False

    @property
    def version(self) -> tuple[int, int]:
        """What orders two records of one object: the moment, then how far in its life the state is."""
        return self.observed_at, _progress(self.state)


def merge(left: Record, right: Record) -> Record:
    """The record that both observations of one object lead to, in whichever order they came."""
    if left.version != right.version:
        winner = max(left, right, key=lambda record: record.version)
        contested = winner.contested
    else:
        a, b = state_digest(left.state), state_digest(right.state)
        winner = left if a >= b else right
        contested = left.contested or right.contested or a != b
    milestones = _earliest(left.state.milestones, right.state.milestones)
    state = msgspec.structs.replace(winner.state, milestones=milestones)
    return Record(state=state, observed_at=winner.observed_at, contested=contested)


def state_digest(state: LedgerObject) -> bytes:
    """A fingerprint of a state without its milestones: equal digests mean equal states."""
    bare: Any = msgspec.structs.replace(state, milestones={}) if state.milestones else state
    return hashlib.blake2b(msgspec.json.encode(bare, order="deterministic"), digest_size=16).digest()


def _earliest(left: dict[str, int], right: dict[str, int]) -> dict[str, int]:
    if left == right:
        return left
    names = sorted(left.keys() | right.keys())
    return {name: min(side[name] for side in (left, right) if name in side) for name in names}


# Within one second a status can only move forward: Stripe's life cycles decide most ties.
_PROGRESS: Mapping[type[enum.StrEnum], Mapping[str, int]] = {
    ChargeStatus: {"pending": 0, "failed": 1, "succeeded": 2},
    RefundStatus: {"pending": 0, "requires_action": 1, "succeeded": 2, "failed": 3, "canceled": 3},
    DisputeStatus: {
        "warning_needs_response": 0,
        "warning_under_review": 1,
        "warning_closed": 2,
        "prevented": 2,
        "needs_response": 3,
        "under_review": 4,
        "lost": 5,
        "won": 5,
    },
    PayoutStatus: {"pending": 0, "in_transit": 1, "canceled": 2, "paid": 3, "failed": 4},
    SubscriptionStatus: {
        "incomplete": 0,
        "incomplete_expired": 7,
        "trialing": 1,
        "active": 2,
        "past_due": 3,
        "unpaid": 4,
        "paused": 2,
        "canceled": 7,
    },
}


def _progress(state: LedgerObject) -> int:
    status = getattr(state, "status", None)
    rank = _PROGRESS[type(status)][status] if isinstance(status, enum.StrEnum) else 0
    # A capture follows its authorisation, a balance transaction follows the capture.
    if isinstance(state, Charge):
        rank = rank * 4 + state.captured * 2 + (state.balance_transaction is not None)
    return rank

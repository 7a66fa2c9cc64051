"""Which Stripe objects a daily figure counts: the fold read backwards. A property test holds the two together."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from vaultra_core.domain.fold import CHARGEBACKS, NEW_CUSTOMER_SECONDS, first_charges_of, paid_in_time
from vaultra_core.domain.ledger import (
    Charge,
    ChargeStatus,
    Dispute,
    DisputeStatus,
    LedgerObject,
    Payout,
    PayoutStatus,
    Refund,
    RefundStatus,
)
from vaultra_core.periods import local_day, utc_day

# The field that counts the objects behind a field: how many there are on a day without looking at any. A field that
# is not here is counted by itself or by charge_count, at most.
COUNTED_BY: Final[Mapping[str, str]] = {
    "charge_count": "charge_count",
    "gross_minor": "charge_count",
    "estimated_minor": "charge_count",
    "identified_minor": "charge_count",
    "returning_minor": "charge_count",
    "customers": "charge_count",
    "failed_count": "failed_count",
    "refund_count": "refund_count",
    "refunded_minor": "refund_count",
    "chargeback_count": "chargeback_count",
    "chargeback_minor": "chargeback_count",
    "chargeback_won_count": "chargeback_won_count",
    "payout_due_count": "payout_due_count",
    "payout_due_minor": "payout_due_count",
    "payout_ok_count": "payout_ok_count",
    "payout_ok_minor": "payout_ok_count",
}

_KINDS: Final[Mapping[str, type[LedgerObject]]] = {
    "charge_count": Charge,
    "failed_count": Charge,
    "refund_count": Refund,
    "chargeback_count": Dispute,
    "chargeback_won_count": Dispute,
    "payout_due_count": Payout,
    "payout_ok_count": Payout,
}


def kind_behind(field: str) -> type[LedgerObject]:
    """The kind of the objects that a field counts. Raise `KeyError` for a field that counts none."""
    return _KINDS[COUNTED_BY[field]]


def objects_behind(
    field: str, objects: Iterable[LedgerObject], *, timezone: str, first_charges: Mapping[str, int]
) -> list[tuple[dt.date, LedgerObject]]:
    """The objects of a slice of the ledger that a field of `DayActivity` counts, each with its day, oldest first.

    `first_charges` says when the customers of the slice were first charged. Raise `KeyError` for a field that counts
    no objects.
    """
    states = list(objects)
    charges = [state for state in states if isinstance(state, Charge)]
    counts = _TESTS[COUNTED_BY[field]]
    released = {charge.id for charge in charges if not charge.captured}
    found = [
        state for state in states if counts(state) and not (isinstance(state, Refund) and state.charge in released)
    ]
    if field in ("identified_minor", "returning_minor", "customers"):
        found = [state for state in found if isinstance(state, Charge) and state.customer]
    if field == "returning_minor":
        since = first_charges_of([charge for charge in charges if _sale(charge)], first_charges)
        found = [state for state in found if state.created - since[state.customer] > NEW_CUSTOMER_SECONDS]  # type: ignore[attr-defined]
    dated = [(day_of(state, timezone), state) for state in found]
    return sorted(dated, key=lambda entry: (entry[0], moment_of(entry[1]), entry[1].id))


def moment_of(state: LedgerObject) -> int:
    """The moment by which an object is dated: a payout's arrival, the creation of all others."""
    return state.arrival_date if isinstance(state, Payout) else state.created


def day_of(state: LedgerObject, timezone: str) -> dt.date:
    """The day on which the fold counts an object."""
    return utc_day(state.arrival_date) if isinstance(state, Payout) else local_day(state.created, timezone)


def _sale(state: LedgerObject) -> bool:
    return isinstance(state, Charge) and state.status is ChargeStatus.SUCCEEDED and state.captured


def _due(state: LedgerObject) -> bool:
    return isinstance(state, Payout) and state.amount_minor > 0 and state.status is not PayoutStatus.CANCELED


_TESTS: Final[Mapping[str, Callable[[LedgerObject], bool]]] = {
    "charge_count": _sale,
    "failed_count": lambda state: isinstance(state, Charge) and state.status is ChargeStatus.FAILED,
    "refund_count": lambda state: isinstance(state, Refund) and state.status is RefundStatus.SUCCEEDED,
    "chargeback_count": lambda state: isinstance(state, Dispute) and state.status in CHARGEBACKS,
    "chargeback_won_count": lambda state: isinstance(state, Dispute) and state.status is DisputeStatus.WON,
    "payout_due_count": _due,
    "payout_ok_count": lambda state: isinstance(state, Payout) and _due(state) and paid_in_time(state),
}

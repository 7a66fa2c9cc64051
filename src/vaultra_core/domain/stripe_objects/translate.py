"""Stripe's objects → the ledger's states: one function per kind, and `observe` over them all."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec

from vaultra_core.domain import ledger
from vaultra_core.domain.stripe_objects import wire
from vaultra_core.domain.stripe_objects.subscriptions import subscription_state
from vaultra_core.errors import InvalidInput


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """What one raw object taught: its own state first, then those of the objects it brought along.

    `livemode` is None for the kinds that carry none (refunds, balance transactions). `records` is empty for objects
    that are dropped on purpose: subscriptions on a test clock.
    """

    records: tuple[ledger.Record, ...]
    livemode: bool | None


def observe(raw: bytes | str | Mapping[str, Any], observed_at: int) -> Observation:
    """Read one Stripe object (`object` tells its kind) as it was at `observed_at`, Unix seconds.

    Raise `InvalidInput` when it is no object of the ledger or does not have its kind's shape.
    """
    return observation_of(decode(raw), observed_at)


def decode(raw: bytes | str | Mapping[str, Any]) -> wire.WireObject:
    """The wire struct of a raw object. Raise `InvalidInput` on anything that is not one."""
    try:
        return _DECODER.decode(raw if isinstance(raw, bytes | str) else msgspec.json.encode(raw))
    except (msgspec.DecodeError, UnicodeDecodeError, TypeError) as error:
        raise InvalidInput(f"This is not a Stripe object that Vaultra reads: {error}", reason=str(error)) from error


def observation_of(seen: wire.WireObject, observed_at: int, *, milestones: bool = False) -> Observation:
    """The records of a decoded object; `milestones` notes that an event showed each state at that moment."""
    records = [
        ledger.Record(
            state=_with_milestone(state, observed_at) if milestones else state,
            observed_at=observed_at,
            contested=incomplete,
        )
        for state, incomplete in _states(seen)
    ]
    return Observation(records=tuple(records), livemode=getattr(seen, "livemode", None))


def _with_milestone(state: ledger.LedgerObject, moment: int) -> ledger.LedgerObject:
    status = getattr(state, "status", None)
    if status is not None:
        state.milestones[str(status)] = moment  # just made, and nobody else's: a copy would take a third of all of this
    return state


# A state, and whether parts of it were left out by the API: then the record is contested and wants a retrieve.
_States = Iterator[tuple[ledger.LedgerObject, bool]]


def _charge(seen: wire.Charge) -> _States:
    transaction = seen.balance_transaction
    # Objects rendered before `amount_captured` existed have only the amount, which counts if it was captured.
    captured_amount = seen.amount if seen.amount_captured is None else seen.amount_captured
    yield (
        ledger.Charge(
            id=seen.id,
            created=seen.created,
            currency=seen.currency.lower(),
            amount_minor=captured_amount if seen.captured else 0,
            status=seen.status,
            captured=seen.captured,
            customer=id_of(seen.customer),
            balance_transaction=id_of(transaction),
        ),
        False,
    )
    if isinstance(transaction, wire.BalanceTransaction):
        yield from _balance_transaction(transaction)
    for refund in seen.refunds.data if seen.refunds else ():
        yield from _refund(refund)


def _refund(seen: wire.Refund) -> _States:
    yield (
        ledger.Refund(
            id=seen.id,
            created=seen.created,
            currency=seen.currency.lower(),
            amount_minor=seen.amount,
            status=seen.status or ledger.RefundStatus.SUCCEEDED,
            charge=id_of(seen.charge),
        ),
        False,
    )


def _dispute(seen: wire.Dispute) -> _States:
    yield (
        ledger.Dispute(
            id=seen.id,
            created=seen.created,
            currency=seen.currency.lower(),
            amount_minor=seen.amount,
            status=seen.status,
            charge=id_of(seen.charge),
        ),
        False,
    )


def _payout(seen: wire.Payout) -> _States:
    yield (
        ledger.Payout(
            id=seen.id,
            created=seen.created,
            currency=seen.currency.lower(),
            amount_minor=seen.amount,
            status=seen.status,
            arrival_date=seen.arrival_date,
            automatic=seen.automatic,
        ),
        False,
    )


def _subscription(seen: wire.Subscription) -> _States:
    # Test clocks run through invented time: what they carry never happened.
    if seen.test_clock is None:
        yield subscription_state(seen)


def _balance_transaction(seen: wire.BalanceTransaction) -> _States:
    rate = seen.exchange_rate
    if rate is not None and not (rate.is_finite() and 0 < rate < _HIGHEST_RATE):
        raise InvalidInput(f"The exchange rate of {seen.id} is {rate}.", id=seen.id)
    yield (
        ledger.BalanceTransaction(
            id=seen.id,
            created=seen.created,
            currency=seen.currency.lower(),
            amount_minor=seen.amount,
            fee_minor=seen.fee,
            net_minor=seen.net,
            available_on=seen.available_on,
            reporting_category=seen.reporting_category,
            exchange_rate=None if rate is None else str(rate),
            source=id_of(seen.source),
        ),
        False,
    )


def id_of(reference: Any) -> str | None:
    """The id of an expandable field, expanded or not."""
    return reference if reference is None or isinstance(reference, str) else reference.id


_HIGHEST_RATE: Final = 10**9
_DECODER: Final[msgspec.json.Decoder[wire.WireObject]] = msgspec.json.Decoder(wire.WireObject)
_TRANSLATORS: Final[Mapping[type, Callable[[Any], _States]]] = {
    wire.Charge: _charge,
    wire.Refund: _refund,
    wire.Dispute: _dispute,
    wire.Payout: _payout,
    wire.Subscription: _subscription,
    wire.BalanceTransaction: _balance_transaction,
}


def _states(seen: wire.WireObject) -> _States:
    return _TRANSLATORS[type(seen)](seen)

"""Whole ledgers and histories, small enough to shrink and wild enough to surprise."""

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from support.histories import AS_OF, at, charge, dispute, history_of, payout, refund, transaction
from vaultra_core.domain.activity import DayActivity, History
from vaultra_core.domain.ledger import (
    ChargeStatus,
    DisputeStatus,
    LedgerObject,
    PayoutStatus,
    Record,
    RefundStatus,
    Subscription,
    SubscriptionItem,
    SubscriptionStatus,
)

START = at(AS_OF - dt.timedelta(days=240), 0)
END = at(AS_OF, 0) + 86_400
MOMENTS = st.integers(START, END + 60 * 86_400)
AMOUNTS = st.integers(0, 5_000_000)
CURRENCIES = st.sampled_from(["usd", "usd", "eur", "jpy", "kwd", "xxx"])
NUMBERS = st.integers(0, 12)
CUSTOMERS = st.none() | st.sampled_from([f"cus_{n}" for n in range(6)])
CHARGES = st.none() | st.builds("ch_{}".format, NUMBERS)
MILESTONES = st.dictionaries(st.sampled_from(["paid", "past_due", "succeeded"]), MOMENTS, max_size=2)


def _items(draw: Any) -> tuple[SubscriptionItem, ...]:
    return tuple(
        SubscriptionItem(
            id=f"si_{n}",
            quantity=draw(st.integers(0, 50)),
            interval=draw(st.sampled_from(["day", "week", "month", "year"])),
            interval_count=draw(st.integers(1, 6)),
            unit_amount=draw(st.sampled_from(["0", "999", "12.5", "100000"])),
            current_period_start=draw(st.none() | MOMENTS),
        )
        for n in range(draw(st.integers(0, 2)))
    )


@st.composite
def states(draw: Any) -> LedgerObject:
    """One state of one of a few objects, so that ids come up again."""
    number, created, amount, currency = draw(NUMBERS), draw(MOMENTS), draw(AMOUNTS), draw(CURRENCIES)
    match draw(st.sampled_from(["charge", "charge", "refund", "dispute", "payout", "transaction", "subscription"])):
        case "charge":
            status = draw(st.sampled_from(ChargeStatus))
            settled = draw(st.none() | st.builds("txn_{}".format, NUMBERS))
            return charge(
                number,
                created,
                amount,
                currency=currency,
                status=status,
                captured=draw(st.booleans()),
                customer=draw(CUSTOMERS),
                balance_transaction=settled,
            )
        case "refund":
            status = draw(st.sampled_from(RefundStatus))
            return refund(number, created, amount, currency=currency, status=status, charge=draw(CHARGES))
        case "dispute":
            status = draw(st.sampled_from(DisputeStatus))
            return dispute(number, created, amount, currency=currency, status=status, charge=draw(CHARGES))
        case "payout":
            arrival = dt.datetime.fromtimestamp(created, dt.UTC).date().isoformat()
            status, milestones = draw(st.sampled_from(PayoutStatus)), draw(MILESTONES)
            signed = draw(st.sampled_from([amount, -amount]))
            return payout(number, arrival, signed, currency=currency, status=status, milestones=milestones)
        case "transaction":
            return transaction(number, created, exchange_rate=draw(st.none() | st.sampled_from(["0.9", "1.25", "150"])))
        case _:
            return Subscription(
                id=f"sub_{number}",
                created=created,
                currency=currency,
                status=draw(st.sampled_from(SubscriptionStatus)),
                started_at=created,
                trial_end=draw(st.none() | MOMENTS),
                ended_at=draw(st.none() | MOMENTS),
                milestones=draw(MILESTONES),
                items=_items(draw),
            )


def records() -> st.SearchStrategy[Record]:
    return st.builds(Record, state=states(), observed_at=st.integers(0, 3))


def ledgers() -> st.SearchStrategy[list[LedgerObject]]:
    return st.lists(states(), max_size=40)


@st.composite
def days(draw: Any, day: dt.date) -> DayActivity:
    charges = draw(st.integers(0, 60))
    gross = draw(st.integers(0, 3_000_000)) if charges else 0
    identified = draw(st.integers(0, gross))
    due = draw(st.integers(0, 3))
    due_minor = draw(st.integers(0, 1_000_000)) if due else 0
    return DayActivity(
        day=day,
        charge_count=charges,
        gross_minor=gross,
        refund_count=draw(st.integers(0, 5)),
        refunded_minor=draw(st.integers(0, 200_000)),
        chargeback_count=draw(st.integers(0, 2)),
        chargeback_minor=draw(st.integers(0, 50_000)),
        payout_due_count=due,
        payout_due_minor=due_minor,
        payout_ok_count=draw(st.integers(0, due)),
        payout_ok_minor=draw(st.integers(0, due_minor)),
        identified_minor=identified,
        returning_minor=draw(st.integers(0, identified)),
        customers={"cus_1": identified // 2, "cus_2": identified - identified // 2} if identified else {},
    )


@st.composite
def histories(draw: Any, *, with_charge: bool = True) -> History:
    """Up to 30 weeks with one busy day each, some of them empty, around `AS_OF`."""
    offsets = draw(st.lists(st.integers(-200, 20), unique=True, min_size=1, max_size=14))
    history = [draw(days(AS_OF + dt.timedelta(days=offset))) for offset in offsets]
    if with_charge:
        first = AS_OF - dt.timedelta(days=draw(st.integers(201, 230)))
        history.append(DayActivity(day=first, charge_count=1, gross_minor=1000))
    return history_of(*history)

"""Histories made to measure, for tests of the rules."""

import datetime as dt
from typing import Any

from vaultra_core.domain.activity import DayActivity, History
from vaultra_core.domain.ledger import (
    BalanceTransaction,
    Charge,
    ChargeStatus,
    Dispute,
    DisputeStatus,
    Payout,
    PayoutStatus,
    Refund,
    RefundStatus,
)

AS_OF = dt.date(2025, 6, 30)


def at(day: str | dt.date, hour: int = 12) -> int:
    """An hour of a day in UTC, Unix seconds."""
    date = dt.date.fromisoformat(day) if isinstance(day, str) else day
    return int(dt.datetime.combine(date, dt.time(hour), dt.UTC).timestamp())


def charge(number: int, created: int, amount: int = 1000, **fields: Any) -> Charge:
    defaults: dict[str, Any] = {"currency": "usd", "status": ChargeStatus.SUCCEEDED, "captured": True}
    return Charge(id=f"ch_{number}", created=created, amount_minor=amount, **(defaults | fields))


def refund(number: int, created: int, amount: int = 100, **fields: Any) -> Refund:
    defaults: dict[str, Any] = {"currency": "usd", "status": RefundStatus.SUCCEEDED}
    return Refund(id=f"re_{number}", created=created, amount_minor=amount, **(defaults | fields))


def dispute(number: int, created: int, amount: int = 1000, **fields: Any) -> Dispute:
    defaults: dict[str, Any] = {"currency": "usd", "status": DisputeStatus.LOST}
    return Dispute(id=f"dp_{number}", created=created, amount_minor=amount, **(defaults | fields))


def payout(number: int, arrival: str, amount: int = 5000, **fields: Any) -> Payout:
    defaults: dict[str, Any] = {"currency": "usd", "status": PayoutStatus.PAID}
    return Payout(
        id=f"po_{number}",
        created=at(arrival) - 2 * 86_400,
        amount_minor=amount,
        arrival_date=at(arrival, 0),
        **(defaults | fields),
    )


def transaction(number: int, created: int, **fields: Any) -> BalanceTransaction:
    defaults: dict[str, Any] = {
        "currency": "usd",
        "amount_minor": 1000,
        "fee_minor": 59,
        "net_minor": 941,
        "available_on": created,
        "reporting_category": "charge",
    }
    return BalanceTransaction(id=f"txn_{number}", created=created, **(defaults | fields))


def history_of(*days: DayActivity, currency: str = "usd") -> History:
    return History(currency=currency, days=tuple(sorted(days, key=lambda day: day.day)))


def weekly_history(weeks: list[int], *, as_of: dt.date = AS_OF, **every_week: Any) -> History:
    """One day of sales in each of some weeks, the last of which ends with `as_of`; empty weeks have no day.

    The first day of the history is the first day of the first week, which must not be empty.
    """
    days = []
    for index, gross in enumerate(weeks):
        first = as_of - dt.timedelta(days=7 * (len(weeks) - index) - 1)
        if gross:
            days.append(DayActivity(day=first, charge_count=10, gross_minor=gross, **every_week))
    return history_of(*days)

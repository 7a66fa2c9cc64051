"""Daily activity: the ledger folded per business and day. All metrics are computed from it."""

import datetime as dt

import msgspec

# A day keeps its largest customers only, so that it stays small however busy the shop. A customer that is left out
# has at most 1/65 of that day's revenue: far below the lowest band (10 %) that the share is used for.
CUSTOMERS_KEPT = 64


class DayActivity(msgspec.Struct, frozen=True, kw_only=True):
    """What happened on one calendar day in the business's time zone; amounts in minor units of its currency."""

    day: dt.date
    charge_count: int = 0
    gross_minor: int = 0
    estimated_minor: int = 0  # the part of gross whose exchange rate is not known yet
    failed_count: int = 0
    refund_count: int = 0
    refunded_minor: int = 0
    chargeback_count: int = 0
    chargeback_minor: int = 0
    chargeback_won_count: int = 0
    payout_due_count: int = 0
    payout_due_minor: int = 0
    payout_ok_count: int = 0
    payout_ok_minor: int = 0
    identified_minor: int = 0  # the part of gross that has a customer
    returning_minor: int = 0  # the part of gross from customers whose first charge is more than 30 days older
    customers: dict[str, int] = {}  # gross of the day's CUSTOMERS_KEPT largest customers

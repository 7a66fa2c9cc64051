"""What happens on the balance, and between it and the bank."""

from decimal import Decimal
from typing import Any

Object = dict[str, Any]


def balance_transaction(
    *,
    id: str,  # noqa: A002
    created: int,
    amount: int,
    currency: str,
    fee: int = 0,
    type: str,  # noqa: A002
    reporting_category: str,
    source: str,
    available_on: int,
    exchange_rate: Decimal | None = None,
    description: str | None = None,
) -> Object:
    """Money that moved on the balance, in the settlement currency."""
    return {
        "id": id,
        "object": "balance_transaction",
        "amount": amount,
        "available_on": available_on,
        "balance_type": "payments",
        "created": created,
        "currency": currency,
        "description": description,
        # A JSON number, as Stripe sends it. Rates have few enough digits to survive the trip through a double.
        "exchange_rate": None if exchange_rate is None else float(exchange_rate),
        "fee": fee,
        "fee_details": [
            {
                "amount": fee,
                "application": None,
                "currency": currency,
                "description": "Dispute fee" if type == "adjustment" else "Stripe processing fees",
                "type": "stripe_fee",
            }
        ]
        if fee
        else [],
        "net": amount - fee,
        "reporting_category": reporting_category,
        "source": source,
        "status": "pending",
        "type": type,
    }


def payout(
    *,
    id: str,  # noqa: A002
    created: int,
    amount: int,
    currency: str,
    arrival_date: int,
    balance_transaction: str,
    destination: str,
) -> Object:
    """An automatic payout on its way."""
    return {
        "id": id,
        "object": "payout",
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": arrival_date,
        "automatic": True,
        "balance_transaction": balance_transaction,
        "created": created,
        "currency": currency,
        "description": "STRIPE PAYOUT",
        "destination": destination,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "in_progress",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "in_transit",
        "trace_id": None,
        "type": "bank_account",
    }

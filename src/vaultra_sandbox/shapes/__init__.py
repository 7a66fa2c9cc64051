"""Stripe's objects as its API renders them at version 2026-10-28.endive, complete enough for a reader to be misled by
the same fields as in life. Amounts are minor units, times Unix seconds. Nothing here decides anything."""

from vaultra_sandbox.shapes.amounts import DISPUTE_FEE, card_fee, exponent, settle
from vaultra_sandbox.shapes.balance import balance_transaction, payout
from vaultra_sandbox.shapes.billing import coupon, discount, price, subscription
from vaultra_sandbox.shapes.payments import charge, dispute, refund
from vaultra_sandbox.shapes.platform import API_VERSION, account, event

__all__ = [
    "API_VERSION",
    "DISPUTE_FEE",
    "account",
    "balance_transaction",
    "card_fee",
    "charge",
    "coupon",
    "discount",
    "dispute",
    "event",
    "exponent",
    "payout",
    "price",
    "refund",
    "settle",
    "subscription",
]

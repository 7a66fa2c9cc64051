"""The ledger: one table per kind of Stripe object, its columns named after the fields of the kind's struct."""

from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from vaultra_adapters.postgres.columns import choice_column, metadata, text_column
from vaultra_core.domain.ledger import (
    KINDS,
    ChargeStatus,
    DisputeStatus,
    PayoutStatus,
    RefundStatus,
    SubscriptionStatus,
)


def _ledger(name: str, *columns: Any) -> Table:
    return Table(
        name,
        metadata,
        # No foreign key: the server would look up the business for each row, a third of what an insert costs.
        # `PostgresLedger.merge` looks it up once, and a trigger deletes the rows with it (migration 0015).
        Column("business_id", Uuid, primary_key=True),
        text_column("id", 255, primary_key=True),
        Column("created", BigInteger, nullable=False),
        text_column("currency", 3, nullable=False),
        *columns,
        Column("milestones", JSONB, nullable=False),
        Column("observed_at", BigInteger, nullable=False),
        Column("contested", Boolean, nullable=False),
        Index(f"ix_{name}_contested", "business_id", "id", postgresql_where=text("contested")),
    )


LEDGER: Final = {
    "charge": _ledger(
        "stripe_charges",
        Column("amount_minor", BigInteger, nullable=False),
        choice_column("status", ChargeStatus, nullable=False),
        Column("captured", Boolean, nullable=False),
        text_column("customer", 255),
        text_column("balance_transaction", 255),
        Index(None, "business_id", "created"),
        Index(
            "ix_stripe_charges_sales_by_customer",
            "business_id",
            "customer",
            "created",
            postgresql_where=text("customer IS NOT NULL AND status = 'succeeded' AND captured"),
        ),
        Index(
            None,
            "business_id",
            "balance_transaction",
            postgresql_where=text("balance_transaction IS NOT NULL"),
        ),
    ),
    "refund": _ledger(
        "stripe_refunds",
        Column("amount_minor", BigInteger, nullable=False),
        choice_column("status", RefundStatus, nullable=False),
        text_column("charge", 255),
        Index(None, "business_id", "created"),
        Index(None, "business_id", "charge"),
    ),
    "dispute": _ledger(
        "stripe_disputes",
        Column("amount_minor", BigInteger, nullable=False),
        choice_column("status", DisputeStatus, nullable=False),
        text_column("charge", 255),
        Index(None, "business_id", "created"),
        Index(None, "business_id", "charge"),
    ),
    "payout": _ledger(
        "stripe_payouts",
        Column("amount_minor", BigInteger, nullable=False),
        choice_column("status", PayoutStatus, nullable=False),
        Column("arrival_date", BigInteger, nullable=False),
        Column("automatic", Boolean, nullable=False),
        Index(None, "business_id", "arrival_date"),
    ),
    "subscription": _ledger(
        "stripe_subscriptions",
        choice_column("status", SubscriptionStatus, nullable=False),
        text_column("customer", 255),
        Column("started_at", BigInteger, nullable=False),
        Column("trial_end", BigInteger),
        Column("ended_at", BigInteger),
        Column("paused", Boolean, nullable=False),
        Column("items", JSONB, nullable=False),
        Column("discounts", JSONB, nullable=False),
    ),
    "balance_transaction": _ledger(
        "stripe_balance_transactions",
        Column("amount_minor", BigInteger, nullable=False),
        Column("fee_minor", BigInteger, nullable=False),
        Column("net_minor", BigInteger, nullable=False),
        Column("available_on", BigInteger, nullable=False),
        text_column("reporting_category", 64, nullable=False),
        text_column("exchange_rate", 32),
        text_column("source", 255),
        Index(None, "business_id", "created"),
        Index(None, "business_id", "source", postgresql_where=text("source IS NOT NULL")),
    ),
}
assert LEDGER.keys() == KINDS.keys()

"""What is known about the ledger's completeness, in plain SQL beside this file."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = ("doubts", "completeness_certificates", "unreconciled_days")
INDEXES = (
    "ix_stripe_balance_transactions_business_id_created",
    "ix_stripe_balance_transactions_business_id_source",
    "ix_stripe_charges_contested",
    "ix_stripe_refunds_contested",
    "ix_stripe_disputes_contested",
    "ix_stripe_payouts_contested",
    "ix_stripe_subscriptions_contested",
    "ix_stripe_balance_transactions_contested",
)


def upgrade() -> None:
    # One statement at a time: the driver prepares what it sends, and only single statements can be prepared.
    for statement in Path(__file__).with_suffix(".sql").read_text().split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    op.execute("DELETE FROM import_windows WHERE kind = 'balance_transaction'")
    for index in INDEXES:
        op.drop_index(index)
    for table in TABLES:
        op.drop_table(table)

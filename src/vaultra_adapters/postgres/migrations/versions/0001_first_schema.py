"""The first schema, in plain SQL beside this file."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None

TABLES = (
    "job_runs",
    "recommendations",
    "superseded_scores",
    "readiness_scores",
    "superseded_snapshots",
    "financial_metric_snapshots",
    "computations",
    "dirty_days",
    "daily_activity",
    "stripe_balance_transactions",
    "stripe_subscriptions",
    "stripe_payouts",
    "stripe_disputes",
    "stripe_refunds",
    "stripe_charges",
    "stripe_events",
    "import_windows",
    "used_connect_states",
    "integration_accounts",
    "user_business_memberships",
    "businesses",
    "users",
)


def upgrade() -> None:
    # One statement at a time: the driver prepares what it sends, and only single statements can be prepared.
    for statement in Path(__file__).with_suffix(".sql").read_text().split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)

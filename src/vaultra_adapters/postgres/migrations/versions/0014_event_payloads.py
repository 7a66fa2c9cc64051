"""Payloads of events as they came. They are read whole, and nobody asks for a part of many."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.execute("ALTER TABLE stripe_events ALTER COLUMN payload TYPE json USING payload::json")


def downgrade() -> None:
    op.execute("ALTER TABLE stripe_events ALTER COLUMN payload TYPE jsonb USING payload::jsonb")

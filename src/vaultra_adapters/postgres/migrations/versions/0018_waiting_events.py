"""What waits to be applied in a table of its own, so that applying an event changes no index of the inbox.

In plain SQL beside this file."""

from pathlib import Path

from alembic import op

revision = "0018"
down_revision = "0017"

DOWN = (
    "ALTER TABLE stripe_events ADD COLUMN next_attempt_at timestamptz",
    "SET LOCAL ROLE vaultra_system",
    """UPDATE stripe_events e SET next_attempt_at = coalesce(
        (SELECT due_at FROM waiting_events w WHERE w.event_id = e.id), created_at)""",
    "RESET ROLE",
    "ALTER TABLE stripe_events ALTER COLUMN next_attempt_at SET NOT NULL, RESET (fillfactor)",
    "DROP INDEX ix_stripe_events_unconnected",
    "CREATE INDEX ix_stripe_events_unknown_account ON stripe_events (account) "
    "WHERE outcome = 'ignored: unknown account'",
    "CREATE INDEX ix_stripe_events_waiting ON stripe_events (next_attempt_at, id) "
    "WHERE processed_at IS NULL AND dead_at IS NULL",
    "DROP TABLE waiting_events",
)


def upgrade() -> None:
    # One statement at a time: the driver prepares what it sends, and only single statements can be prepared.
    for statement in Path(__file__).with_suffix(".sql").read_text().split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)

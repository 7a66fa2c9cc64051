"""Access that is to be given back at Stripe, in plain SQL beside this file."""

from pathlib import Path

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    # One statement at a time: the driver prepares what it sends, and only single statements can be prepared.
    for statement in Path(__file__).with_suffix(".sql").read_text().split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("access_returns")

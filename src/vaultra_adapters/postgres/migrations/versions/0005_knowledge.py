"""The entries of the knowledge base, in plain SQL beside this file."""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    extension, table = Path(__file__).with_suffix(".sql").read_text().split("\n\n")
    op.execute(extension)
    op.execute(table)


def downgrade() -> None:
    # The extension stays: others may use it, and without this table it does nothing.
    op.drop_table("knowledge_entries")

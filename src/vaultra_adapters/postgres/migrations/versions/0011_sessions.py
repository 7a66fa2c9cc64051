"""Sessions, mailed links, rate limits, verified addresses, in plain SQL beside this file."""

from pathlib import Path

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    # One statement at a time: the driver prepares what it sends, and only single statements can be prepared.
    for statement in Path(__file__).with_suffix(".sql").read_text().split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    for table in ("rate_limits", "mailed_links", "sessions"):
        op.drop_table(table)
    op.execute("ALTER TABLE users DROP CONSTRAINT uq_users_google_issuer_google_subject")
    op.execute("ALTER TABLE users DROP COLUMN email_verified_at, DROP COLUMN google_issuer")
    op.execute("ALTER TABLE users ADD CONSTRAINT uq_users_google_subject UNIQUE (google_subject)")

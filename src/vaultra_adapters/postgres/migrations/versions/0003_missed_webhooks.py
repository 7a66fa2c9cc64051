"""How many events did not reach our webhook endpoint."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TABLE = "integration_accounts"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("webhooks_since", sa.BigInteger))
    op.add_column(TABLE, sa.Column("webhooks_through", sa.BigInteger))
    op.add_column(TABLE, sa.Column("webhooks_missed", sa.Integer, nullable=False, server_default=sa.text("0")))
    op.add_column(TABLE, sa.Column("webhooks_missed_last", sa.BigInteger))


def downgrade() -> None:
    for column in ("webhooks_missed_last", "webhooks_missed", "webhooks_through", "webhooks_since"):
        op.drop_column(TABLE, column)

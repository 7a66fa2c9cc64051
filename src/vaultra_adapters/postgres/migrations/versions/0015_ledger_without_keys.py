"""The ledger goes with its business by a trigger instead of foreign keys, which are looked up for each row."""

from alembic import op

revision = "0015"
down_revision = "0014"

LEDGER = (
    "stripe_charges",
    "stripe_refunds",
    "stripe_disputes",
    "stripe_payouts",
    "stripe_subscriptions",
    "stripe_balance_transactions",
)
# With the rights of whoever deletes the business: policies let them see its rows as they let them see it.
FUNCTION = """
CREATE FUNCTION vaultra_delete_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM stripe_charges WHERE business_id = OLD.id;
    DELETE FROM stripe_refunds WHERE business_id = OLD.id;
    DELETE FROM stripe_disputes WHERE business_id = OLD.id;
    DELETE FROM stripe_payouts WHERE business_id = OLD.id;
    DELETE FROM stripe_subscriptions WHERE business_id = OLD.id;
    DELETE FROM stripe_balance_transactions WHERE business_id = OLD.id;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.execute(FUNCTION)
    op.execute(
        "CREATE TRIGGER delete_ledger AFTER DELETE ON businesses FOR EACH ROW EXECUTE FUNCTION vaultra_delete_ledger()"
    )
    for table in LEDGER:
        op.drop_constraint(f"fk_{table}_business_id", table)


def downgrade() -> None:
    for table in LEDGER:
        op.create_foreign_key(
            f"fk_{table}_business_id", table, "businesses", ["business_id"], ["id"], ondelete="CASCADE"
        )
    op.execute("DROP TRIGGER delete_ledger ON businesses")
    op.execute("DROP FUNCTION vaultra_delete_ledger()")

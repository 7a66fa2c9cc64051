"""Results go with their business by a trigger as well: a sweep writes six rows of each, and looked it up for each."""

from alembic import op

revision = "0019"
down_revision = "0018"

RESULTS = (
    "financial_metric_snapshots",
    "superseded_snapshots",
    "readiness_scores",
    "superseded_scores",
    "recommendations",
)
FUNCTION = """
CREATE FUNCTION vaultra_delete_results() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM financial_metric_snapshots WHERE business_id = OLD.id;
    DELETE FROM superseded_snapshots WHERE business_id = OLD.id;
    DELETE FROM readiness_scores WHERE business_id = OLD.id;
    DELETE FROM superseded_scores WHERE business_id = OLD.id;
    DELETE FROM recommendations WHERE business_id = OLD.id;
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER delete_results AFTER DELETE ON businesses FOR EACH ROW EXECUTE FUNCTION vaultra_delete_results()
"""


def upgrade() -> None:
    op.execute(FUNCTION)
    # Triggers fire in the order of their names, those of foreign keys (RI_…) first: they wait for whoever holds the
    # computation, so that what is being written just now is there to be deleted.
    op.execute(TRIGGER)
    for table in RESULTS:
        op.drop_constraint(f"fk_{table}_business_id", table)


def downgrade() -> None:
    for table in RESULTS:
        op.create_foreign_key(
            f"fk_{table}_business_id", table, "businesses", ["business_id"], ["id"], ondelete="CASCADE"
        )
    op.execute("DROP TRIGGER delete_results ON businesses")
    op.execute("DROP FUNCTION vaultra_delete_results()")

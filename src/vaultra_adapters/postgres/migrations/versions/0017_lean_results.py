"""What a sweep reads and writes gets smaller, and what is due is found by indexes.

Scores keep their lines in figures: those that hold sentences are set aside and due again, for all their days. Customers
of a day are `json`, since they are only ever read whole.
"""

from alembic import op

revision = "0017"
down_revision = "0016"

SET_ASIDE = """
INSERT INTO superseded_scores
  (business_id, id, rulebook, as_of, score, raw_score, tier, confidence, components, contributions, inputs_digest,
   created_at, superseded_at)
SELECT business_id, id, rulebook, as_of, score, raw_score, tier, confidence, components, contributions, inputs_digest,
       created_at, now()
  FROM readiness_scores
"""


def upgrade() -> None:
    op.execute("CREATE INDEX ix_computations_metrics_due ON computations (business_id) WHERE metrics_from IS NOT NULL")
    op.execute("CREATE INDEX ix_computations_metrics_as_of ON computations (metrics_as_of)")
    op.execute("CREATE INDEX ix_businesses_timezone ON businesses (timezone)")
    # Whoever is connected has a computation from now on.
    _as_system(
        "INSERT INTO computations (business_id) SELECT business_id FROM integration_accounts ON CONFLICT DO NOTHING"
    )
    op.execute("ALTER TABLE daily_activity ALTER COLUMN customers TYPE json USING customers::json")
    _set_scores_aside()


def downgrade() -> None:
    _set_scores_aside()
    op.execute("ALTER TABLE daily_activity ALTER COLUMN customers TYPE jsonb USING customers::jsonb")
    op.execute("DROP INDEX ix_businesses_timezone")
    op.execute("DROP INDEX ix_computations_metrics_as_of")
    op.execute("DROP INDEX ix_computations_metrics_due")


def _set_scores_aside() -> None:
    _as_system(
        SET_ASIDE,
        "DELETE FROM readiness_scores",
        "UPDATE computations SET readiness_from = '0001-01-01' WHERE readiness_as_of IS NOT NULL",
    )


def _as_system(*statements: str) -> None:
    """To whoever owns the tables, and is no superuser, no row is visible."""
    for statement in ("SET LOCAL ROLE vaultra_system", *statements, "RESET ROLE"):
        op.execute(statement)

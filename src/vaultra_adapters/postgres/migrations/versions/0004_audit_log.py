"""Who did what: a log that is only ever added to."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

# `forget` deletes what is past its time (RETENTION in vaultra_core.domain.audit, 400 days) and `forget_addresses`
# takes out addresses; nothing else may change what was written, whoever asks.
GUARD = """
CREATE FUNCTION audit_log_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '400 days' THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        OLD.address := NULL;
        IF NEW IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit log is only added to' USING ERRCODE = 'insufficient_privilege';
END
$$
"""
TRIGGER = """
CREATE TRIGGER audit_log_guard BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_log_guard()
"""


def upgrade() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("actor_id", sa.Uuid),
        sa.Column("business_id", sa.Uuid),
        sa.Column("target", sa.Text),
        sa.Column("details", sa.dialects.postgresql.JSONB, nullable=False),
        sa.Column("address", sa.Text),
        sa.Column("request_id", sa.Text),
        *(
            sa.CheckConstraint(f"length({name}) <= {most}", name=f"{name}_length")
            for name, most in (("action", 64), ("target", 255), ("address", 64), ("request_id", 64))
        ),
    )
    for columns in (("business_id", "at", "id"), ("actor_id", "at", "id"), ("at",)):
        op.create_index(f"ix_audit_log_{'_'.join(columns)}", "audit_log", columns)
    op.execute(GUARD)
    op.execute(TRIGGER)


def downgrade() -> None:
    op.drop_table("audit_log")
    op.execute("DROP FUNCTION audit_log_guard()")

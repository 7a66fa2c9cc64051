"""Session and memberships in one statement. `users.token_generation`, which was to end all tokens of a person at once,
goes: sessions are rows, and deleting them does that."""

from alembic import op

revision = "0013"
down_revision = "0012"

ROLES = """
CREATE FUNCTION vaultra_roles(person uuid, session uuid, moment timestamptz)
RETURNS TABLE (business_id uuid, role text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('vaultra.user_id', person::text, true);
    RETURN QUERY SELECT m.business_id, m.role
        FROM sessions s LEFT JOIN user_business_memberships m ON m.user_id = s.user_id
        WHERE s.id = session AND s.user_id = person AND s.expires_at > moment;
END $$
"""


def upgrade() -> None:
    op.execute(ROLES)
    op.execute("ALTER TABLE users DROP COLUMN token_generation")


def downgrade() -> None:
    op.execute("ALTER TABLE users ADD COLUMN token_generation integer NOT NULL DEFAULT 0")
    op.execute("DROP FUNCTION vaultra_roles(uuid, uuid, timestamptz)")

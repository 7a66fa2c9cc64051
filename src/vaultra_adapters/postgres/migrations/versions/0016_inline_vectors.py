"""Vectors of the knowledge base as pgvector's own type, where the server has it, and within their rows.

Every question is compared with all of them. Out of line, bringing them in took half of a search, and casting them from
arrays most of the rest. Only a vector that is too large for a page is moved out of its row.
"""

from alembic import op

revision = "0016"
down_revision = "0015"

# In one statement: how a value is stored is decided when its row is written, and the new type has all written anew.
ALTER = """
DO $$ BEGIN
    IF to_regtype('vector') IS NOT NULL THEN
        ALTER TABLE knowledge_entries
            ALTER COLUMN embedding TYPE {kind} USING embedding::{kind}, ALTER COLUMN embedding SET STORAGE {storage};
    END IF;
END $$
"""


def upgrade() -> None:
    op.execute(ALTER.format(kind="vector", storage="MAIN"))


def downgrade() -> None:
    op.execute(ALTER.format(kind="real[]", storage="EXTENDED"))

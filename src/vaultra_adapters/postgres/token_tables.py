from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, UniqueConstraint, Uuid

from vaultra_adapters.postgres.columns import Moment, business_column, choice_column, metadata, text_column
from vaultra_core.domain.tokens import TokenScope

personal_tokens = Table(
    "personal_tokens",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    business_column(),
    text_column("name", 200, nullable=False),
    choice_column("scope", TokenScope, nullable=False),
    text_column("audience", 2048, nullable=False),
    text_column("prefix", 32, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("last_used_at", Moment),
    UniqueConstraint("digest"),
    Index(None, "user_id"),
    Index(None, "business_id"),
)

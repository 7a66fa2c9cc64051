from sqlalchemy import Column, Index, LargeBinary, Table, UniqueConstraint, Uuid, text

from vaultra_adapters.postgres.columns import Moment, business_column, choice_column, metadata, text_column
from vaultra_core.identity import Role

invitations = Table(
    "invitations",
    metadata,
    Column("id", Uuid, primary_key=True),
    business_column(),
    text_column("email", 320, nullable=False),
    choice_column("role", Role, nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    UniqueConstraint("token_hash"),
)
Index("uq_invitations_email", invitations.c.business_id, text("lower(email)"), unique=True)

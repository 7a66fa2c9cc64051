"""The tables of conversations with the agent."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Table, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from vaultra_adapters.postgres.columns import Moment, business_column, choice_column, metadata, text_column
from vaultra_core.domain.conversations import MOST_ANSWER, MOST_TITLE, MessageRole, Rating

agent_conversations = Table(
    "agent_conversations",
    metadata,
    Column("id", Uuid, primary_key=True),
    business_column(),
    Column("user_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    text_column("title", MOST_TITLE, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("stop_requested_at", Moment),
    Index("ix_agent_conversations_newest", "business_id", "user_id", text("updated_at DESC"), text("id DESC")),
    Index(None, "user_id"),
)

agent_messages = Table(
    "agent_messages",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("conversation_id", Uuid, ForeignKey("agent_conversations.id", ondelete="CASCADE"), nullable=False),
    business_column(),
    Column("user_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    choice_column("role", MessageRole, nullable=False),
    text_column("content", MOST_ANSWER, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("tool_calls", JSONB, nullable=False),
    Column("citations", JSONB, nullable=False),
    Column("figures", JSONB, nullable=False),
    text_column("model", 200),
    Column("stopped", Boolean, nullable=False),
    choice_column("rating", Rating),
    text_column("comment", 1000),
    Index(None, "conversation_id", "created_at"),
    Index(None, "business_id"),
    Index(None, "user_id"),
)

"""Every table, as SQLAlchemy Core describes it; the migrations build the same and a test compares the two.

Keys of tenant tables lead with `business_id`, so that a hot table can be partitioned by it. Moments of our own are
`timestamptz`; what Stripe dates stays in Stripe's Unix seconds, so that the ledger's columns are the fields of
`vaultra_core.domain.ledger` one to one. Money is `bigint` minor units beside its currency.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB

from vaultra_adapters.postgres.columns import Moment, business_column, choice_column, metadata, text_column
from vaultra_adapters.postgres.conversation_tables import agent_conversations, agent_messages
from vaultra_adapters.postgres.knowledge_tables import knowledge_entries
from vaultra_adapters.postgres.ledger_tables import LEDGER
from vaultra_adapters.postgres.member_tables import invitations
from vaultra_adapters.postgres.token_tables import personal_tokens
from vaultra_core.domain.accounts import ImportPhase, Industry, IntegrationStatus
from vaultra_core.domain.readiness.assessment import Tier
from vaultra_core.domain.recommendations.base import Category, Priority, Status
from vaultra_core.domain.reconciliation import CertificateState
from vaultra_core.domain.sessions import LinkPurpose
from vaultra_core.identity import Role
from vaultra_core.ports.storage import PARTITIONS

# Importing this module is what fills `metadata`.
__all__ = [
    "LEDGER",
    "access_returns",
    "agent_conversations",
    "agent_messages",
    "audit_log",
    "businesses",
    "completeness_certificates",
    "computations",
    "daily_activity",
    "dirty_days",
    "doubts",
    "financial_metric_snapshots",
    "import_windows",
    "integration_accounts",
    "invitations",
    "job_runs",
    "knowledge_entries",
    "mail_outbox",
    "mailed_links",
    "metadata",
    "personal_tokens",
    "rate_limits",
    "readiness_scores",
    "recommendations",
    "sessions",
    "stripe_events",
    "superseded_scores",
    "superseded_snapshots",
    "unreconciled_days",
    "used_connect_states",
    "user_business_memberships",
    "users",
    "waiting_events",
]

users = Table(
    "users",
    metadata,
    Column("id", Uuid, primary_key=True),
    text_column("email", 320, nullable=False),
    text_column("hashed_password", 512),
    text_column("name", 200, nullable=False),
    text_column("avatar_url", 2000),
    Column("email_verified_at", Moment),
    text_column("google_issuer", 255),
    text_column("google_subject", 255),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    UniqueConstraint("google_issuer", "google_subject"),
)
Index("uq_users_email", text("lower(email)"), unique=True, _table=users)

# The family of refresh tokens of one browser; of the tokens themselves only hashes are kept.
sessions = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("token_hash", LargeBinary, nullable=False),
    Column("previous_hash", LargeBinary),
    Column("rotated_at", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)

mailed_links = Table(
    "mailed_links",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    choice_column("purpose", LinkPurpose, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("expires_at", Moment, nullable=False),
)

# When a count is back at its start, by the hash of whose it is (see `PostgresRateLimits`).
rate_limits = Table(
    "rate_limits",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("full_at", Moment, nullable=False, index=True),
)

businesses = Table(
    "businesses",
    metadata,
    Column("id", Uuid, primary_key=True),
    text_column("name", 200, nullable=False),
    text_column("legal_entity", 200),
    choice_column("industry", Industry),
    Column("revenue_estimate", BigInteger),
    Column("founded_at", Date),
    text_column("currency", 3, nullable=False),
    text_column("timezone", 64, nullable=False),
    Column("sample_data", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index(None, "timezone"),
)

user_business_memberships = Table(
    "user_business_memberships",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("business_id", Uuid, ForeignKey("businesses.id", ondelete="CASCADE"), primary_key=True, index=True),
    choice_column("role", Role, nullable=False),
    Column("created_at", Moment, nullable=False, server_default=text("clock_timestamp()")),
)

integration_accounts = Table(
    "integration_accounts",
    metadata,
    Column("id", Uuid, primary_key=True),
    business_column(),
    text_column("provider", 32, nullable=False, server_default=text("'stripe'")),
    text_column("external_id", 255, nullable=False),
    Column("access_token_encrypted", LargeBinary),
    Column("metadata", JSONB, nullable=False, server_default=text("'{}'")),
    Column("livemode", Boolean, nullable=False),
    choice_column("status", IntegrationStatus, nullable=False),
    choice_column("phase", ImportPhase, nullable=False),
    text_column("error", 2000),
    Column("failures", Integer, nullable=False),
    Column("next_sync_at", Moment),
    Column("last_synced_at", Moment),
    Column("events_through", BigInteger),
    Column("webhooks_since", BigInteger),
    Column("webhooks_through", BigInteger),
    Column("webhooks_missed", Integer, nullable=False, server_default=text("0")),
    Column("webhooks_missed_last", BigInteger),
    Column("import_started_at", Moment, nullable=False),
    Column("import_finished_at", Moment),
    # Who works on this account: until when, and a token that grows with every lease so that an overtaken holder
    # can be told apart (a fencing token).
    Column("leased_until", Moment),
    Column("lease_token", BigInteger, nullable=False, server_default=text("0")),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    UniqueConstraint("business_id", "provider"),
    UniqueConstraint("provider", "external_id"),
    Index(None, "next_sync_at"),
)

used_connect_states = Table(
    "used_connect_states",
    metadata,
    text_column("nonce", 128, primary_key=True),
    Column("expires_at", Moment, nullable=False, index=True),
)

import_windows = Table(
    "import_windows",
    metadata,
    business_column(),
    Column("integration_id", Uuid, ForeignKey("integration_accounts.id", ondelete="CASCADE"), primary_key=True),
    text_column("kind", 32, primary_key=True),
    Column("starts_at", BigInteger, primary_key=True),
    Column("ends_at", BigInteger, nullable=False),
    choice_column("phase", ImportPhase, nullable=False),
    text_column("cursor", 255),
    Column("read_back_to", BigInteger),
    Column("objects", BigInteger, nullable=False),
    Column("closed", Boolean, nullable=False),
    CheckConstraint("starts_at < ends_at", name="order"),
    Index(None, "business_id"),
)

stripe_events = Table(
    "stripe_events",
    metadata,
    Column("id", Uuid, primary_key=True),
    # Found by `account` when the event comes in, null for an account that is not connected. No foreign key: the
    # inbox takes whatever Stripe sends, and keeps it when the connection goes.
    Column("integration_id", Uuid),
    text_column("stripe_event_id", 255, nullable=False, unique=True),
    text_column("account", 255),
    text_column("event_type", 255, nullable=False),
    Column("livemode", Boolean, nullable=False),
    # JSON as it came: it is read whole, and taking it apart to put it together again is what `jsonb` would cost.
    Column("payload", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    text_column("last_error", 2000),
    Column("processed_at", Moment),
    text_column("outcome", 500),
    Column("dead_at", Moment),
    Index(None, "integration_id", "created_at"),
    Index("ix_stripe_events_dead", "dead_at", postgresql_where=text("dead_at IS NOT NULL")),
    Index("ix_stripe_events_unconnected", "account", postgresql_where=text("integration_id IS NULL")),
    # No index looks at what applying an event changes, and each page has room for every one of its rows a second time:
    # so the change stays on the page and touches no index, at a third of the price.
    postgresql_with={"fillfactor": 50},
)

# What waits to be applied, so that it can be found without an index on the state of `stripe_events`. Goes in and out
# with that state, in the same statement.
waiting_events = Table(
    "waiting_events",
    metadata,
    Column("event_id", Uuid, primary_key=True),  # grows with the time of arrival
    text_column("account", 255),
    Column("due_at", Moment, nullable=False),
    # The events of one account are applied one after the other: whoever applies a partition has them to itself.
    Column(
        "partition",
        SmallInteger,
        Computed(f"abs(hashtext(COALESCE(account, ''))::bigint) % {PARTITIONS}", persisted=True),
        nullable=False,
    ),
    Index(None, "partition", "event_id"),
)

daily_activity = Table(
    "daily_activity",
    metadata,
    business_column(primary_key=True),
    Column("day", Date, primary_key=True),
    Column("charge_count", Integer, nullable=False),
    Column("gross_minor", BigInteger, nullable=False),
    Column("estimated_minor", BigInteger, nullable=False),
    Column("failed_count", Integer, nullable=False),
    Column("refund_count", Integer, nullable=False),
    Column("refunded_minor", BigInteger, nullable=False),
    Column("chargeback_count", Integer, nullable=False),
    Column("chargeback_minor", BigInteger, nullable=False),
    Column("chargeback_won_count", Integer, nullable=False),
    Column("payout_due_count", Integer, nullable=False),
    Column("payout_due_minor", BigInteger, nullable=False),
    Column("payout_ok_count", Integer, nullable=False),
    Column("payout_ok_minor", BigInteger, nullable=False),
    Column("identified_minor", BigInteger, nullable=False),
    Column("returning_minor", BigInteger, nullable=False),
    Column("unconverted_count", Integer, nullable=False),
    # Read whole, ninety days of a business at a time: `jsonb` would have to be put together for each reader.
    Column("customers", JSON, nullable=False),
)

dirty_days = Table("dirty_days", metadata, business_column(primary_key=True), Column("day", Date, primary_key=True))

# Days (UTC) on which something was created that has changed since they were last reconciled with the balance.
unreconciled_days = Table(
    "unreconciled_days", metadata, business_column(primary_key=True), Column("day", Date, primary_key=True)
)

completeness_certificates = Table(
    "completeness_certificates",
    metadata,
    business_column(primary_key=True),
    choice_column("state", CertificateState, nullable=False),
    Column("complete_through", Date),
    Column("judged_through", Date),
    Column("differences", JSONB, nullable=False),
    Column("difference_count", Integer, nullable=False),
    Column("checked_at", Moment),
    Column("listed_through", BigInteger),
    Column("failures", Integer, nullable=False),
    Column("next_at", Moment, nullable=False),
)

# When to retrieve a contested object again. `observed_at` is the moment of the record that was tried: a record of
# another moment is a new doubt. `next_at` is null for an object that Stripe does not have any more.
doubts = Table(
    "doubts",
    metadata,
    business_column(primary_key=True),
    text_column("kind", 32, primary_key=True),
    text_column("id", 255, primary_key=True),
    Column("observed_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Moment),
)

computations = Table(
    "computations",
    metadata,
    business_column(primary_key=True),
    Column("metrics_from", Date),
    Column("metrics_as_of", Date),
    Column("readiness_from", Date),
    Column("readiness_as_of", Date),
    Column("recommendations_due", Boolean, nullable=False, server_default=text("false")),
    Column("recommendations_as_of", Date),
    Index("ix_computations_metrics_due", "business_id", postgresql_where=text("metrics_from IS NOT NULL")),
    Index(None, "metrics_as_of"),
    Index("ix_computations_readiness_due", "business_id", postgresql_where=text("readiness_from IS NOT NULL")),
    Index("ix_computations_recommendations_due", "business_id", postgresql_where=text("recommendations_due")),
)


def _snapshot_columns() -> list[Column[Any]]:
    return [
        Column("period_start", Date, nullable=False),
        Column("period_end", Date, nullable=False),
        text_column("currency", 3, nullable=False),
        Column("revenue_total", BigInteger, nullable=False),
        Column("revenue_volatility", Double),
        Column("chargeback_count", Integer, nullable=False),
        Column("chargeback_ratio", Double),
        Column("refund_count", Integer, nullable=False),
        Column("refund_ratio", Double),
        Column("payout_reliability", Double),
        Column("transaction_count", Integer, nullable=False),
        Column("average_transaction_size", BigInteger),
        Column("mrr", BigInteger),
        Column("metrics_json", JSONB, nullable=False),
    ]


def _score_columns() -> list[Column[Any]]:
    return [
        text_column("rulebook", 64, nullable=False),
        Column("as_of", Date, nullable=False),
        Column("score", SmallInteger, CheckConstraint("score BETWEEN 0 AND 100", name="score_range"), nullable=False),
        Column("raw_score", Double, nullable=False),
        choice_column("tier", Tier, nullable=False),
        Column("confidence", Double, nullable=False),
        Column("components", JSONB, nullable=False),
        Column("contributions", JSONB, nullable=False),
    ]


def _computed(name: str, columns: list[Column[Any]], *more: Any) -> Table:
    """A table of results that are replaced, never edited: `inputs_digest` tells whether a new one is the same.

    Without a foreign key, as the ledger is: whoever writes holds the business's computation, which has one, and a
    trigger deletes the rows with the business (migration 0019).
    """
    return Table(
        name,
        metadata,
        Column("business_id", Uuid, primary_key=True),
        Column("id", Uuid, primary_key=True),
        *columns,
        Column("inputs_digest", LargeBinary, nullable=False),
        Column("created_at", Moment, nullable=False),
        *more,
    )


financial_metric_snapshots = _computed(
    "financial_metric_snapshots",
    _snapshot_columns(),
    UniqueConstraint("business_id", "period_start", "period_end", name="uq_financial_metric_snapshots_period"),
    Index("ix_financial_metric_snapshots_latest", "business_id", text("period_end DESC")),
)
superseded_snapshots = _computed(
    "superseded_snapshots",
    _snapshot_columns(),
    Column("superseded_at", Moment, nullable=False),
    Index(None, "business_id", "period_end"),
)
readiness_scores = _computed(
    "readiness_scores",
    _score_columns(),
    UniqueConstraint("business_id", "rulebook", "as_of"),
    Index("ix_readiness_scores_newest", "business_id", text("created_at DESC")),
)
superseded_scores = _computed(
    "superseded_scores",
    _score_columns(),
    Column("superseded_at", Moment, nullable=False),
    Index(None, "business_id", "rulebook", "as_of"),
)

recommendations = Table(
    "recommendations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("business_id", Uuid, nullable=False),  # without a foreign key, like all results
    text_column("key", 64, nullable=False),
    text_column("title", 200, nullable=False),
    text_column("description", 4000, nullable=False),
    choice_column("priority", Priority, nullable=False),
    choice_column("category", Category, nullable=False),
    choice_column("status", Status, nullable=False),
    Column("impact_points", Double, nullable=False),
    text_column("estimated_impact", 64, nullable=False),
    Column("metric_refs", JSONB, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("resolved_at", Moment),
    Column("dismissed_until", Moment),
    Index(None, "business_id", "status"),
    # Open is what still asks something of the owner: offered, or taken on and not reached yet.
    Index(
        "uq_recommendations_open",
        "business_id",
        "key",
        unique=True,
        postgresql_where=text("status IN ('pending', 'accepted') AND resolved_at IS NULL"),
    ),
)

job_runs = Table(
    "job_runs",
    metadata,
    text_column("job", 64, primary_key=True),
    Column("slot", Moment, primary_key=True),
    Column("claimed_at", Moment, nullable=False, server_default=text("clock_timestamp()")),
)

# No foreign keys: an entry outlives whom and what it tells of. Append-only by a trigger of the migration.
audit_log = Table(
    "audit_log",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("at", Moment, nullable=False),
    text_column("action", 64, nullable=False),
    Column("actor_id", Uuid),
    Column("business_id", Uuid),
    text_column("target", 255),
    Column("details", JSONB, nullable=False),
    text_column("address", 64),
    text_column("request_id", 64),
    Index(None, "business_id", "at", "id"),
    Index(None, "actor_id", "at", "id"),
    Index(None, "at"),
)

access_returns = Table(
    "access_returns",
    metadata,
    text_column("external_id", 255, primary_key=True),
    Column("due_at", Moment, nullable=False, index=True),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    text_column("last_error", 500),
)

mail_outbox = Table(
    "mail_outbox",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("to", Text, CheckConstraint('length("to") <= 320', name="to_length"), nullable=False),
    Column("content", JSONB, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("useful_until", Moment, nullable=False),
    Column("due_at", Moment, nullable=False, index=True),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    text_column("last_error", 500),
)

-- The first schema. `vaultra_adapters.postgres.tables` describes the same; a test holds the two together.

CREATE TABLE users (
    id UUID NOT NULL,
    email TEXT NOT NULL CONSTRAINT ck_users_email_length CHECK (length(email) <= 320),
    hashed_password TEXT CONSTRAINT ck_users_hashed_password_length CHECK (length(hashed_password) <= 512),
    name TEXT NOT NULL CONSTRAINT ck_users_name_length CHECK (length(name) <= 200),
    avatar_url TEXT CONSTRAINT ck_users_avatar_url_length CHECK (length(avatar_url) <= 2000),
    google_subject TEXT CONSTRAINT ck_users_google_subject_length CHECK (length(google_subject) <= 255),
    token_generation INTEGER DEFAULT 0 NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_users PRIMARY KEY (id),
    CONSTRAINT uq_users_google_subject UNIQUE (google_subject)
);
CREATE UNIQUE INDEX uq_users_email ON users (lower(email));

CREATE TABLE businesses (
    id UUID NOT NULL,
    name TEXT NOT NULL CONSTRAINT ck_businesses_name_length CHECK (length(name) <= 200),
    legal_entity TEXT CONSTRAINT ck_businesses_legal_entity_length CHECK (length(legal_entity) <= 200),
    industry TEXT
        CONSTRAINT ck_businesses_industry_known CHECK (industry IN (
            'food_and_drink', 'retail', 'ecommerce', 'software', 'professional_services', 'health_and_beauty',
            'education', 'travel_and_leisure', 'construction', 'manufacturing', 'nonprofit', 'other'
        )),
    revenue_estimate BIGINT,
    founded_at DATE,
    currency TEXT NOT NULL CONSTRAINT ck_businesses_currency_length CHECK (length(currency) <= 3),
    timezone TEXT NOT NULL CONSTRAINT ck_businesses_timezone_length CHECK (length(timezone) <= 64),
    sample_data BOOLEAN NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_businesses PRIMARY KEY (id)
);

CREATE TABLE user_business_memberships (
    user_id UUID NOT NULL,
    business_id UUID NOT NULL,
    role TEXT NOT NULL
        CONSTRAINT ck_user_business_memberships_role_known CHECK (role IN ('viewer', 'admin', 'owner')),
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_user_business_memberships PRIMARY KEY (user_id, business_id),
    CONSTRAINT fk_user_business_memberships_user_id FOREIGN KEY (user_id)
        REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT fk_user_business_memberships_business_id FOREIGN KEY (business_id)
        REFERENCES businesses (id) ON DELETE CASCADE
);
CREATE INDEX ix_user_business_memberships_business_id ON user_business_memberships (business_id);

CREATE TABLE integration_accounts (
    id UUID NOT NULL,
    business_id UUID NOT NULL,
    provider TEXT DEFAULT 'stripe' NOT NULL
        CONSTRAINT ck_integration_accounts_provider_length CHECK (length(provider) <= 32),
    external_id TEXT NOT NULL
        CONSTRAINT ck_integration_accounts_external_id_length CHECK (length(external_id) <= 255),
    access_token_encrypted BYTEA,
    metadata JSONB DEFAULT '{}' NOT NULL,
    livemode BOOLEAN NOT NULL,
    status TEXT NOT NULL
        CONSTRAINT ck_integration_accounts_status_known CHECK (status IN ('active', 'revoked', 'error')),
    phase TEXT NOT NULL
        CONSTRAINT ck_integration_accounts_phase_known CHECK (phase IN ('starting', 'extending', 'complete')),
    error TEXT CONSTRAINT ck_integration_accounts_error_length CHECK (length(error) <= 2000),
    failures INTEGER NOT NULL,
    next_sync_at TIMESTAMP WITH TIME ZONE,
    last_synced_at TIMESTAMP WITH TIME ZONE,
    events_through BIGINT,
    import_started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    import_finished_at TIMESTAMP WITH TIME ZONE,
    leased_until TIMESTAMP WITH TIME ZONE,
    lease_token BIGINT DEFAULT 0 NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_integration_accounts PRIMARY KEY (id),
    CONSTRAINT uq_integration_accounts_business_id_provider UNIQUE (business_id, provider),
    CONSTRAINT uq_integration_accounts_provider_external_id UNIQUE (provider, external_id),
    CONSTRAINT fk_integration_accounts_business_id FOREIGN KEY (business_id)
        REFERENCES businesses (id) ON DELETE CASCADE
);
CREATE INDEX ix_integration_accounts_next_sync_at ON integration_accounts (next_sync_at);

CREATE TABLE used_connect_states (
    nonce TEXT NOT NULL CONSTRAINT ck_used_connect_states_nonce_length CHECK (length(nonce) <= 128),
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_used_connect_states PRIMARY KEY (nonce)
);
CREATE INDEX ix_used_connect_states_expires_at ON used_connect_states (expires_at);

CREATE TABLE import_windows (
    business_id UUID NOT NULL,
    integration_id UUID NOT NULL,
    kind TEXT NOT NULL CONSTRAINT ck_import_windows_kind_length CHECK (length(kind) <= 32),
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    phase TEXT NOT NULL
        CONSTRAINT ck_import_windows_phase_known CHECK (phase IN ('starting', 'extending', 'complete')),
    cursor TEXT CONSTRAINT ck_import_windows_cursor_length CHECK (length(cursor) <= 255),
    read_back_to BIGINT,
    objects BIGINT NOT NULL,
    closed BOOLEAN NOT NULL,
    CONSTRAINT pk_import_windows PRIMARY KEY (integration_id, kind, starts_at),
    CONSTRAINT ck_import_windows_order CHECK (starts_at < ends_at),
    CONSTRAINT fk_import_windows_business_id FOREIGN KEY (business_id)
        REFERENCES businesses (id) ON DELETE CASCADE,
    CONSTRAINT fk_import_windows_integration_id FOREIGN KEY (integration_id)
        REFERENCES integration_accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_import_windows_business_id ON import_windows (business_id);

CREATE TABLE stripe_events (
    id UUID NOT NULL,
    integration_id UUID,
    stripe_event_id TEXT NOT NULL
        CONSTRAINT ck_stripe_events_stripe_event_id_length CHECK (length(stripe_event_id) <= 255),
    account TEXT CONSTRAINT ck_stripe_events_account_length CHECK (length(account) <= 255),
    event_type TEXT NOT NULL CONSTRAINT ck_stripe_events_event_type_length CHECK (length(event_type) <= 255),
    livemode BOOLEAN NOT NULL,
    payload JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    attempts INTEGER DEFAULT 0 NOT NULL,
    next_attempt_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_error TEXT CONSTRAINT ck_stripe_events_last_error_length CHECK (length(last_error) <= 2000),
    processed_at TIMESTAMP WITH TIME ZONE,
    outcome TEXT CONSTRAINT ck_stripe_events_outcome_length CHECK (length(outcome) <= 500),
    dead_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_stripe_events PRIMARY KEY (id),
    CONSTRAINT uq_stripe_events_stripe_event_id UNIQUE (stripe_event_id)
);
CREATE INDEX ix_stripe_events_dead ON stripe_events (dead_at) WHERE dead_at IS NOT NULL;
CREATE INDEX ix_stripe_events_integration_id_created_at ON stripe_events (integration_id, created_at);
CREATE INDEX ix_stripe_events_unknown_account ON stripe_events (account) WHERE outcome = 'ignored: unknown account';
CREATE INDEX ix_stripe_events_waiting ON stripe_events (next_attempt_at, id) WHERE processed_at IS NULL AND dead_at IS NULL;

CREATE TABLE stripe_charges (
    business_id UUID NOT NULL,
    id TEXT NOT NULL CONSTRAINT ck_stripe_charges_id_length CHECK (length(id) <= 255),
    created BIGINT NOT NULL,
    currency TEXT NOT NULL CONSTRAINT ck_stripe_charges_currency_length CHECK (length(currency) <= 3),
    amount_minor BIGINT NOT NULL,
    status TEXT NOT NULL
        CONSTRAINT ck_stripe_charges_status_known CHECK (status IN ('pending', 'failed', 'succeeded')),
    captured BOOLEAN NOT NULL,
    customer TEXT CONSTRAINT ck_stripe_charges_customer_length CHECK (length(customer) <= 255),
    balance_transaction TEXT
        CONSTRAINT ck_stripe_charges_balance_transaction_length CHECK (length(balance_transaction) <= 255),
    milestones JSONB NOT NULL,
    observed_at BIGINT NOT NULL,
    contested BOOLEAN NOT NULL,
    CONSTRAINT pk_stripe_charges PRIMARY KEY (business_id, id),
    CONSTRAINT fk_stripe_charges_business_id FOREIGN KEY (business_id)
        REFERENCES businesses (id) ON DELETE CASCADE
);
CREATE INDEX ix_stripe_charges_business_id_balance_transaction ON stripe_charges (business_id, balance_transaction) WHERE balance_transaction IS NOT NULL;
CREATE INDEX ix_stripe_charges_business_id_created ON stripe_charges (business_id, created);
CREATE INDEX ix_stripe_charges_sales_by_customer ON stripe_charges (business_id, customer, created) WHERE customer IS NOT NULL AND status = 'succeeded' AND captured;

CREATE TABLE stripe_refunds (
    business_id UUID NOT NULL,
    id TEXT NOT NULL CONSTRAINT ck_stripe_refunds_id_length CHECK (length(id) <= 255),
    created BIGINT NOT NULL,
    currency TEXT NOT NULL CONSTRAINT ck_stripe_refunds_currency_length CHECK (length(currency) <= 3),
    amount_minor BIGINT NOT NULL,
    status TEXT NOT NULL
        CONSTRAINT ck_stripe_refunds_status_known CHECK (status IN (
            'pending', 'requires_action', 'succeeded', 'failed', 'canceled'
        )),
    charge TEXT CONSTRAINT ck_stripe_refunds_charge_length CHECK (length(charge) <= 255),
    milestones JSONB NOT NULL,
    observed_at BIGINT NOT NULL,
    contested BOOLEAN NOT NULL,
    CONSTRAINT pk_stripe_refunds PRIMARY KEY (business_id, id),
    CONSTRAINT fk_stripe_refunds_business_id FOREIGN KEY (business_id)
        REFERENCES businesses (id) ON DELETE CASCADE
);
CREATE INDEX ix_stripe_refunds_business_id_charge ON stripe_refunds (business_id, charge);
CREATE INDEX ix_stripe_refunds_business_id_created ON stripe_refunds (business_id, created);

CREATE TABLE stripe_disputes (
    business_id UUID NOT NULL,
    id TEXT NOT NULL CONSTRAINT ck_stripe_disputes_id_length CHECK (length(id) <= 255),
    created BIGINT NOT NULL,
    currency TEXT NOT NULL CONSTRAINT ck_stripe_disputes_currency_length CHECK (length(currency) <= 3),
    amount_minor BIGINT NOT NULL,
    status TEXT NOT NULL
        CONSTRAINT ck_stripe_disputes_status_known CHECK (status IN (
            'warning_needs_response', 'warning_under_review', 'warning_closed', 'prevented', 'needs_response',
            'under_review', 'lost', 'won'
        )),
    charge TEXT CONSTRAINT ck_stripe_disputes_charge_length CHECK (length(charge) <= 255),
    milestones JSONB NOT NULL,
    observed_at BIGINT NOT NULL,
    contested BOOLEAN NOT NULL,
    CONSTRAINT pk_stripe_disputes PRIMARY KEY (business_id, id),
    CONSTRAINT fk_stripe_disputes_business_id FOREIGN KEY (business_id)
        REFERENCES businesses (id) ON DELETE CASCADE
);
CREATE INDEX ix_stripe_disputes_business_id_charge ON stripe_disputes (business_id, charge);
CREATE INDEX ix_stripe_disputes_business_id_created ON stripe_disputes (business_id, created);

CREATE TABLE stripe_payouts (
    business_id UUID NOT NULL,
    id TEXT NOT NULL CONSTRAINT ck_stripe_payouts_id_length CHECK (length(id) <= 255),
    created BIGINT NOT NULL,
    currency TEXT NOT NULL CONSTRAINT ck_stripe_payouts_currency_length CHECK (length(currency) <= 3),
    amount_minor BIGINT NOT NULL,
    status TEXT NOT NULL
        CONSTRAINT ck_stripe_payouts_status_known CHECK (status IN (
            'pending', 'in_transit', 'canceled', 'paid', 'failed'
        )),
    arrival_date BIGINT NOT NULL,
    automatic BOOLEAN NOT NULL,
    milestones JSONB NOT NULL,
    observed_at BIGINT NOT NULL,
    contested BOOLEAN NOT NULL,
    CONSTRAINT pk_stripe_payouts PRIMARY KEY (business_id, id),
    CONSTRAINT fk_stripe_payouts_business_id FOREIGN KEY (business_id)
        REFERENCES businesses (id) ON DELETE CASCADE
);
CREATE INDEX ix_stripe_payouts_business_id_arrival_date ON stripe_payouts (business_id, arrival_date);

CREATE TABLE stripe_subscriptions (
    business_id UUID NOT NULL,
    id TEXT NOT NULL CONSTRAINT ck_stripe_subscriptions_id_length CHECK (length(id) <= 255),
    created BIGINT NOT NULL,
    currency TEXT NOT NULL CONSTRAINT ck_stripe_subscriptions_currency_length CHECK (length(currency) <= 3),
    status TEXT NOT NULL
        CONSTRAINT ck_stripe_subscriptions_status_known CHECK (status IN (
            'incomplete', 'incomplete_expired', 'trialing', 'active', 'past_due', 'unpaid', 'paused',
            'canceled'
        )),
    customer TEXT CONSTRAINT ck_stripe_subscriptions_customer_length CHECK (length(customer) <= 255),
    started_at BIGINT NOT NULL,
    trial_end BIGINT,
    ended_at BIGINT,
    paused BOOLEAN NOT NULL,
    items JSONB NOT NULL,
    discounts JSONB NOT NULL,
    milestones JSONB NOT NULL,
    observed_at BIGINT NOT NULL,
    contested BOOLEAN NOT NULL,
    CONSTRAINT pk_stripe_subscriptions PRIMARY KEY (business_id, id),
    CONSTRAINT fk_stripe_subscriptions_business_id FOREIGN KEY (business_id)
        REFERENCES businesses (id) ON DELETE CASCADE
);

CREATE TABLE stripe_balance_transactions (
    business_id UUID NOT NULL,
    id TEXT NOT NULL CONSTRAINT ck_stripe_balance_transactions_id_length CHECK (length(id) <= 255),
    created BIGINT NOT NULL,
    currency TEXT NOT NULL CONSTRAINT ck_stripe_balance_transactions_currency_length CHECK (length(currency) <= 3),
    amount_minor BIGINT NOT NULL,
    fee_minor BIGINT NOT NULL,
    net_minor BIGINT NOT NULL,
    available_on BIGINT NOT NULL,
    reporting_category TEXT NOT NULL
        CONSTRAINT ck_stripe_balance_transactions_reporting_category_length CHECK (length(reporting_category) <= 64),
    exchange_rate TEXT
        CONSTRAINT ck_stripe_balance_transactions_exchange_rate_length CHECK (length(exchange_rate) <= 32),
    source TEXT CONSTRAINT ck_stripe_balance_transactions_source_length CHECK (length(source) <= 255),
    milestones JSONB NOT NULL,
    observed_at BIGINT NOT NULL,
    contested BOOLEAN NOT NULL,
    CONSTRAINT pk_stripe_balance_transactions PRIMARY KEY (business_id, id),
    CONSTRAINT fk_stripe_balance_transactions_business_id FOREIGN KEY (business_id)
        REFERENCES businesses (id) ON DELETE CASCADE
);

CREATE TABLE daily_activity (
    business_id UUID NOT NULL,
    day DATE NOT NULL,
    charge_count INTEGER NOT NULL,
    gross_minor BIGINT NOT NULL,
    estimated_minor BIGINT NOT NULL,
    failed_count INTEGER NOT NULL,
    refund_count INTEGER NOT NULL,
    refunded_minor BIGINT NOT NULL,
    chargeback_count INTEGER NOT NULL,
    chargeback_minor BIGINT NOT NULL,
    chargeback_won_count INTEGER NOT NULL,
    payout_due_count INTEGER NOT NULL,
    payout_due_minor BIGINT NOT NULL,
    payout_ok_count INTEGER NOT NULL,
    payout_ok_minor BIGINT NOT NULL,
    identified_minor BIGINT NOT NULL,
    returning_minor BIGINT NOT NULL,
    unconverted_count INTEGER NOT NULL,
    customers JSONB NOT NULL,
    CONSTRAINT pk_daily_activity PRIMARY KEY (business_id, day),
    CONSTRAINT fk_daily_activity_business_id FOREIGN KEY (business_id)
        REFERENCES businesses (id) ON DELETE CASCADE
);

CREATE TABLE dirty_days (
    business_id UUID NOT NULL,
    day DATE NOT NULL,
    CONSTRAINT pk_dirty_days PRIMARY KEY (business_id, day),
    CONSTRAINT fk_dirty_days_business_id FOREIGN KEY (business_id)
        REFERENCES businesses (id) ON DELETE CASCADE
);

CREATE TABLE computations (
    business_id UUID NOT NULL,
    metrics_from DATE,
    metrics_as_of DATE,
    readiness_from DATE,
    readiness_as_of DATE,
    recommendations_due BOOLEAN DEFAULT false NOT NULL,
    recommendations_as_of DATE,
    CONSTRAINT pk_computations PRIMARY KEY (business_id),
    CONSTRAINT fk_computations_business_id FOREIGN KEY (business_id)
        REFERENCES businesses (id) ON DELETE CASCADE
);
CREATE INDEX ix_computations_readiness_due ON computations (business_id) WHERE readiness_from IS NOT NULL;
CREATE INDEX ix_computations_recommendations_due ON computations (business_id) WHERE recommendations_due;

CREATE TABLE financial_metric_snapshots (
    business_id UUID NOT NULL,
    id UUID NOT NULL,
    period_start DATE NOT NULL,
    period_end DATE NOT NULL,
    currency TEXT NOT NULL CONSTRAINT ck_financial_metric_snapshots_currency_length CHECK (length(currency) <= 3),
    revenue_total BIGINT NOT NULL,
    revenue_volatility DOUBLE PRECISION,
    chargeback_count INTEGER NOT NULL,
    chargeback_ratio DOUBLE PRECISION,
    refund_count INTEGER NOT NULL,
    refund_ratio DOUBLE PRECISION,
    payout_reliability DOUBLE PRECISION,
    transaction_count INTEGER NOT NULL,
    average_transaction_size BIGINT,
    mrr BIGINT,
    metrics_json JSONB NOT NULL,
    inputs_digest BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_financial_metric_snapshots PRIMARY KEY (business_id, id),
    CONSTRAINT uq_financial_metric_snapshots_period UNIQUE (business_id, period_start, period_end),
    CONSTRAINT fk_financial_metric_snapshots_business_id FOREIGN KEY (business_id)
        REFERENCES businesses (id) ON DELETE CASCADE
);
CREATE INDEX ix_financial_metric_snapshots_latest ON financial_metric_snapshots (business_id, period_end DESC);

CREATE TABLE superseded_snapshots (
    business_id UUID NOT NULL,
    id UUID NOT NULL,
    period_start DATE NOT NULL,
    period_end DATE NOT NULL,
    currency TEXT NOT NULL CONSTRAINT ck_superseded_snapshots_currency_length CHECK (length(currency) <= 3),
    revenue_total BIGINT NOT NULL,
    revenue_volatility DOUBLE PRECISION,
    chargeback_count INTEGER NOT NULL,
    chargeback_ratio DOUBLE PRECISION,
    refund_count INTEGER NOT NULL,
    refund_ratio DOUBLE PRECISION,
    payout_reliability DOUBLE PRECISION,
    transaction_count INTEGER NOT NULL,
    average_transaction_size BIGINT,
    mrr BIGINT,
    metrics_json JSONB NOT NULL,
    inputs_digest BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    superseded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_superseded_snapshots PRIMARY KEY (business_id, id),
    CONSTRAINT fk_superseded_snapshots_business_id FOREIGN KEY (business_id)
        REFERENCES businesses (id) ON DELETE CASCADE
);
CREATE INDEX ix_superseded_snapshots_business_id_period_end ON superseded_snapshots (business_id, period_end);

CREATE TABLE readiness_scores (
    business_id UUID NOT NULL,
    id UUID NOT NULL,
    rulebook TEXT NOT NULL CONSTRAINT ck_readiness_scores_rulebook_length CHECK (length(rulebook) <= 64),
    as_of DATE NOT NULL,
    score SMALLINT NOT NULL CONSTRAINT ck_readiness_scores_score_range CHECK (score BETWEEN 0 AND 100),
    raw_score DOUBLE PRECISION NOT NULL,
    tier TEXT NOT NULL
        CONSTRAINT ck_readiness_scores_tier_known CHECK (tier IN (
            'not_ready', 'improving', 'funding_ready', 'highly_attractive'
        )),
    confidence DOUBLE PRECISION NOT NULL,
    components JSONB NOT NULL,
    contributions JSONB NOT NULL,
    inputs_digest BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_readiness_scores PRIMARY KEY (business_id, id),
    CONSTRAINT uq_readiness_scores_business_id_rulebook_as_of UNIQUE (business_id, rulebook, as_of),
    CONSTRAINT fk_readiness_scores_business_id FOREIGN KEY (business_id)
        REFERENCES businesses (id) ON DELETE CASCADE
);
CREATE INDEX ix_readiness_scores_newest ON readiness_scores (business_id, created_at DESC);

CREATE TABLE superseded_scores (
    business_id UUID NOT NULL,
    id UUID NOT NULL,
    rulebook TEXT NOT NULL CONSTRAINT ck_superseded_scores_rulebook_length CHECK (length(rulebook) <= 64),
    as_of DATE NOT NULL,
    score SMALLINT NOT NULL CONSTRAINT ck_superseded_scores_score_range CHECK (score BETWEEN 0 AND 100),
    raw_score DOUBLE PRECISION NOT NULL,
    tier TEXT NOT NULL
        CONSTRAINT ck_superseded_scores_tier_known CHECK (tier IN (
            'not_ready', 'improving', 'funding_ready', 'highly_attractive'
        )),
    confidence DOUBLE PRECISION NOT NULL,
    components JSONB NOT NULL,
    contributions JSONB NOT NULL,
    inputs_digest BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    superseded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_superseded_scores PRIMARY KEY (business_id, id),
    CONSTRAINT fk_superseded_scores_business_id FOREIGN KEY (business_id)
        REFERENCES businesses (id) ON DELETE CASCADE
);
CREATE INDEX ix_superseded_scores_business_id_rulebook_as_of ON superseded_scores (business_id, rulebook, as_of);

CREATE TABLE recommendations (
    id UUID NOT NULL,
    business_id UUID NOT NULL,
    key TEXT NOT NULL CONSTRAINT ck_recommendations_key_length CHECK (length(key) <= 64),
    title TEXT NOT NULL CONSTRAINT ck_recommendations_title_length CHECK (length(title) <= 200),
    description TEXT NOT NULL CONSTRAINT ck_recommendations_description_length CHECK (length(description) <= 4000),
    priority TEXT NOT NULL
        CONSTRAINT ck_recommendations_priority_known CHECK (priority IN ('high', 'medium', 'low')),
    category TEXT NOT NULL
        CONSTRAINT ck_recommendations_category_known CHECK (category IN (
            'risk', 'cash_flow', 'revenue', 'growth', 'data'
        )),
    status TEXT NOT NULL
        CONSTRAINT ck_recommendations_status_known CHECK (status IN (
            'pending', 'accepted', 'dismissed', 'resolved'
        )),
    impact_points DOUBLE PRECISION NOT NULL,
    estimated_impact TEXT NOT NULL
        CONSTRAINT ck_recommendations_estimated_impact_length CHECK (length(estimated_impact) <= 64),
    metric_refs JSONB NOT NULL,
    severity INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    resolved_at TIMESTAMP WITH TIME ZONE,
    dismissed_until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_recommendations PRIMARY KEY (id),
    CONSTRAINT fk_recommendations_business_id FOREIGN KEY (business_id)
        REFERENCES businesses (id) ON DELETE CASCADE
);
CREATE INDEX ix_recommendations_business_id_status ON recommendations (business_id, status);
CREATE UNIQUE INDEX uq_recommendations_open ON recommendations (business_id, key)
WHERE status IN ('pending', 'accepted') AND resolved_at IS NULL;

CREATE TABLE job_runs (
    job TEXT NOT NULL CONSTRAINT ck_job_runs_job_length CHECK (length(job) <= 64),
    slot TIMESTAMP WITH TIME ZONE NOT NULL,
    claimed_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_job_runs PRIMARY KEY (job, slot)
);

CREATE TABLE unreconciled_days (
    business_id UUID NOT NULL,
    day DATE NOT NULL,
    CONSTRAINT pk_unreconciled_days PRIMARY KEY (business_id, day),
    CONSTRAINT fk_unreconciled_days_business_id FOREIGN KEY (business_id)
        REFERENCES businesses (id) ON DELETE CASCADE
);

CREATE TABLE completeness_certificates (
    business_id UUID NOT NULL,
    state TEXT NOT NULL
        CONSTRAINT ck_completeness_certificates_state_known CHECK (state IN ('complete', 'differs', 'checking')),
    complete_through DATE,
    judged_through DATE,
    differences JSONB NOT NULL,
    difference_count INTEGER NOT NULL,
    checked_at TIMESTAMP WITH TIME ZONE,
    listed_through BIGINT,
    failures INTEGER NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_completeness_certificates PRIMARY KEY (business_id),
    CONSTRAINT fk_completeness_certificates_business_id FOREIGN KEY (business_id)
        REFERENCES businesses (id) ON DELETE CASCADE
);

CREATE TABLE doubts (
    business_id UUID NOT NULL,
    kind TEXT NOT NULL CONSTRAINT ck_doubts_kind_length CHECK (length(kind) <= 32),
    id TEXT NOT NULL CONSTRAINT ck_doubts_id_length CHECK (length(id) <= 255),
    observed_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_doubts PRIMARY KEY (business_id, kind, id),
    CONSTRAINT fk_doubts_business_id FOREIGN KEY (business_id)
        REFERENCES businesses (id) ON DELETE CASCADE
);

CREATE INDEX ix_stripe_balance_transactions_business_id_created ON stripe_balance_transactions (business_id, created);
CREATE INDEX ix_stripe_balance_transactions_business_id_source ON stripe_balance_transactions (business_id, source)
WHERE source IS NOT NULL;
CREATE INDEX ix_stripe_charges_contested ON stripe_charges (business_id, id) WHERE contested;
CREATE INDEX ix_stripe_refunds_contested ON stripe_refunds (business_id, id) WHERE contested;
CREATE INDEX ix_stripe_disputes_contested ON stripe_disputes (business_id, id) WHERE contested;
CREATE INDEX ix_stripe_payouts_contested ON stripe_payouts (business_id, id) WHERE contested;
CREATE INDEX ix_stripe_subscriptions_contested ON stripe_subscriptions (business_id, id) WHERE contested;
CREATE INDEX ix_stripe_balance_transactions_contested ON stripe_balance_transactions (business_id, id) WHERE contested;

-- Accounts that were imported before balance transactions had windows of their own read these now.
INSERT INTO import_windows (business_id, integration_id, kind, starts_at, ends_at, phase, objects, closed)
SELECT business_id, integration_id, 'balance_transaction', starts_at, ends_at, 'extending', 0, FALSE
FROM import_windows WHERE kind = 'charge';
UPDATE integration_accounts SET phase = 'extending', import_finished_at = NULL, next_sync_at = now()
WHERE phase = 'complete' AND status <> 'revoked';
INSERT INTO unreconciled_days (business_id, day)
SELECT business_id, (to_timestamp(created) AT TIME ZONE 'UTC')::date FROM stripe_charges
UNION SELECT business_id, (to_timestamp(created) AT TIME ZONE 'UTC')::date FROM stripe_refunds
UNION SELECT business_id, (to_timestamp(created) AT TIME ZONE 'UTC')::date FROM stripe_disputes
UNION SELECT business_id, (to_timestamp(created) AT TIME ZONE 'UTC')::date FROM stripe_payouts
UNION SELECT business_id, (to_timestamp(created) AT TIME ZONE 'UTC')::date FROM stripe_balance_transactions;

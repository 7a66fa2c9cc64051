CREATE TABLE waiting_events (
    event_id uuid NOT NULL,
    account text CONSTRAINT ck_waiting_events_account_length CHECK (length(account) <= 255),
    due_at timestamptz NOT NULL,
    partition smallint GENERATED ALWAYS AS (abs(hashtext(coalesce(account, ''))::bigint) % 16) STORED NOT NULL,
    CONSTRAINT pk_waiting_events PRIMARY KEY (event_id)
);
SELECT vaultra_protect('waiting_events', 'account IN (SELECT external_id FROM integration_accounts)');
SET LOCAL ROLE vaultra_system;
INSERT INTO waiting_events SELECT id, account, next_attempt_at FROM stripe_events
WHERE processed_at IS NULL AND dead_at IS NULL;
UPDATE stripe_events SET integration_id = NULL WHERE outcome = 'ignored: unknown account';
RESET ROLE;
CREATE INDEX ix_waiting_events_partition_event_id ON waiting_events (partition, event_id);
DROP INDEX ix_stripe_events_waiting;
DROP INDEX ix_stripe_events_unknown_account;
CREATE INDEX ix_stripe_events_unconnected ON stripe_events (account) WHERE integration_id IS NULL;
ALTER TABLE stripe_events DROP COLUMN next_attempt_at;
ALTER TABLE stripe_events SET (fillfactor = 50);

CREATE TABLE access_returns (
    external_id text NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    last_error text,
    CONSTRAINT pk_access_returns PRIMARY KEY (external_id),
    CONSTRAINT ck_access_returns_external_id_length CHECK (length(external_id) <= 255),
    CONSTRAINT ck_access_returns_last_error_length CHECK (length(last_error) <= 500)
);
CREATE INDEX ix_access_returns_due_at ON access_returns (due_at);
SELECT vaultra_protect('access_returns', 'false');
CREATE POLICY adds ON access_returns FOR INSERT TO vaultra_tenant
    WITH CHECK (external_id IN (SELECT external_id FROM integration_accounts));

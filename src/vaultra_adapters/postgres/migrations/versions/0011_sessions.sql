ALTER TABLE users DROP CONSTRAINT uq_users_google_subject;
ALTER TABLE users ADD COLUMN email_verified_at timestamptz;
ALTER TABLE users ADD COLUMN google_issuer text;
ALTER TABLE users ADD CONSTRAINT ck_users_google_issuer_length CHECK (length(google_issuer) <= 255);
ALTER TABLE users ADD CONSTRAINT uq_users_google_issuer_google_subject UNIQUE (google_issuer, google_subject);
CREATE TABLE sessions (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    previous_hash bytea,
    rotated_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT pk_sessions PRIMARY KEY (id),
    CONSTRAINT fk_sessions_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE INDEX ix_sessions_user_id ON sessions (user_id);
CREATE INDEX ix_sessions_expires_at ON sessions (expires_at);
CREATE TABLE mailed_links (
    user_id uuid NOT NULL,
    purpose text NOT NULL,
    token_hash bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT pk_mailed_links PRIMARY KEY (user_id, purpose),
    CONSTRAINT ck_mailed_links_purpose_known CHECK (purpose IN ('reset_password', 'verify_email')),
    CONSTRAINT fk_mailed_links_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT uq_mailed_links_token_hash UNIQUE (token_hash)
);
CREATE TABLE rate_limits (
    key bytea NOT NULL,
    full_at timestamptz NOT NULL,
    CONSTRAINT pk_rate_limits PRIMARY KEY (key)
);
CREATE INDEX ix_rate_limits_full_at ON rate_limits (full_at);
SELECT vaultra_protect('sessions', 'user_id = (SELECT vaultra_user())');
SELECT vaultra_protect('mailed_links', 'user_id = (SELECT vaultra_user())');
-- Counts under hashes that tell nothing.
SELECT vaultra_protect('rate_limits', 'true');

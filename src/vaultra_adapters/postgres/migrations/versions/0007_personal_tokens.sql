CREATE TABLE personal_tokens (
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    business_id UUID NOT NULL,
    name TEXT NOT NULL CONSTRAINT ck_personal_tokens_name_length CHECK (length(name) <= 200),
    scope TEXT NOT NULL CONSTRAINT ck_personal_tokens_scope_known CHECK (scope IN ('read', 'act')),
    audience TEXT NOT NULL CONSTRAINT ck_personal_tokens_audience_length CHECK (length(audience) <= 2048),
    prefix TEXT NOT NULL CONSTRAINT ck_personal_tokens_prefix_length CHECK (length(prefix) <= 32),
    digest BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_personal_tokens PRIMARY KEY (id),
    CONSTRAINT fk_personal_tokens_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT fk_personal_tokens_business_id FOREIGN KEY (business_id) REFERENCES businesses (id) ON DELETE CASCADE,
    CONSTRAINT uq_personal_tokens_digest UNIQUE (digest)
);

CREATE INDEX ix_personal_tokens_user_id ON personal_tokens (user_id);
CREATE INDEX ix_personal_tokens_business_id ON personal_tokens (business_id);

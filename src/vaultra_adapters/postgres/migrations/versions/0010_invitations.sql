CREATE TABLE invitations (
    id UUID NOT NULL,
    business_id UUID NOT NULL,
    email TEXT NOT NULL CONSTRAINT ck_invitations_email_length CHECK (length(email) <= 320),
    role TEXT NOT NULL CONSTRAINT ck_invitations_role_known CHECK (role IN ('viewer', 'admin', 'owner')),
    token_hash BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_invitations PRIMARY KEY (id),
    CONSTRAINT fk_invitations_business_id FOREIGN KEY (business_id) REFERENCES businesses (id) ON DELETE CASCADE,
    CONSTRAINT uq_invitations_token_hash UNIQUE (token_hash)
);
CREATE UNIQUE INDEX uq_invitations_email ON invitations (business_id, lower(email));
SELECT vaultra_protect('invitations');

CREATE TABLE mail_outbox (
    id uuid NOT NULL,
    "to" text NOT NULL,
    content jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    useful_until timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    last_error text,
    CONSTRAINT pk_mail_outbox PRIMARY KEY (id),
    CONSTRAINT ck_mail_outbox_to_length CHECK (length("to") <= 320),
    CONSTRAINT ck_mail_outbox_last_error_length CHECK (length(last_error) <= 500)
);
CREATE INDEX ix_mail_outbox_due_at ON mail_outbox (due_at);

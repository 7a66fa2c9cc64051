CREATE TABLE agent_conversations (
    id UUID NOT NULL,
    business_id UUID NOT NULL,
    user_id UUID NOT NULL,
    title TEXT NOT NULL CONSTRAINT ck_agent_conversations_title_length CHECK (length(title) <= 120),
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    stop_requested_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_agent_conversations PRIMARY KEY (id),
    CONSTRAINT fk_agent_conversations_business_id FOREIGN KEY (business_id)
        REFERENCES businesses (id) ON DELETE CASCADE,
    CONSTRAINT fk_agent_conversations_user_id FOREIGN KEY (user_id)
        REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX ix_agent_conversations_newest ON agent_conversations (business_id, user_id, updated_at DESC, id DESC);
CREATE INDEX ix_agent_conversations_user_id ON agent_conversations (user_id);

CREATE TABLE agent_messages (
    id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    business_id UUID NOT NULL,
    user_id UUID NOT NULL,
    role TEXT NOT NULL CONSTRAINT ck_agent_messages_role_known CHECK (role IN ('user', 'assistant')),
    content TEXT NOT NULL CONSTRAINT ck_agent_messages_content_length CHECK (length(content) <= 40000),
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    tool_calls JSONB NOT NULL,
    citations JSONB NOT NULL,
    figures JSONB NOT NULL,
    model TEXT CONSTRAINT ck_agent_messages_model_length CHECK (length(model) <= 200),
    stopped BOOLEAN NOT NULL,
    rating TEXT CONSTRAINT ck_agent_messages_rating_known CHECK (rating IN ('up', 'down')),
    comment TEXT CONSTRAINT ck_agent_messages_comment_length CHECK (length(comment) <= 1000),
    CONSTRAINT pk_agent_messages PRIMARY KEY (id),
    CONSTRAINT fk_agent_messages_conversation_id FOREIGN KEY (conversation_id)
        REFERENCES agent_conversations (id) ON DELETE CASCADE,
    CONSTRAINT fk_agent_messages_business_id FOREIGN KEY (business_id)
        REFERENCES businesses (id) ON DELETE CASCADE,
    CONSTRAINT fk_agent_messages_user_id FOREIGN KEY (user_id)
        REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX ix_agent_messages_conversation_id_created_at ON agent_messages (conversation_id, created_at);
CREATE INDEX ix_agent_messages_business_id ON agent_messages (business_id);
CREATE INDEX ix_agent_messages_user_id ON agent_messages (user_id);

SELECT vaultra_protect('agent_conversations', 'business_id = ANY ((SELECT vaultra_businesses())::uuid[]) AND user_id = (SELECT vaultra_user())');
SELECT vaultra_protect('agent_messages', 'business_id = ANY ((SELECT vaultra_businesses())::uuid[]) AND user_id = (SELECT vaultra_user())');

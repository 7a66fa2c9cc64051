-- The knowledge base compares vectors with pgvector where the server has it and lets us install it, else in plain SQL.
DO $$ BEGIN
    CREATE EXTENSION IF NOT EXISTS vector;
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
    RAISE NOTICE 'pgvector is not installed: %', SQLERRM;
END $$;

CREATE TABLE knowledge_entries (
    namespace TEXT NOT NULL CONSTRAINT ck_knowledge_entries_namespace_length CHECK (length(namespace) <= 100),
    id TEXT NOT NULL CONSTRAINT ck_knowledge_entries_id_length CHECK (length(id) <= 200),
    doc_id TEXT NOT NULL CONSTRAINT ck_knowledge_entries_doc_id_length CHECK (length(doc_id) <= 100),
    title TEXT NOT NULL CONSTRAINT ck_knowledge_entries_title_length CHECK (length(title) <= 200),
    category TEXT NOT NULL CONSTRAINT ck_knowledge_entries_category_length CHECK (length(category) <= 100),
    section TEXT NOT NULL CONSTRAINT ck_knowledge_entries_section_length CHECK (length(section) <= 200),
    text TEXT NOT NULL CONSTRAINT ck_knowledge_entries_text_length CHECK (length(text) <= 20000),
    embedding REAL[] NOT NULL,
    CONSTRAINT pk_knowledge_entries PRIMARY KEY (namespace, id)
);

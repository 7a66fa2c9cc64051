from sqlalchemy import ARRAY, REAL, Column, Table

from vaultra_adapters.postgres.columns import metadata, text_column

# The knowledge base is the same for every business. Arrays, so that a server without pgvector can hold them too.
knowledge_entries = Table(
    "knowledge_entries",
    metadata,
    text_column("namespace", 100, primary_key=True),
    text_column("id", 200, primary_key=True),
    text_column("doc_id", 100, nullable=False),
    text_column("title", 200, nullable=False),
    text_column("category", 100, nullable=False),
    text_column("section", 200, nullable=False),
    text_column("text", 20000, nullable=False),
    Column("embedding", ARRAY(REAL, dimensions=1), nullable=False),
)

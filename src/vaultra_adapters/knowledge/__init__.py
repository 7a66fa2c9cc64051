"""The knowledge base: its documents, embedders and the index outside the database."""

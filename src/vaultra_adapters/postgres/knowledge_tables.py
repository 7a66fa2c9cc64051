from typing import Any

from sqlalchemy import ARRAY, DDL, REAL, BindParameter, Column, ColumnElement, Table, cast, event
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.types import UserDefinedType

from vaultra_adapters.postgres.columns import metadata, text_column


class Embedding(UserDefinedType[Any]):
    """pgvector's type, or `real[]` where the server has no pgvector: what is written is an array in either case, which
    pgvector takes over when it is assigned."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "vector"

    def bind_expression(self, bindvalue: BindParameter[Any]) -> ColumnElement[Any]:
        return cast(bindvalue, ARRAY(REAL, dimensions=1))


ischema_names["vector"] = Embedding  # so that Alembic knows it when it reads the schema

# The knowledge base is the same for every business.
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
    Column("embedding", Embedding, nullable=False),
)
event.listen(knowledge_entries, "before_create", DDL("CREATE EXTENSION IF NOT EXISTS vector"))  # type: ignore[no-untyped-call]

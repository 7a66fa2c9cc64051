"""Between structs and rows, and many rows as one parameter of one statement."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import (
    ARRAY,
    JSON,
    Column,
    ColumnClause,
    ColumnElement,
    Row,
    Table,
    Text,
    any_,
    bindparam,
    cast,
    column,
    func,
    literal,
    literal_column,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.selectable import TableValuedAlias

from vaultra_core.errors import InvalidInput

# Control characters for just this: the ends of units and of records.
_END, _NULL = "\x1f", "\x1e"
_PARTED_BY: Final[tuple[ColumnElement[str], ...]] = (literal_column(r"E'\x1f'"), literal_column(r"E'\x1e'"))

S = TypeVar("S", bound=msgspec.Struct)
Columns = Sequence[ColumnClause[Any]]


class Collection:
    """What the collections of one unit of work share: its connection, and with it its transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection


def columns_for(table: Table, kind: type[msgspec.Struct]) -> list[Column[Any]]:
    """The table's columns that a struct's fields are named after, in the struct's order."""
    return [table.c[name] for name in kind.__struct_fields__]


def to_row(struct: msgspec.Struct) -> dict[str, Any]:
    return msgspec.structs.asdict(struct)


def to_struct(kind: type[S], row: Row[*tuple[Any, ...]]) -> S:
    """The struct that a row begins with: its first columns are the struct's fields in their order."""
    return msgspec.convert(dict(zip(kind.__struct_fields__, row, strict=False)), kind)


def arrays_of(name: str, columns: Columns) -> TableValuedAlias:
    """Rows that come as one array parameter per column: `unnest(:name_a, :name_b) AS name(a, b)`.

    One statement then takes any number of rows, is prepared once, and its parameters carry their types.
    """
    # One dimension, said explicitly: a JSON list among the values is a value, not a second dimension.
    parameters = [bindparam(f"{name}_{c.name}", type_=ARRAY(c.type, dimensions=1)) for c in columns]
    return func.unnest(*parameters).table_valued(*(column(c.name, c.type) for c in columns), name=name).render_derived()


def array_values(name: str, columns: Columns, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The parameters for `arrays_of` with the same name and columns."""
    return {f"{name}_{c.name}": [row[c.name] for row in rows] for c in columns}


def rows_of(name: str, columns: Columns) -> TableValuedAlias:
    """Many rows that come as one JSON document: `json_to_recordset(:name) AS name(a text, b bigint)`.

    For rows by the thousand. The encoder is C; arrays are looked at by the driver value by value, which takes twice as
    long in Python. Columns of bytes cannot come this way.
    """
    document = cast(bindparam(name, type_=Text), JSON)
    values = func.json_to_recordset(document).table_valued(*(column(c.name, c.type) for c in columns), name=name)
    return values.render_derived(with_types=True)


def row_values(name: str, rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The parameter for `rows_of` with the same name; each row has a value for each column, or null is stored."""
    return {name: msgspec.json.encode(list(rows)).decode()}


def texts_of(name: str, columns: Columns) -> TableValuedAlias:
    """Many rows of scalars that come as one text per column, which PostgreSQL takes apart.

    For rows by the thousand: of them, a JSON document takes PostgreSQL three times as long, and arrays take the driver
    three times as long. Columns of bytes cannot come this way.
    """

    def parted(c: ColumnClause[Any]) -> ColumnElement[Any]:
        texts = func.string_to_array(bindparam(f"{name}_{c.name}", type_=Text), *_PARTED_BY)
        return cast(func.trim_array(texts, literal_column("1")), ARRAY(c.type, dimensions=1))

    values = func.unnest(*map(parted, columns))
    return values.table_valued(*(column(c.name, c.type) for c in columns), name=name).render_derived()


def text_values(name: str, columns: Mapping[str, Sequence[Any]]) -> dict[str, str]:
    """The parameters for `texts_of` with the same name, from each column's values. What is not text has to look in
    Python as it does in SQL, as numbers, moments, truth values and UUIDs do.

    Raise `InvalidInput` for a text with one of the two control characters that part the texts.
    """
    return {f"{name}_{column}": _joined(values) for column, values in columns.items()}


def _joined(values: Sequence[Any]) -> str:
    missing = values.count(None)
    written = map(str, values) if not missing else (_NULL if value is None else str(value) for value in values)
    # The last part is none of the values: without it, no value and one empty text would look the same.
    texts = _END.join([*written, "."])
    if texts.count(_END) != len(values) or texts.count(_NULL) != missing:
        raise InvalidInput("The database cannot hold this value.", reason="control character")
    return texts


def asked(wanted: Column[Any]) -> ColumnElement[bool]:
    """`column = ANY(:asked)`, for statements that are built once: to build one anew takes as long as to run it."""
    return wanted == any_(bindparam("asked", type_=ARRAY(wanted.type)))


def among(wanted: Column[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """`column = ANY(:values)`: the same statement whatever the number of values, where IN has one per number."""
    return wanted == any_(literal(list(values), ARRAY(wanted.type)))

"""Many rows as texts: they come out as they went in, whatever is in them."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Boolean, DateTime, Double, Text, Uuid, column, select
from sqlalchemy.ext.asyncio import AsyncEngine

from vaultra_adapters.postgres.rows import Columns, text_values, texts_of
from vaultra_core.errors import InvalidInput

COLUMNS: Columns = [
    column("id", Uuid),
    column("name", Text),
    column("amount", BigInteger),
    column("rate", Double),
    column("live", Boolean),
    column("moment", DateTime(timezone=True)),
]
SAFE = st.text(st.characters(exclude_characters="\x00\x1e\x1f", codec="utf-8"))
ROW = st.tuples(
    st.uuids(),
    st.none() | SAFE,
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | st.floats(allow_nan=False),
    st.none() | st.booleans(),
    st.none() | st.datetimes(timezones=st.just(dt.UTC)),
)
Rows = list[tuple[Any, ...]]
AN_ID = UUID(int=1)


async def sent(engine: AsyncEngine, rows: Rows) -> Rows:
    values = text_values("new", {c.name: [row[n] for row in rows] for n, c in enumerate(COLUMNS)})
    async with engine.connect() as connection:
        found = await connection.execute(select(*texts_of("new", COLUMNS).c), values)
        return [tuple(row) for row in found]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, max_size=5))
async def test_rows_come_out_as_they_went_in(engine: AsyncEngine, rows: Rows) -> None:
    assert await sent(engine, rows) == rows


async def test_no_row_and_a_row_of_nothing_are_told_apart(engine: AsyncEngine) -> None:
    assert await sent(engine, []) == []
    for name in (None, "", ".", " ", "NULL", "{}", '"', "\\"):
        row = (AN_ID, name, None, None, None, None)
        assert await sent(engine, [row]) == [row]


@pytest.mark.parametrize("mark", ["\x1e", "\x1f"])
def test_a_text_with_what_parts_the_texts_is_refused(mark: str) -> None:
    for values in ([mark], ["a", f"b{mark}c"], [None, mark]):
        with pytest.raises(InvalidInput):
            text_values("new", {"name": values})

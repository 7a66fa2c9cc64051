"""The days of many businesses in one statement: each comes as one row, its days as numbers in a text.

Measured for 182 days of a business: 0.2 ms in the server and 0.05 ms to take them over, where a row per day takes
0.2 ms and 0.8 ms.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection as AnyOf
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Row,
    Select,
    Text,
    Uuid,
    cast,
    column,
    func,
    literal,
    select,
    true,
    type_coerce,
)

from vaultra_adapters.postgres.ledger_tables import LEDGER
from vaultra_adapters.postgres.rows import Collection, arrays_of, asked, columns_for, to_struct
from vaultra_adapters.postgres.tables import businesses, daily_activity
from vaultra_core.domain.activity import ColumnarHistory, DayActivity, History
from vaultra_core.domain.ledger import Subscription
from vaultra_core.domain.results import LOOK_BACK_DAYS, SHORTER_LOOK_BACK_DAYS

# What comes as numbers, a day as its ordinal; and which of it by how many days rules look at.
FIELDS: Final = [name for name in DayActivity.__struct_fields__ if name != "customers"]
SPANS: Final = {
    span: [name for name in FIELDS if SHORTER_LOOK_BACK_DAYS.get(name, LOOK_BACK_DAYS) == span]
    for span in sorted({LOOK_BACK_DAYS, *SHORTER_LOOK_BACK_DAYS.values()})
}
SUBSCRIPTIONS: Final = LEDGER[Subscription.kind]
EPOCH: Final = dt.date(1970, 1, 1)
_WANTED: Final = [column("id", Uuid), column("since", Date)]
_NUMBERS: Final = msgspec.json.Decoder(list[int])
_CUSTOMERS: Final = msgspec.json.Decoder(list[dict[str, int]])


class PostgresHistories(Collection):
    async def read(self, since: Mapping[UUID, dt.date | None]) -> dict[UUID, History]:
        wanted = {"wanted_id": list(since), "wanted_since": [day or dt.date.min for day in since.values()]}
        rows = (await self._connection.execute(_statement(), wanted)).all()
        subscriptions = await self._subscriptions(since)
        return {row.id: _history(row, tuple(subscriptions[row.id])) for row in rows}

    async def _subscriptions(self, business_ids: AnyOf[UUID]) -> Mapping[UUID, list[Subscription]]:
        found = await self._connection.execute(_subscriptions(), {"asked": list(business_ids)})
        subscriptions: defaultdict[UUID, list[Subscription]] = defaultdict(list)
        for row in found:
            subscriptions[row.business_id].append(to_struct(Subscription, row))
        return subscriptions


@cache
def _subscriptions() -> Select[Any]:
    table = SUBSCRIPTIONS.c
    columns = columns_for(SUBSCRIPTIONS, Subscription)
    return select(*columns, table.business_id).where(asked(table.business_id)).order_by(table.business_id, table.id)


@cache
def _statement() -> Select[Any]:
    wanted = arrays_of("wanted", _WANTED)
    days = daily_activity.c
    ascending = (
        select(daily_activity)
        .where(days.business_id == wanted.c.id, days.day >= wanted.c.since)
        .order_by(days.day)
        .correlate(wanted)
        .lateral("ascending")
    )
    ordinal = type_coerce(ascending.c.day - literal(EPOCH, Date), Integer) + EPOCH.toordinal()

    def looked_at(text: ColumnElement[Any], span: int) -> ColumnElement[Any]:
        """Of the days that are looked at: fewer numbers to send, and to sum up."""
        joined = func.string_agg(text, ",")
        first = wanted.c.since + literal(LOOK_BACK_DAYS - span)
        return joined if span == LOOK_BACK_DAYS else joined.filter(ascending.c.day >= type_coerce(first, Date))

    def numbers(span: int) -> ColumnElement[Any]:
        values = (ordinal if name == "day" else ascending.c[name] for name in SPANS[span])
        return looked_at(func.concat_ws(",", *values), span).label(f"numbers_{span}")

    customers = looked_at(cast(ascending.c.customers, Text), SHORTER_LOOK_BACK_DAYS["customers"])
    columns = (
        select(*map(numbers, SPANS), customers.label("customer_days"))
        .select_from(ascending)
        .correlate(wanted)
        .lateral("columns")
    )
    # The key's order leads to it at once, however long the history.
    first_sale = (
        select(days.day)
        .where(days.business_id == wanted.c.id, days.charge_count > 0)
        .order_by(days.day)
        .limit(1)
        .correlate(wanted)
        .scalar_subquery()
    )
    return (
        select(wanted.c.id, businesses.c.currency, businesses.c.timezone, first_sale.label("first_sale"), *columns.c)
        .join_from(wanted, businesses, businesses.c.id == wanted.c.id)
        .join(columns, true())
    )


def _history(row: Row[Any], subscriptions: tuple[Subscription, ...]) -> History:
    columns: dict[str, Sequence[int]] = {}
    for span, names in SPANS.items():
        numbers = _NUMBERS.decode(f"[{getattr(row, f'numbers_{span}') or ''}]")
        columns |= {name: numbers[place :: len(names)] for place, name in enumerate(names)}
    return ColumnarHistory(
        currency=row.currency,
        timezone=row.timezone,
        subscriptions=subscriptions,
        first_sale=row.first_sale,
        ordinals=columns.pop("day"),
        columns=columns,
        customer_days=_CUSTOMERS.decode(f"[{row.customer_days or ''}]"),
    )

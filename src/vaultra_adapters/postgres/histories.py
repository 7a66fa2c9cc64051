"""The days of many businesses in one statement: each comes as one row, its days as columns of big-endian numbers.

Measured for 182 days of a business: 0.3 ms in the server and 0.05 ms to take them over, where a row per day takes
0.2 ms and 0.8 ms.
"""

import datetime as dt
import sys
from array import array
from collections import defaultdict
from collections.abc import Collection as AnyOf
from collections.abc import Mapping
from functools import cache
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    FunctionElement,
    Integer,
    LargeBinary,
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

FIELDS: Final = [name for name in DayActivity.__struct_fields__ if name not in ("day", "customers")]
SUBSCRIPTIONS: Final = LEDGER[Subscription.kind]
EPOCH: Final = dt.date(1970, 1, 1)
_WANTED: Final = [column("id", Uuid), column("since", Date)]
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

    def looked_at(aggregate: FunctionElement[Any], name: str) -> ColumnElement[Any]:
        """Of the days that are looked at for a field: fewer numbers to send, and to sum up."""
        if name not in SHORTER_LOOK_BACK_DAYS:
            return aggregate
        first = wanted.c.since + literal(LOOK_BACK_DAYS - SHORTER_LOOK_BACK_DAYS[name])
        return aggregate.filter(ascending.c.day >= type_coerce(first, Date))

    columns = (
        select(
            _numbers(ordinal).label("ordinals"),
            *(looked_at(_numbers(ascending.c[name]), name).label(name) for name in FIELDS),
            looked_at(func.string_agg(cast(ascending.c.customers, Text), ","), "customers").label("customer_days"),
        )
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


def _numbers(values: ColumnElement[Any]) -> FunctionElement[bytes]:
    return func.string_agg(func.int8send(cast(values, BigInteger)), literal(b"", LargeBinary), type_=LargeBinary)


def _history(row: Row[Any], subscriptions: tuple[Subscription, ...]) -> History:
    return ColumnarHistory(
        currency=row.currency,
        timezone=row.timezone,
        subscriptions=subscriptions,
        first_sale=row.first_sale,
        ordinals=_integers(row.ordinals),
        columns={name: _integers(getattr(row, name)) for name in FIELDS},
        customer_days=_CUSTOMERS.decode(f"[{row.customer_days or ''}]"),
    )


def _integers(numbers: bytes | None) -> "array[int]":
    values = array("q", numbers or b"")
    if sys.byteorder == "little":
        values.byteswap()
    return values

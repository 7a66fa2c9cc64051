import datetime as dt
from collections.abc import Collection as AnyOf
from collections.abc import Sequence
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, bindparam, delete, literal, select
from sqlalchemy.dialects.postgresql import Insert, insert

from vaultra_adapters.postgres.fold import fold_statement
from vaultra_adapters.postgres.rows import (
    Collection,
    among,
    array_values,
    arrays_of,
    asked,
    columns_for,
    row_values,
    to_row,
    to_struct,
)
from vaultra_adapters.postgres.tables import daily_activity, dirty_days
from vaultra_core.domain.accounts import Business
from vaultra_core.domain.activity import DayActivity
from vaultra_core.money import exponent
from vaultra_core.periods import day_bounds, utc_bounds

DAYS: Final = daily_activity.c
DIRTY: Final = dirty_days.c
COLUMNS: Final = columns_for(daily_activity, DayActivity)


class PostgresActivity(Collection):
    async def mark_dirty(self, business_id: UUID, days: AnyOf[dt.date]) -> None:
        if not days:
            return
        # One order everywhere, so that two markers cannot deadlock.
        await self._connection.execute(_mark(), {"business": business_id, "new_day": sorted(set(days))})

    async def dirty(self, business_ids: AnyOf[UUID]) -> list[UUID]:
        return list(await self._connection.scalars(_marked(), {"asked": list(business_ids)}))

    async def take_dirty(self, business_id: UUID, *, limit: int) -> list[dt.date]:
        newest = (
            select(DIRTY.day)
            .where(DIRTY.business_id == business_id)
            .order_by(DIRTY.day.desc())
            .limit(limit)
            .with_for_update()
        )
        taken = await self._connection.scalars(
            delete(dirty_days).where(DIRTY.business_id == business_id, DIRTY.day.in_(newest)).returning(DIRTY.day)
        )
        return sorted(taken, reverse=True)

    async def replace(self, business_id: UUID, asked: AnyOf[dt.date], days: Sequence[DayActivity]) -> None:
        active = {activity.day for activity in days}
        empty = [day for day in asked if day not in active]
        if empty:
            await self._connection.execute(
                delete(daily_activity).where(DAYS.business_id == business_id, among(DAYS.day, empty))
            )
        if not days:
            return
        new = arrays_of("new", COLUMNS)
        names = [c.name for c in COLUMNS]
        statement = insert(daily_activity).from_select(
            ["business_id", *names], select(literal(business_id, DAYS.business_id.type), *new.c)
        )
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[DAYS.business_id, DAYS.day],
                set_={name: statement.excluded[name] for name in names},
            ),
            array_values("new", COLUMNS, [to_row(activity) for activity in days]),
        )

    async def fold(self, business: Business, days: AnyOf[dt.date]) -> None:
        spans = [
            {"day": day, "starts": starts, "ends": ends, "arrives_from": start, "arrives_until": until}
            for day in sorted(days)
            for (starts, ends), (start, until) in [(day_bounds(day, business.timezone), utc_bounds(day))]
        ]
        await self._connection.execute(
            fold_statement(),
            {
                **row_values("spans", spans),
                "business": business.id,
                "currency": business.currency,
                "minor_units": 10 ** exponent(business.currency),
            },
        )

    async def history(self, business_id: UUID) -> list[DayActivity]:
        found = await self._connection.execute(
            select(*COLUMNS).where(DAYS.business_id == business_id).order_by(DAYS.day)
        )
        return [to_struct(DayActivity, row) for row in found]

    async def day(self, business_id: UUID, day: dt.date) -> DayActivity | None:
        found = await self._connection.execute(select(*COLUMNS).where(DAYS.business_id == business_id, DAYS.day == day))
        row = found.one_or_none()
        return to_struct(DayActivity, row) if row else None


@cache
def _mark() -> Insert:
    new = arrays_of("new", [DIRTY.day])
    business = bindparam("business", type_=DIRTY.business_id.type)
    statement = insert(dirty_days).from_select(["business_id", "day"], select(business, new.c.day))
    # Not DO NOTHING: that is content with a mark that is there, without holding it. Somebody could take the mark and
    # fold the day before our change can be seen. DO UPDATE locks the row until we commit.
    return statement.on_conflict_do_update(
        index_elements=[DIRTY.business_id, DIRTY.day], set_={"day": statement.excluded.day}
    )


@cache
def _marked() -> Select[Any]:
    return select(DIRTY.business_id).where(asked(DIRTY.business_id)).distinct()

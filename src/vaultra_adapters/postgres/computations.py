import datetime as dt
from collections.abc import Collection as AnyOf
from collections.abc import Sequence
from functools import cache
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Date, Select, Text, Update, bindparam, column, exists, func, or_, select, union, update
from sqlalchemy.dialects.postgresql import Insert, insert

from vaultra_adapters.postgres.rows import (
    Collection,
    Columns,
    arrays_of,
    asked,
    columns_for,
    row_values,
    rows_of,
    to_row,
    to_struct,
)
from vaultra_adapters.postgres.tables import businesses, computations, dirty_days, integration_accounts
from vaultra_core.domain.accounts import ImportPhase, IntegrationStatus
from vaultra_core.ports.storage import Computation, Subject

STATE: Final = computations.c
COLUMNS: Final = columns_for(computations, Computation)
GET: Final = select(*COLUMNS).where(STATE.business_id == bindparam("business"))


class PostgresComputations(Collection):
    async def lock(self, business_id: UUID) -> Computation:
        wanted = {"business": business_id}
        row = (await self._connection.execute(_lock_one(), wanted)).one_or_none()
        if row is None:
            await self._connection.execute(
                insert(computations).values(business_id=business_id).on_conflict_do_nothing()
            )
            row = (await self._connection.execute(_lock_one(), wanted)).one()
        return to_struct(Computation, row)

    async def get(self, business_id: UUID) -> Computation | None:
        row = (await self._connection.execute(GET, {"business": business_id})).one_or_none()
        return to_struct(Computation, row) if row else None

    async def save(self, computation: Computation) -> None:
        row = to_row(computation)
        statement = insert(computations).values(row)
        await self._connection.execute(statement.on_conflict_do_update(index_elements=[STATE.business_id], set_=row))

    async def lock_several(self, business_ids: AnyOf[UUID], *, wait: bool) -> list[Computation]:
        wanted = {"asked": list(business_ids)}
        held = (await self._connection.execute(_lock(wait=wait), wanted)).all()
        if len(held) < len(business_ids):  # somebody holds some, or there are no rows of theirs yet
            await self._connection.execute(_make(), wanted)
            held = (await self._connection.execute(_lock(wait=wait), wanted)).all()
        return [to_struct(Computation, row) for row in held]

    async def save_several(self, several: Sequence[Computation]) -> None:
        await self._connection.execute(_save(), row_values("new", map(to_row, several)))

    async def subjects(self, business_ids: AnyOf[UUID]) -> dict[UUID, Subject]:
        found = await self._connection.execute(_subjects(), {"asked": list(business_ids)})
        return {
            row.id: Subject(
                timezone=row.timezone,
                phase=ImportPhase(row.phase) if row.phase else None,
                revoked=row.status == IntegrationStatus.REVOKED,
            )
            for row in found
        }

    async def due_for_metrics(self, now: dt.datetime, *, limit: int) -> list[UUID]:
        yesterdays = await self._yesterdays(now)
        if not yesterdays:
            return []
        zones = {"zone_name": list(yesterdays), "zone_yesterday": list(yesterdays.values())}
        return await self._some(_due_for_metrics(), limit, newest=max(yesterdays.values()), **zones)

    async def _yesterdays(self, now: dt.datetime) -> dict[str, dt.date]:
        """The last complete day per time zone in use. Computed here and not in SQL: the core knows a zone by Python's
        database, and one name that PostgreSQL does not know would fail the statement for every business."""
        zones = await self._connection.scalars(_zones())
        return {zone: now.astimezone(ZoneInfo(zone)).date() - dt.timedelta(days=1) for zone in zones}

    async def due_for_readiness(self, *, limit: int) -> list[UUID]:
        return await self._some(select(STATE.business_id).where(STATE.readiness_from.is_not(None)), limit)

    async def due_for_recommendations(self, *, limit: int) -> list[UUID]:
        return await self._some(select(STATE.business_id).where(STATE.recommendations_due), limit)

    async def _some(self, due: Select[Any], limit: int, **parameters: Any) -> list[UUID]:
        # In random order: businesses whose computation keeps failing must not stand in front of the others for ever,
        # and workers that look at the same time should find different ones.
        return list(await self._connection.scalars(due.order_by(func.random()).limit(limit), parameters))


@cache
def _lock_one() -> Select[*tuple[Any, ...]]:
    return select(*COLUMNS).where(STATE.business_id == bindparam("business")).with_for_update()


@cache
def _make() -> Insert:
    """The rows of businesses that have none yet."""
    without = ~exists().where(STATE.business_id == businesses.c.id)
    new = select(businesses.c.id).where(asked(businesses.c.id), without).order_by(businesses.c.id)
    return insert(computations).from_select(["business_id"], new).on_conflict_do_nothing()


@cache
def _lock(*, wait: bool) -> Select[Any]:
    # One order everywhere, so that two who wait cannot deadlock.
    held = select(*COLUMNS).where(asked(STATE.business_id)).order_by(STATE.business_id)
    return held.with_for_update(skip_locked=not wait)


@cache
def _save() -> Update:
    new = rows_of("new", COLUMNS)
    values = {column.name: new.c[column.name] for column in COLUMNS if column is not STATE.business_id}
    return update(computations).values(values).where(STATE.business_id == new.c.business_id)


@cache
def _subjects() -> Select[Any]:
    account = integration_accounts.c
    columns = (businesses.c.id, businesses.c.timezone, account.phase, account.status)
    joined = select(*columns).outerjoin(integration_accounts, account.business_id == businesses.c.id)
    return joined.where(asked(businesses.c.id))


@cache
def _zones() -> Select[Any]:
    """The time zones in use, each found in the index right after the one before: DISTINCT would read all businesses."""
    zone = businesses.c.timezone
    found = select(func.min(zone).label("zone")).cte("found", recursive=True)
    following = select(func.min(zone)).where(zone > found.c.zone).correlate(found).scalar_subquery()
    found = found.union_all(select(following).where(found.c.zone.is_not(None)))
    return select(found.c.zone).where(found.c.zone.is_not(None))


@cache
def _due_for_metrics() -> Select[Any]:
    """Businesses with a changed day, or whose newest results are not of their zone's yesterday.

    Indexes lead to those that may be due, so that a look costs what is due and not what there is. Whoever is connected
    has a computation.
    """
    account = integration_accounts.c
    columns: Columns = [column("name", Text), column("yesterday", Date)]
    zone = arrays_of("zone", columns)
    marked, changed = select(dirty_days.c.business_id), STATE.metrics_from.is_not(None)
    # The newest yesterday of all zones: in some of them it is still today.
    behind = [STATE.metrics_as_of.is_(None), STATE.metrics_as_of < bindparam("newest", type_=Date)]
    maybe = union(marked, *(select(STATE.business_id).where(why) for why in (changed, *behind))).subquery("maybe")
    return (
        select(businesses.c.id)
        .join_from(maybe, businesses, maybe.c.business_id == businesses.c.id)
        .join(integration_accounts, account.business_id == businesses.c.id)
        .join(zone, zone.c.name == businesses.c.timezone)
        .join(computations, STATE.business_id == businesses.c.id)
        .where(
            account.status != IntegrationStatus.REVOKED,
            account.phase != ImportPhase.STARTING,
            or_(
                exists().where(dirty_days.c.business_id == businesses.c.id),
                changed,
                STATE.metrics_as_of.is_(None),
                STATE.metrics_as_of < zone.c.yesterday,
            ),
        )
    )

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, cast, delete, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT

from vaultra_adapters.postgres.audit import PostgresAuditLog
from vaultra_adapters.postgres.rows import Collection
from vaultra_adapters.postgres.tables import (
    audit_log,
    businesses,
    integration_accounts,
    mail_outbox,
    metadata,
    stripe_events,
    user_business_memberships,
    users,
    waiting_events,
)
from vaultra_core.identity import Role
from vaultra_core.ports.holdings import Rows

BATCH: Final = 500
SECRET: Final = re.compile(r"password|hash|secret|_encrypted$|sealed|embedding")
MEMBERS: Final = user_business_memberships.c
Held = AsyncIterator[tuple[str, Rows]]


class PostgresHoldings(Collection):
    """Tables are found by their columns: `business_id`, `user_id`. What they refer to takes them along when it goes
    (`ON DELETE CASCADE`); events and mails refer to an account and an address instead, and are deleted by those."""

    async def of_business(self, business_id: UUID) -> Held:
        for table, mine in _of_business(business_id):
            async for batch in self._rows(table, mine):
                yield table.name, batch

    async def of_user(self, user_id: UUID) -> Held:
        for table, mine in _of_user(user_id):
            async for batch in self._rows(table, mine):
                yield table.name, batch

    async def _rows(self, table: Table, mine: ColumnElement[bool]) -> AsyncIterator[Rows]:
        whole = func.to_jsonb(literal_column(table.name))
        hidden = cast([name for name in table.c.keys() if SECRET.search(name)], ARRAY(TEXT))  # noqa: SIM118 - no dict
        statement = select(cast(whole.op("-")(hidden), JSONB)).select_from(table).where(mine)
        async with self._connection.stream(statement.execution_options(yield_per=BATCH)) as rows:
            async for batch in rows.scalars().partitions(BATCH):
                yield list(batch)

    async def only_owner_of(self, user_id: UUID) -> list[UUID]:
        owners = select(MEMBERS.business_id).where(MEMBERS.role == Role.OWNER)
        mine = owners.where(MEMBERS.user_id == user_id)
        shared = owners.where(MEMBERS.user_id != user_id)
        found = await self._connection.scalars(mine.where(MEMBERS.business_id.not_in(shared)).order_by("business_id"))
        return list(found)

    async def erase_business(self, business_id: UUID) -> None:
        waiting = waiting_events.c.account.in_(_accounts_of(business_id))
        await self._connection.execute(delete(waiting_events).where(waiting))
        await self._connection.execute(delete(stripe_events).where(_events_of(business_id)))
        await self._connection.execute(delete(businesses).where(businesses.c.id == business_id))

    async def erase_user(self, user_id: UUID) -> None:
        address = select(func.lower(users.c.email)).where(users.c.id == user_id).scalar_subquery()
        await self._connection.execute(delete(mail_outbox).where(func.lower(mail_outbox.c.to) == address))
        await self._connection.execute(delete(users).where(users.c.id == user_id))
        await PostgresAuditLog(self._connection).forget_addresses(user_id)


def _of_business(business_id: UUID) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    yield businesses, businesses.c.id == business_id
    for table in metadata.sorted_tables:
        if "business_id" in table.c:
            yield table, table.c.business_id == business_id
    yield stripe_events, _events_of(business_id)


def _of_user(user_id: UUID) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    yield users, users.c.id == user_id
    for table in metadata.sorted_tables:
        if "user_id" in table.c:
            yield table, table.c.user_id == user_id
    yield audit_log, audit_log.c.actor_id == user_id


def _events_of(business_id: UUID) -> ColumnElement[bool]:
    mine = integration_accounts.c.business_id == business_id
    return or_(
        stripe_events.c.account.in_(_accounts_of(business_id)),
        stripe_events.c.integration_id.in_(select(integration_accounts.c.id).where(mine)),
    )


def _accounts_of(business_id: UUID) -> Select[Any]:
    return select(integration_accounts.c.external_id).where(integration_accounts.c.business_id == business_id)

import datetime as dt
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, or_, select, true, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from vaultra_adapters.postgres.rows import Collection, columns_for, to_row, to_struct
from vaultra_adapters.postgres.tables import audit_log, users
from vaultra_core.domain.audit import AuditEntry
from vaultra_core.ports.audit import After, AuditRecord

COLUMNS = columns_for(audit_log, AuditEntry)
A = audit_log.c


class PostgresAuditLog(Collection):
    async def add(self, entry: AuditEntry) -> None:
        await self._connection.execute(insert(audit_log).values(to_row(entry)).on_conflict_do_nothing())

    async def of_business(self, business_id: UUID, *, limit: int, after: After | None = None) -> list[AuditRecord]:
        return await self._page(A.business_id == business_id, limit, after)

    async def of_user(self, user_id: UUID, *, limit: int, after: After | None = None) -> list[AuditRecord]:
        return await self._page(A.actor_id == user_id, limit, after)

    async def latest(self, *, limit: int) -> list[AuditRecord]:
        return await self._page(true(), limit, None)

    async def _page(self, wanted: ColumnElement[bool], limit: int, after: After | None) -> list[AuditRecord]:
        page = (
            select(*COLUMNS, users.c.name.label("actor_name"))
            .join_from(audit_log, users, users.c.id == A.actor_id, isouter=True)
            .where(wanted, tuple_(A.at, A.id) < after if after else true())
            .order_by(A.at.desc(), A.id.desc())
            .limit(limit)
        )
        found = await self._connection.execute(page)
        return [AuditRecord(to_struct(AuditEntry, row), row.actor_name) for row in found]

    async def forget_addresses(self, user_id: UUID) -> None:
        tried = and_(A.actor_id.is_(None), A.target == str(user_id))
        theirs = or_(A.actor_id == user_id, tried)
        await self._connection.execute(update(audit_log).where(theirs).values(address=None))

    async def forget(self, before: dt.datetime) -> int:
        forgotten = await self._connection.execute(delete(audit_log).where(A.at < before))
        return forgotten.rowcount

import datetime as dt
from uuid import UUID

import msgspec

from vaultra_core.errors import InvalidInput
from vaultra_core.identity import Caller, Role
from vaultra_core.ports.audit import After, AuditRecord
from vaultra_core.ports.storage import TenantUnitOfWorkFactory


class AuditPage(msgspec.Struct, frozen=True):
    records: list[AuditRecord]
    next_cursor: str | None


class ReadAudit:
    """Who did what: in a business, for its owners; or oneself."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory) -> None:
        self._unit_of_work = unit_of_work

    async def of_business(self, caller: Caller, *, limit: int, cursor: str | None) -> AuditPage:
        """Newest first. Raise `InvalidInput` for what is no cursor."""
        caller.require(Role.OWNER)
        after = _after(cursor)
        async with self._unit_of_work(caller) as work:
            found = await work.audit.of_business(caller.business_id, limit=limit + 1, after=after)
        return _page(found, limit)

    async def of_user(self, user_id: UUID, *, limit: int, cursor: str | None) -> AuditPage:
        """What this person did, newest first. Raise `InvalidInput` for what is no cursor."""
        after = _after(cursor)
        async with self._unit_of_work(user_id) as work:
            found = await work.audit.of_user(user_id, limit=limit + 1, after=after)
        return _page(found, limit)


def _page(found: list[AuditRecord], limit: int) -> AuditPage:
    page = found[:limit]
    last = page[-1].entry if len(found) > limit else None
    return AuditPage(page, f"{last.at.isoformat()}~{last.id}" if last else None)


def _after(cursor: str | None) -> After | None:
    if cursor is None:
        return None
    moment, _, entry_id = cursor.partition("~")
    try:
        at = dt.datetime.fromisoformat(moment)
        if at.tzinfo is not None:
            return at, UUID(entry_id)
    except ValueError:
        pass
    raise InvalidInput("This is no cursor of ours.", field="cursor", reason="malformed")

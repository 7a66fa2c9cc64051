import datetime as dt
from collections.abc import Callable
from uuid import UUID

import msgspec

from vaultra_core.domain.audit import AuditEntry
from vaultra_core.ports.audit import After, AuditRecord
from vaultra_core.testing.memory.transaction import MemoryCollection


class MemoryAuditLog(MemoryCollection):
    async def add(self, entry: AuditEntry) -> None:
        self._rows("audit").setdefault(entry.id, entry)

    async def of_business(self, business_id: UUID, *, limit: int, after: After | None = None) -> list[AuditRecord]:
        return self._page(lambda entry: entry.business_id == business_id, limit, after)

    async def of_user(self, user_id: UUID, *, limit: int, after: After | None = None) -> list[AuditRecord]:
        return self._page(lambda entry: entry.actor_id == user_id, limit, after)

    async def latest(self, *, limit: int) -> list[AuditRecord]:
        return self._page(lambda _: True, limit, None)

    def _page(self, wanted: Callable[[AuditEntry], bool], limit: int, after: After | None) -> list[AuditRecord]:
        newest = sorted(self._rows("audit").values(), key=lambda entry: (entry.at, entry.id), reverse=True)
        found = [e for e in newest if wanted(e) and (after is None or (e.at, e.id) < after)]
        people = self._rows("users")
        return [AuditRecord(e, people[e.actor_id].name if e.actor_id in people else None) for e in found[:limit]]

    async def forget_addresses(self, user_id: UUID) -> None:
        for entry in list(self._rows("audit").values()):
            if entry.actor_id == user_id or (entry.actor_id is None and entry.target == str(user_id)):
                self._rows("audit")[entry.id] = msgspec.structs.replace(entry, address=None)

    async def forget(self, before: dt.datetime) -> int:
        old = [entry.id for entry in self._rows("audit").values() if entry.at < before]
        for entry_id in old:
            del self._rows("audit")[entry_id]
        return len(old)

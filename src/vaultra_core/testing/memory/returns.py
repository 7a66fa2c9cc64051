import datetime as dt

import msgspec

from vaultra_core.ports.returns import AccessReturn
from vaultra_core.testing.memory.transaction import MemoryCollection


class Kept(msgspec.Struct, frozen=True):
    due_at: dt.datetime
    attempts: int = 0


class MemoryAccessReturns(MemoryCollection):
    async def add(self, external_id: str, now: dt.datetime) -> None:
        self._rows("access_returns").setdefault(external_id, Kept(now))

    async def claim(self, now: dt.datetime, *, limit: int, seconds: int) -> list[AccessReturn]:
        rows = self._rows("access_returns")
        claimed: list[AccessReturn] = []
        for external_id, kept in sorted(rows.items(), key=lambda row: (row[1].due_at, row[0])):
            due = kept.due_at <= now and len(claimed) < limit
            if due and self._transaction.try_hold("access_return", external_id):
                rows[external_id] = Kept(now + dt.timedelta(seconds=seconds), kept.attempts + 1)
                claimed.append(AccessReturn(external_id, kept.attempts + 1))
        return claimed

    async def put_off(self, external_id: str, until: dt.datetime, error: str) -> None:
        del error  # kept for whoever looks into the database
        kept = self._rows("access_returns").get(external_id)
        if kept is not None:
            self._rows("access_returns")[external_id] = Kept(until, kept.attempts)

    async def remove(self, external_id: str) -> None:
        self._rows("access_returns").pop(external_id, None)

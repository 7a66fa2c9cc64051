"""The audit log: written in the transaction that does what it tells of."""

import datetime as dt
from typing import Protocol
from uuid import UUID

import msgspec

from vaultra_core.domain.audit import AuditEntry


class AuditRecord(msgspec.Struct, frozen=True):
    """An entry as it is read: with the actor's name, None when there is no such person any more."""

    entry: AuditEntry
    actor_name: str | None


After = tuple[dt.datetime, UUID]  # moment and id of the last entry that was read


class AuditLog(Protocol):
    """Append-only: no entry is ever changed, and none goes before its time, but for the address of somebody who has
    deleted their account."""

    async def add(self, entry: AuditEntry) -> None:
        """An entry whose id is there already is not written again."""

    async def of_business(self, business_id: UUID, *, limit: int, after: After | None = None) -> list[AuditRecord]:
        """Newest first; `after` goes on where an earlier page ended."""

    async def of_user(self, user_id: UUID, *, limit: int, after: After | None = None) -> list[AuditRecord]:
        """What this person did, newest first."""

    async def latest(self, *, limit: int) -> list[AuditRecord]:
        """Everybody's, newest first: for whoever runs the server."""

    async def forget_addresses(self, user_id: UUID) -> None:
        """Take the network address out of what this person did, and of what somebody unrecognised tried on their
        account: that was most likely they themselves."""

    async def forget(self, before: dt.datetime) -> int:
        """Delete the entries that are older; how many there were."""

from collections.abc import AsyncIterator
from uuid import UUID

import msgspec

from vaultra_core.identity import Role
from vaultra_core.ports.holdings import Rows
from vaultra_core.testing.memory.audit import MemoryAuditLog
from vaultra_core.testing.memory.transaction import MemoryCollection


class MemoryHoldings(MemoryCollection):
    """Over the tables that the contract speaks of: people, businesses, memberships, connections, the audit log."""

    async def of_business(self, business_id: UUID) -> AsyncIterator[tuple[str, Rows]]:
        business = self._rows("businesses").get(business_id)
        if business is not None:
            yield "businesses", [msgspec.to_builtins(business)]
        members = [key for key in self._rows("memberships") if key[1] == business_id]
        if members:
            yield "user_business_memberships", [self._membership(key) for key in members]
        if written := [entry for entry in self._rows("audit").values() if entry.business_id == business_id]:
            yield "audit_log", msgspec.to_builtins(written)

    async def of_user(self, user_id: UUID) -> AsyncIterator[tuple[str, Rows]]:
        user = self._rows("users").get(user_id)
        if user is not None:
            row = msgspec.to_builtins(user)
            del row["hashed_password"]
            yield "users", [row]
        if joined := [key for key in self._rows("memberships") if key[0] == user_id]:
            yield "user_business_memberships", [self._membership(key) for key in joined]
        if written := [entry for entry in self._rows("audit").values() if entry.actor_id == user_id]:
            yield "audit_log", msgspec.to_builtins(written)

    def _membership(self, key: tuple[UUID, UUID]) -> dict[str, str]:
        user, business = key
        return {"user_id": str(user), "business_id": str(business), "role": self._rows("memberships")[key].value}

    async def only_owner_of(self, user_id: UUID) -> list[UUID]:
        owners = [key for key, role in self._rows("memberships").items() if role is Role.OWNER]
        mine = [business for user, business in owners if user == user_id]
        return [business for business in mine if [b for _, b in owners].count(business) == 1]

    async def erase_business(self, business_id: UUID) -> None:
        self._rows("businesses").pop(business_id, None)
        for key in [key for key in self._rows("memberships") if key[1] == business_id]:
            del self._rows("memberships")[key]
        integrations = self._rows("integrations")
        for key in [key for key, row in integrations.items() if row.integration.business_id == business_id]:
            del integrations[key]

    async def erase_user(self, user_id: UUID) -> None:
        self._rows("users").pop(user_id, None)
        for key in [key for key in self._rows("memberships") if key[0] == user_id]:
            del self._rows("memberships")[key]
        await MemoryAuditLog(self._transaction).forget_addresses(user_id)

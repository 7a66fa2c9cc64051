"""For whom a transaction acts, so that PostgreSQL itself shows it no row of anybody else.

Two roles without a login hold the rights on the tables, and neither owns one. A connection begins as TENANT_ROLE, to
which nobody's rows are visible until a transaction says for whom it acts; only the system's own work takes
SYSTEM_ROLE. The policies are in the migrations (`vaultra_protect`), `docs/security/tenancy.md` tells the whole.
"""

from typing import Any, Final
from uuid import UUID

import asyncpg

from vaultra_core.identity import Caller

TENANT_ROLE: Final = "vaultra_tenant"
SYSTEM_ROLE: Final = "vaultra_system"
NOT_A_MEMBER: Final = "VT403"  # what `vaultra_enter` raises for a caller who does not hold the role that they claim

ROLES_MISSING: Final = "VT001"  # what the migration raises that cannot make the two roles

AS_SYSTEM: Final = f"SET LOCAL ROLE {SYSTEM_ROLE}"
NOT_WAITED_FOR: Final = "SET LOCAL synchronous_commit TO off; "  # how a transaction ends that may be lost (decision 20)


def scope_of(who: Caller | UUID) -> str:
    """The statement that a transaction begins with to act for a person: in all their businesses, or in the caller's
    only. Fails with NOT_A_MEMBER when the person does not have the caller's role there (any more)."""
    if isinstance(who, UUID):
        return f"SET LOCAL ROLE {TENANT_ROLE}; SELECT vaultra_enter('{who.hex}')"
    person, business, role = who.user_id.hex, who.business_id.hex, who.role.value
    return f"SET LOCAL ROLE {TENANT_ROLE}; SELECT vaultra_enter('{person}', '{business}', '{role}')"


class ScopedConnection(asyncpg.Connection):
    """A connection whose transactions begin with `scope`, in the round trip that begins them, and end with `ending`, in
    the one that commits them."""

    __slots__ = ("ending", "scope")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.scope = self.ending = ""

    def transaction(self, **options: Any) -> Any:
        return _ScopedTransaction(self) if self.scope else super().transaction(**options)


class _ScopedTransaction:
    """What SQLAlchemy needs of a driver's transaction."""

    def __init__(self, connection: ScopedConnection) -> None:
        self._connection = connection

    async def start(self) -> None:
        try:
            await self._connection.execute(f"BEGIN; {self._connection.scope}")
        except BaseException:  # cancelled as well: half begun, the connection would go back to the pool
            if self._connection.is_in_transaction():
                await self.rollback()
            raise

    async def commit(self) -> None:
        # PostgreSQL answers the COMMIT of a transaction that has failed with a rollback, and no error.
        if await self._connection.execute(f"{self._connection.ending}COMMIT") != "COMMIT":
            raise asyncpg.InFailedSQLTransactionError("the transaction had failed and was rolled back")

    async def rollback(self) -> None:
        await self._connection.execute("ROLLBACK")

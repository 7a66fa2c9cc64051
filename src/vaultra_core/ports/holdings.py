"""All that is held of a person or of a business, whichever table it lies in: to hand it out, and to let go of it."""

from collections.abc import AsyncIterator
from typing import Any, Protocol
from uuid import UUID

Rows = list[dict[str, Any]]  # as JSON has them: moments and dates as text, money in minor units


class Holdings(Protocol):
    """Knows tables by what they refer to, not by name: one that is added later is handed out and erased like the rest.
    Secrets (hashes, sealed tokens) are never handed out."""

    def of_business(self, business_id: UUID) -> AsyncIterator[tuple[str, Rows]]:
        """Table by table, in batches; a table without rows is left out."""

    def of_user(self, user_id: UUID) -> AsyncIterator[tuple[str, Rows]]:
        """What is held of the person themselves; what belongs to their businesses is not theirs alone."""

    async def only_owner_of(self, user_id: UUID) -> list[UUID]:
        """The businesses that would have no owner without this person."""

    async def erase_business(self, business_id: UUID) -> None:
        """Everything but its entries of the audit log."""

    async def erase_user(self, user_id: UUID) -> None:
        """Everything but their entries of the audit log, which lose their network address, as do tries to sign in to
        their account."""

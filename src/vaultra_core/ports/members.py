"""The members of businesses, and the invitations to become one."""

import datetime as dt
from typing import Protocol
from uuid import UUID

from vaultra_core.domain.members import Member, PendingInvitation
from vaultra_core.identity import Role


class Members(Protocol):
    async def of_business(self, business_id: UUID) -> list[Member]:
        """By role, owners first, then by name."""

    async def hold(self, business_id: UUID) -> dict[UUID, Role]:
        """Everybody's role by user id, held until the transaction ends: nobody joins in what is decided on them."""

    async def change(self, business_id: UUID, user_id: UUID, role: Role) -> None: ...

    async def remove(self, business_id: UUID, user_id: UUID) -> None: ...


class Invitations(Protocol):
    async def add(self, invitation: PendingInvitation) -> None:
        """In place of an earlier one to the same address (without case) in the same business."""

    async def of_business(self, business_id: UUID, now: dt.datetime) -> list[PendingInvitation]:
        """Those that have not expired, newest first."""

    async def remove(self, business_id: UUID, invitation_id: UUID) -> bool:
        """Whether there was one."""

    async def take(self, token_hash: bytes, email: str, now: dt.datetime) -> PendingInvitation | None:
        """Remove and return the invitation that was sent to this address (without case) with this token; None when
        there is none or it has expired."""

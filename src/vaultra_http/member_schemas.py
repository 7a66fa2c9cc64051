import datetime as dt
from typing import Annotated
from uuid import UUID

import msgspec

from vaultra_core.domain.members import Member, PendingInvitation
from vaultra_core.identity import Role
from vaultra_http.rendering import utc
from vaultra_http.schemas import Body, Email


class InviteBody(Body, frozen=True, kw_only=True):
    email: Email
    role: Role


class RoleBody(Body, frozen=True, kw_only=True):
    role: Role


class AcceptBody(Body, frozen=True, kw_only=True):
    token: Annotated[str, msgspec.Meta(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9_-]+$")]


class MemberView(msgspec.Struct, frozen=True, kw_only=True):
    user_id: UUID
    name: str
    email: str
    avatar_url: str | None
    role: Role

    @classmethod
    def of(cls, member: Member) -> "MemberView":
        return cls(**msgspec.structs.asdict(member))


class MembersView(msgspec.Struct, frozen=True):
    members: list[MemberView]


class InvitationView(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation that waits for its answer. Its link is in the mail alone."""

    id: UUID
    email: str
    role: Role
    created_at: dt.datetime
    expires_at: dt.datetime

    @classmethod
    def of(cls, invitation: PendingInvitation) -> "InvitationView":
        return cls(
            id=invitation.id,
            email=invitation.email,
            role=invitation.role,
            created_at=utc(invitation.created_at),
            expires_at=utc(invitation.expires_at),
        )


class InvitationsView(msgspec.Struct, frozen=True):
    invitations: list[InvitationView]

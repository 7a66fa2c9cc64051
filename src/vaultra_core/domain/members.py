"""Who belongs to a business, and who has been asked to."""

import datetime as dt
import hashlib
import secrets
from typing import Final
from uuid import UUID

import msgspec

from vaultra_core.identity import Role

INVITATION_LIFE: Final = dt.timedelta(days=7)
MOST_INVITATIONS: Final = 50  # that wait at a time, a business: nobody mails the world in our name


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who belongs to a business, as the others there see them."""

    user_id: UUID
    name: str
    email: str
    avatar_url: str | None
    role: Role


class PendingInvitation(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation that waits for its answer. The token itself is in the mail and nowhere else."""

    id: UUID
    business_id: UUID
    email: str  # as typed; compared without case
    role: Role
    token_hash: bytes
    created_at: dt.datetime
    expires_at: dt.datetime


def new_invitation_token() -> str:
    """256 random bits: too many to guess, so that one pass of SHA-256 is enough to keep them by."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()

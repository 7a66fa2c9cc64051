"""Who acts, for which business, with which role, and from where; and the ids of things."""

import enum
import os
import time
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Final
from uuid import UUID

import msgspec

from vaultra_core.errors import Forbidden


class Role(enum.StrEnum):
    """What a member may do: a viewer reads, an admin also writes, an owner also manages members and connections."""

    VIEWER = "viewer"
    ADMIN = "admin"
    OWNER = "owner"

    @property
    def rank(self) -> int:
        return list(Role).index(self)


class Caller(msgspec.Struct, frozen=True):
    """The person who acts, in the one business they act for. Every business-scoped use case takes one."""

    user_id: UUID
    business_id: UUID
    role: Role

    def require(self, minimum: Role) -> None:
        """Raise `Forbidden` unless the caller's role is at least `minimum`."""
        if self.role.rank < minimum.rank:
            raise Forbidden(f"This needs the role {minimum}; you have {self.role}.", required_role=str(minimum))


class Person(msgspec.Struct, frozen=True):
    """Somebody who is signed in: the session that a request rests on, and their role in each of their businesses as
    the request came in."""

    user_id: UUID
    session_id: UUID
    roles: Mapping[UUID, Role]


class Origin(msgspec.Struct, frozen=True):
    """Where a call comes from: the client's network address, and the id of the request. A job has neither."""

    address: str | None = None
    request_id: str | None = None


# Set at the edge that a request comes in by. It is a fact of the request and decides nothing, so that handing it
# through every call would only be noise.
origin: Final = ContextVar("origin", default=Origin())  # noqa: B039 - frozen


_RANDOM: Final = 0xFFF << 64 | (1 << 62) - 1
_VERSION_AND_VARIANT: Final = 0x7 << 76 | 0x2 << 62


def new_id() -> UUID:
    """A time-ordered UUIDv7 (RFC 9562): rows that are written together lie together in the index."""
    milliseconds = time.time_ns() // 1_000_000 & (1 << 48) - 1
    return UUID(int=milliseconds << 80 | int.from_bytes(os.urandom(10), "big") & _RANDOM | _VERSION_AND_VARIANT)

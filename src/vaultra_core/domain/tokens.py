"""Personal tokens: what an owner gives to an assistant of their own, instead of a password."""

import datetime as dt
import enum
import hashlib
import secrets
from typing import Final
from uuid import UUID

import msgspec

SECRET_START: Final = "vaultra_"  # noqa: S105 - says what it is to whoever finds it, and to secret scanners
SHOWN: Final = 14  # characters of a secret that stay visible in lists
MOST_TOKENS: Final = 50  # a person
LONGEST_DAYS: Final = 365
USED_EVERY: Final = dt.timedelta(minutes=1)  # how exact `last_used_at` is: not every call writes


class TokenScope(enum.StrEnum):
    """`read` asks; `act` also decides on recommendations."""

    READ = "read"
    ACT = "act"


class PersonalToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token acts for one person in one business, at one address (`audience`). The secret itself is kept nowhere."""

    id: UUID
    user_id: UUID
    business_id: UUID
    name: str
    scope: TokenScope
    audience: str
    prefix: str
    digest: bytes
    created_at: dt.datetime
    expires_at: dt.datetime
    last_used_at: dt.datetime | None = None


def new_secret() -> str:
    """256 random bits: too many to guess, so that one pass of SHA-256 is enough to keep them by."""
    return SECRET_START + secrets.token_urlsafe(32)


def digest_of(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()

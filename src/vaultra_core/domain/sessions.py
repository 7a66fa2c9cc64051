"""Being signed in, and the single-use links that go out by mail."""

import datetime as dt
import enum
import hashlib
from typing import Final
from uuid import UUID

import msgspec

# Two tabs that refresh at the same moment both show the same token, and so does a browser that did not get our answer
# and asks again. Within this time the used token gives its one successor once more; later it is taken for stolen.
GRACE: Final = dt.timedelta(seconds=10)

RESET_LIFE: Final = dt.timedelta(hours=1)
VERIFY_LIFE: Final = dt.timedelta(hours=24)


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One browser that is signed in: the family of refresh tokens that follow each other, of which one is good.

    Only hashes of the tokens are kept. Access tokens name the session, and are good for as long as it is there.
    """

    id: UUID
    user_id: UUID
    token_hash: bytes
    previous_hash: bytes | None = None  # of the token before, see GRACE
    rotated_at: dt.datetime
    created_at: dt.datetime
    expires_at: dt.datetime  # however often it is refreshed


class LinkPurpose(enum.StrEnum):
    """What the token in a mailed link is good for. One of each per person: a new one takes the older one's place."""

    RESET_PASSWORD = "reset_password"  # noqa: S105 - a purpose
    VERIFY_EMAIL = "verify_email"


def fingerprint(token: str) -> bytes:
    """What is stored of a token. Tokens are long and random, so a plain SHA-256 is as good as a slow hash."""
    return hashlib.sha256(token.encode()).digest()

"""Who did what, when, and from where: what an owner may ask about afterwards."""

import datetime as dt
import enum
from typing import Final
from uuid import UUID, uuid5

import msgspec

from vaultra_core.identity import new_id, origin

# How long an entry is kept. Long enough to look back over a whole year and its books, and no longer: an entry holds a
# network address.
RETENTION: Final = dt.timedelta(days=400)


class AuditAction(enum.StrEnum):
    """What is written down. Stored as text, so that a new action needs no migration."""

    SIGNED_UP = "signed_up"
    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    SIGNED_OUT_EVERYWHERE = "signed_out_everywhere"
    SESSION_REUSED = "session_reused"  # a refresh token came back that had been used: its whole family was revoked
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - an action
    PASSWORD_RESET_ASKED = "password_reset_asked"  # noqa: S105 - an action
    PASSWORD_RESET = "password_reset"  # noqa: S105 - an action
    EMAIL_VERIFIED = "email_verified"
    GOOGLE_LINKED = "google_linked"
    USER_EXPORTED = "user_exported"
    USER_DELETED = "user_deleted"
    BUSINESS_CREATED = "business_created"
    BUSINESS_EXPORTED = "business_exported"
    BUSINESS_DELETED = "business_deleted"
    MEMBER_INVITED = "member_invited"
    INVITATION_REVOKED = "invitation_revoked"
    MEMBER_JOINED = "member_joined"
    ROLE_CHANGED = "role_changed"
    MEMBER_REMOVED = "member_removed"
    STRIPE_CONNECTED = "stripe_connected"
    STRIPE_DISCONNECTED = "stripe_disconnected"
    TOKEN_CREATED = "token_created"  # noqa: S105 - an action
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - an action
    DENIED = "denied"


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the log. It holds ids, never a name, an e-mail address or a secret: those can be deleted, it cannot.

    `actor_id` is None when nobody was recognised (a refused sign-in) or a job acted. `target` is the id of what was
    acted on: a member, an invitation, a Stripe account.
    """

    id: UUID
    at: dt.datetime
    action: AuditAction
    actor_id: UUID | None = None
    business_id: UUID | None = None
    target: str | None = None
    details: dict[str, str] = {}
    address: str | None = None
    request_id: str | None = None


def audited(
    action: AuditAction,
    at: dt.datetime,
    *,
    actor_id: UUID | None = None,
    business_id: UUID | None = None,
    target: str | None = None,
    **details: str,
) -> AuditEntry:
    """An entry for what happens now, from where the current request comes."""
    where = origin.get()
    return AuditEntry(
        id=new_id(),
        at=at,
        action=action,
        actor_id=actor_id,
        business_id=business_id,
        target=target,
        details=details,
        address=where.address,
        request_id=where.request_id,
    )


def denied(at: dt.datetime, *, actor_id: UUID, business_id: UUID, required: str) -> AuditEntry:
    """An entry for a call that was refused. All refusals of one person at one business within an hour are one entry,
    so that nobody can fill somebody else's log by knocking."""
    entry = audited(AuditAction.DENIED, at, actor_id=actor_id, business_id=business_id, required=required)
    return msgspec.structs.replace(entry, id=uuid5(business_id, f"{actor_id} {required} {at:%Y-%m-%dT%H}"))

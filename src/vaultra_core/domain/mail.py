"""What Vaultra writes to people. A mail is data: who gets it, what it says in the reader's terms, until when.

`link` is the path of a page of the dashboard with its token behind `#`: browsers keep that part to themselves, so it is
in no log of a server or proxy. Subject and wording stand in the templates of the mail adapter.
"""

import datetime as dt
from typing import TypeAlias
from uuid import UUID

import msgspec

from vaultra_core.identity import Role


class VerifyEmail(msgspec.Struct, frozen=True, kw_only=True, tag="verify_email"):
    """Sent at sign-up: is this address really theirs?"""

    name: str
    link: str


class ResetPassword(msgspec.Struct, frozen=True, kw_only=True, tag="reset_password"):
    name: str
    link: str


class PasswordChanged(msgspec.Struct, frozen=True, kw_only=True, tag="password_changed"):
    """Sent after the fact, so that nobody's password is changed behind their back."""

    name: str
    link: str


class Invitation(msgspec.Struct, frozen=True, kw_only=True, tag="invitation"):
    """Somebody asks the reader to join their business."""

    inviter: str
    business: str
    role: Role
    link: str


Content: TypeAlias = VerifyEmail | ResetPassword | PasswordChanged | Invitation


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """One mail to one address. After `useful_until` it is not sent any more: its link would be dead."""

    id: UUID
    to: str
    content: Content
    created_at: dt.datetime
    useful_until: dt.datetime

"""The shapes of accounts, sessions and passwords."""

import datetime as dt
from typing import Annotated
from uuid import UUID

import msgspec

from vaultra_core.domain.sessions import Session
from vaultra_http.rendering import utc
from vaultra_http.schemas import Body, Email, Password, UserView

LinkToken = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9_-]+$")]


class SignedIn(msgspec.Struct):
    user: UserView
    token: str


class AccessTokenView(msgspec.Struct):
    token: str


class ProvidersView(msgspec.Struct):
    password: bool
    google: bool


class SessionView(msgspec.Struct, kw_only=True):
    id: UUID
    created_at: dt.datetime
    refreshed_at: dt.datetime
    expires_at: dt.datetime
    current: bool

    @classmethod
    def of(cls, session: Session, current: UUID) -> "SessionView":
        return cls(
            id=session.id,
            created_at=utc(session.created_at),
            refreshed_at=utc(session.rotated_at),
            expires_at=utc(session.expires_at),
            current=session.id == current,
        )


class SessionsView(msgspec.Struct):
    sessions: list[SessionView]


class PasswordChangeBody(Body, frozen=True, kw_only=True):
    current_password: Password
    new_password: Password


class ForgotBody(Body, frozen=True, kw_only=True):
    email: Email


class ResetBody(Body, frozen=True, kw_only=True):
    token: LinkToken
    password: Password


class LinkBody(Body, frozen=True, kw_only=True):
    token: LinkToken

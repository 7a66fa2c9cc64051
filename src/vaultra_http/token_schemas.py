import datetime as dt
from typing import Annotated
from uuid import UUID

import msgspec

from vaultra_core.domain.tokens import PersonalToken, TokenScope
from vaultra_http.rendering import utc


class TokenView(msgspec.Struct, frozen=True, kw_only=True):
    """`prefix` is how the token begins; `mcp_url` is the one address that it is good for."""

    id: UUID
    name: str
    business_id: UUID
    scope: TokenScope
    prefix: str
    mcp_url: str
    created_at: dt.datetime
    expires_at: dt.datetime
    last_used_at: dt.datetime | None

    @classmethod
    def of(cls, token: PersonalToken) -> "TokenView":
        return cls(
            id=token.id,
            name=token.name,
            business_id=token.business_id,
            scope=token.scope,
            prefix=token.prefix,
            mcp_url=token.audience,
            created_at=utc(token.created_at),
            expires_at=utc(token.expires_at),
            last_used_at=utc(token.last_used_at) if token.last_used_at else None,
        )


class NewTokenView(TokenView, frozen=True, kw_only=True):
    token: Annotated[str, msgspec.Meta(description="The secret. It is shown this once.")]

    @classmethod
    def made(cls, token: PersonalToken, secret: str) -> "NewTokenView":
        return cls(token=secret, **msgspec.structs.asdict(TokenView.of(token)))


class TokensView(msgspec.Struct, frozen=True):
    tokens: list[TokenView]

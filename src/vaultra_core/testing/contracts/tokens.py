import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from vaultra_core.domain.accounts import User
from vaultra_core.domain.tokens import PersonalToken, TokenScope, digest_of
from vaultra_core.errors import Conflict
from vaultra_core.identity import new_id
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.testing.contracts.samples import NOW, SECOND, a_user, given_business


def a_token(user_id: UUID, business_id: UUID, **fields: Any) -> PersonalToken:
    secret = fields.pop("shown", "vaultra_secret")
    known = {
        "id": new_id(),
        "user_id": user_id,
        "business_id": business_id,
        "name": "Laptop",
        "scope": TokenScope.READ,
        "audience": "https://vaultra.example/mcp",
        "prefix": "vaultra_secret",
        "digest": digest_of(secret),
        "created_at": NOW,
        "expires_at": NOW + dt.timedelta(days=90),
    }
    return PersonalToken(**{**known, **fields})


async def given_user(uow: UnitOfWorkFactory) -> User:
    """Somebody who is stored."""
    user = a_user()
    async with uow() as work:
        await work.users.add(user)
        await work.commit()
    return user


class PersonalTokensContract:
    async def test_a_token_is_found_by_its_digest_and_kept_whole(self, uow: UnitOfWorkFactory) -> None:
        user, business = await given_user(uow), await given_business(uow)
        token = a_token(user.id, business.id, scope=TokenScope.ACT)
        async with uow() as work:
            await work.tokens.add(token)
            await work.commit()
        async with uow() as work:
            assert await work.tokens.by_digest(digest_of("vaultra_secret")) == token
            assert await work.tokens.by_digest(digest_of("vaultra_other")) is None

    async def test_a_person_sees_their_own_newest_first(self, uow: UnitOfWorkFactory) -> None:
        user, other, business = await given_user(uow), await given_user(uow), await given_business(uow)
        first = a_token(user.id, business.id, shown="1")
        second = a_token(user.id, business.id, shown="2", created_at=NOW + SECOND)
        async with uow() as work:
            await work.tokens.add(first)
            await work.tokens.add(second)
            await work.tokens.add(a_token(other.id, business.id, shown="3"))
            assert await work.tokens.of_user(user.id) == [second, first]

    async def test_the_last_use_is_noted(self, uow: UnitOfWorkFactory) -> None:
        user, business = await given_user(uow), await given_business(uow)
        token = a_token(user.id, business.id)
        async with uow() as work:
            await work.tokens.add(token)
            await work.tokens.used(token.id, NOW + SECOND)
            [found] = await work.tokens.of_user(user.id)
            assert found.last_used_at == NOW + SECOND

    async def test_only_its_owner_takes_a_token_away(self, uow: UnitOfWorkFactory) -> None:
        user, other, business = await given_user(uow), await given_user(uow), await given_business(uow)
        token = a_token(user.id, business.id)
        async with uow() as work:
            await work.tokens.add(token)
            assert await work.tokens.remove(other.id, token.id) is None
            assert await work.tokens.by_digest(token.digest) is not None
            assert await work.tokens.remove(user.id, token.id) == token
            assert await work.tokens.remove(user.id, token.id) is None
            assert await work.tokens.by_digest(token.digest) is None

    async def test_a_token_belongs_to_somebody_and_to_a_business(self, uow: UnitOfWorkFactory) -> None:
        user = await given_user(uow)
        async with uow() as work:
            with pytest.raises(Conflict):
                await work.tokens.add(a_token(user.id, new_id()))

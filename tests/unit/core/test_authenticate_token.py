"""For whom a personal token stands."""

import datetime as dt

import pytest

from vaultra_core.domain.tokens import TokenScope
from vaultra_core.errors import Unauthorized
from vaultra_core.identity import Caller, Role
from vaultra_core.testing.contracts.samples import NOW, a_business, a_user
from vaultra_core.testing.storage import MemoryStorage
from vaultra_core.use_cases.authenticate_token import AuthenticateToken
from vaultra_core.use_cases.create_token import CreateToken

HERE, ELSEWHERE = "https://vaultra.example/mcp", "https://elsewhere.example/mcp"


class StillClock:
    def now(self) -> dt.datetime:
        return NOW


async def an_owner(storage: MemoryStorage) -> Caller:
    user, business = a_user(), a_business()
    async with storage() as work:
        await work.users.add(user)
        await work.businesses.add(business)
        await work.businesses.add_member(business.id, user.id, Role.OWNER)
        await work.commit()
    return Caller(user.id, business.id, Role.OWNER)


async def a_secret(storage: MemoryStorage, caller: Caller, scope: TokenScope, audience: str = HERE) -> str:
    create = CreateToken(storage, StillClock())
    _, secret = await create.execute(caller, name="Laptop", scope=scope, audience=audience, days=1)
    return secret


@pytest.fixture
def storage() -> MemoryStorage:
    return MemoryStorage()


@pytest.fixture
def authenticate(storage: MemoryStorage) -> AuthenticateToken:
    return AuthenticateToken(storage, StillClock())


async def test_an_acting_token_stands_for_its_owner(storage: MemoryStorage, authenticate: AuthenticateToken) -> None:
    owner = await an_owner(storage)
    granted = await authenticate.execute(await a_secret(storage, owner, TokenScope.ACT), audience=HERE)
    assert granted.caller == owner


async def test_a_reading_token_stands_for_a_viewer(storage: MemoryStorage, authenticate: AuthenticateToken) -> None:
    owner = await an_owner(storage)
    granted = await authenticate.execute(await a_secret(storage, owner, TokenScope.READ), audience=HERE)
    assert granted.caller == Caller(owner.user_id, owner.business_id, Role.VIEWER)


async def test_a_token_for_another_address_is_refused(storage: MemoryStorage, authenticate: AuthenticateToken) -> None:
    secret = await a_secret(storage, await an_owner(storage), TokenScope.READ, ELSEWHERE)
    with pytest.raises(Unauthorized):
        await authenticate.execute(secret, audience=HERE)

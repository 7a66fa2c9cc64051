"""After a rotation no secret needs an older key, however often and however far the command ran."""

import pytest

from vaultra_adapters.secrets.keyring import Keyring
from vaultra_core.testing.contracts.samples import given_integration
from vaultra_core.testing.storage import MemoryStorage
from vaultra_core.use_cases import reseal_secrets
from vaultra_core.use_cases.reseal_secrets import TOKEN, Resealed, ResealSecrets

OLD, NEW = ("old", bytes(range(32))), ("new", bytes(range(32, 64)))


async def test_everything_is_sealed_anew_once(monkeypatch: pytest.MonkeyPatch) -> None:
    storage = MemoryStorage()
    before, ring = Keyring([OLD]), Keyring([NEW, OLD])
    accounts = [await given_integration(storage) for _ in range(5)]
    async with storage() as work:
        for number, account in enumerate(accounts):
            sealed = before.seal(f"token {number}", business_id=account.business_id, column=TOKEN)
            await work.integrations.put_token(account.id, sealed)
        await work.commit()
    monkeypatch.setattr(reseal_secrets, "BATCH", 2)
    assert await ResealSecrets(storage, ring).execute() == Resealed(5, 0, [])
    assert await ResealSecrets(storage, ring).execute() == Resealed(0, 5, [])
    async with storage() as work:
        tokens = await work.integrations.tokens(after=None, limit=9)
    opened = [Keyring([NEW]).open(token.sealed, business_id=token.business_id, column=TOKEN) for token in tokens]
    assert sorted(opened) == [f"token {number}" for number in range(5)]


async def test_a_secret_that_does_not_open_is_named_and_left() -> None:
    storage = MemoryStorage()
    good, swapped = await given_integration(storage), await given_integration(storage)
    sealed = Keyring([OLD]).seal("token", business_id=good.business_id, column=TOKEN)
    async with storage() as work:
        await work.integrations.put_token(good.id, sealed)
        await work.integrations.put_token(swapped.id, sealed)
        await work.commit()
    resealed = await ResealSecrets(storage, Keyring([NEW, OLD])).execute()
    assert resealed == Resealed(1, 0, [swapped.business_id])

from vaultra_core.ports.returns import AccessReturn
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.testing.contracts.samples import DAY, NOW, SECOND


class AccessReturnsContract:
    async def test_each_is_claimed_once_and_comes_again_when_its_lease_has_run_out(
        self, uow: UnitOfWorkFactory
    ) -> None:
        async with uow() as work:
            for account in ("acct_2", "acct_1", "acct_2"):
                await work.returns.add(account, NOW)
            await work.commit()
        async with uow() as one, uow() as other:
            assert await one.returns.claim(NOW - SECOND, limit=5, seconds=60) == []
            assert await one.returns.claim(NOW, limit=1, seconds=60) == [AccessReturn("acct_1", 1)]
            assert await other.returns.claim(NOW, limit=5, seconds=60) == [AccessReturn("acct_2", 1)]
            await one.commit()
            await other.commit()
        async with uow() as work:
            assert await work.returns.claim(NOW + 59 * SECOND, limit=5, seconds=60) == []
            again = await work.returns.claim(NOW + 60 * SECOND, limit=5, seconds=60)
            assert again == [AccessReturn("acct_1", 2), AccessReturn("acct_2", 2)]

    async def test_what_is_put_off_comes_again_and_what_is_removed_does_not(self, uow: UnitOfWorkFactory) -> None:
        async with uow() as work:
            await work.returns.add("acct_later", NOW)
            await work.returns.add("acct_done", NOW)
            await work.returns.claim(NOW, limit=5, seconds=60)
            await work.returns.put_off("acct_later", NOW + 5 * SECOND, "Stripe does not answer.")
            await work.returns.remove("acct_done")
            await work.returns.remove("acct_unknown")
            await work.commit()
        async with uow() as work:
            assert await work.returns.claim(NOW + 4 * SECOND, limit=5, seconds=60) == []
            assert await work.returns.claim(NOW + DAY, limit=5, seconds=60) == [AccessReturn("acct_later", 2)]

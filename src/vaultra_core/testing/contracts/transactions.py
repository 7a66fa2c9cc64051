from vaultra_core.errors import Conflict
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.testing.contracts.samples import (
    NOW,
    TODAY,
    a_business,
    a_charge,
    a_user,
    an_event,
    an_integration,
    given_business,
    refused,
    seen,
)


class UnitOfWorkContract:
    async def test_what_is_not_committed_is_gone(self, uow: UnitOfWorkFactory) -> None:
        stored = await given_business(uow)
        user, business = a_user(), a_business()
        async with uow() as work:
            await work.users.add(user)
            await work.businesses.add(business)
            await work.integrations.add(an_integration(stored.id))
            await work.integrations.consume_state("nonce", NOW)
            await work.inbox.accept([an_event()])
            await work.ledger.merge(stored.id, seen(a_charge()))
            await work.activity.mark_dirty(stored.id, [TODAY])
            await work.job_runs.claim_slot("job", NOW)
        async with uow() as work:
            assert await work.users.get(user.id) is None
            assert await work.businesses.get(business.id) is None
            assert await work.integrations.of_business(stored.id) is None
            assert await work.integrations.consume_state("nonce", NOW)
            assert await work.inbox.waiting() == 0
            assert await work.ledger.span(stored.id) is None
            assert await work.activity.take_dirty(stored.id, limit=10) == []
            assert await work.job_runs.claim_slot("job", NOW)

    async def test_an_error_rolls_back(self, uow: UnitOfWorkFactory) -> None:
        business = a_business()

        async def fails() -> None:
            async with uow() as work:
                await work.businesses.add(business)
                raise Conflict("somebody was faster")

        await refused(Conflict, fails())
        async with uow() as work:
            assert await work.businesses.get(business.id) is None

    async def test_others_see_a_change_from_its_commit_on(self, uow: UnitOfWorkFactory) -> None:
        business = a_business()
        async with uow() as writer, uow() as reader:
            await writer.businesses.add(business)
            assert await writer.businesses.get(business.id) == business
            assert await reader.businesses.get(business.id) is None
            await writer.commit()
            assert await reader.businesses.get(business.id) == business

    async def test_only_what_came_before_the_commit_is_kept(self, uow: UnitOfWorkFactory) -> None:
        kept, lost = a_business(), a_business()
        async with uow() as work:
            await work.businesses.add(kept)
            await work.commit()
            await work.businesses.add(lost)
        async with uow() as work:
            assert await work.businesses.get(kept.id) == kept
            assert await work.businesses.get(lost.id) is None

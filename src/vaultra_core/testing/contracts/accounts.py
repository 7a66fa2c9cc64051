import datetime as dt
from typing import Any
from uuid import UUID

from vaultra_core.domain.accounts import ImportPhase, ImportWindow, Industry, IntegrationStatus, MemberOf
from vaultra_core.errors import Conflict
from vaultra_core.identity import Role, new_id
from vaultra_core.ports.storage import SealedToken, UnitOfWorkFactory
from vaultra_core.testing.contracts.samples import (
    DAY,
    NOW,
    SECOND,
    a_business,
    a_user,
    an_integration,
    changed,
    given_business,
    given_integration,
    refused,
)


class UsersContract:
    async def test_a_user_comes_back_as_stored(self, uow: UnitOfWorkFactory) -> None:
        user = a_user(hashed_password="$argon2id$…", avatar_url="https://example.com/a.png")  # noqa: S106
        async with uow() as work:
            await work.users.add(user)
            await work.commit()
        async with uow() as work:
            assert await work.users.get(user.id) == user
            assert await work.users.get(new_id()) is None

    async def test_an_address_is_compared_without_case(self, uow: UnitOfWorkFactory) -> None:
        user = a_user(email="Ada@Example.com")
        async with uow() as work:
            await work.users.add(user)
            await work.commit()
        async with uow() as work:
            assert await work.users.by_email("aDA@eXAMPLE.COM") == user
            assert await work.users.by_email("other@example.com") is None
            await refused(Conflict, work.users.add(a_user(email="ADA@example.com")))

    async def test_a_change_is_stored(self, uow: UnitOfWorkFactory) -> None:
        user = a_user()
        async with uow() as work:
            await work.users.add(user)
            await work.users.save(changed(user, name="Grace", avatar_url=None))
            await work.commit()
        async with uow() as work:
            assert await work.users.get(user.id) == changed(user, name="Grace", avatar_url=None)


class BusinessesContract:
    async def test_a_business_comes_back_as_stored(self, uow: UnitOfWorkFactory) -> None:
        business = a_business(
            legal_entity="Blau GmbH",
            industry=Industry.FOOD_AND_DRINK,
            revenue_estimate=12_000_000,
            founded_at=dt.date(2019, 5, 1),
            currency="eur",
            timezone="Europe/Berlin",
            sample_data=True,
        )
        async with uow() as work:
            await work.businesses.add(business)
            await work.businesses.save(changed(business, name="Café Rot"))
            await work.commit()
        async with uow() as work:
            assert await work.businesses.get(business.id) == changed(business, name="Café Rot")
            assert await work.businesses.get(new_id()) is None

    async def test_members_see_their_businesses_oldest_membership_first(self, uow: UnitOfWorkFactory) -> None:
        ada, bob = a_user(), a_user()
        first, second = a_business(name="First"), a_business(name="Second")
        async with uow() as work:
            await work.users.add(ada)
            await work.users.add(bob)
            await work.businesses.add(second)
            await work.businesses.add(first)
            await work.businesses.add_member(first.id, ada.id, Role.OWNER)
            await work.businesses.add_member(second.id, ada.id, Role.VIEWER)
            await work.businesses.add_member(second.id, bob.id, Role.ADMIN)
            await work.commit()
        async with uow() as work:
            assert await work.businesses.of_user(ada.id) == [
                MemberOf(first.id, "First", Role.OWNER),
                MemberOf(second.id, "Second", Role.VIEWER),
            ]
            assert await work.businesses.role_of(bob.id, second.id) is Role.ADMIN
            assert await work.businesses.role_of(bob.id, first.id) is None
            await refused(Conflict, work.businesses.add_member(second.id, bob.id, Role.OWNER))

    async def test_nobody_joins_a_business_that_is_not_there(self, uow: UnitOfWorkFactory) -> None:
        user = a_user()
        async with uow() as work:
            await work.users.add(user)
            await refused(Conflict, work.businesses.add_member(new_id(), user.id, Role.OWNER))


class IntegrationsContract:
    async def test_an_integration_comes_back_as_stored(self, uow: UnitOfWorkFactory) -> None:
        integration = await given_integration(
            uow, error="Stripe said no", failures=2, events_through=5, webhooks_missed=3, webhooks_since=4
        )
        async with uow() as work:
            assert await work.integrations.of_business(integration.business_id) == integration
            assert await work.integrations.by_account([integration.external_id, "acct_other"]) == {
                integration.external_id: integration
            }
            assert await work.integrations.businesses() == [integration.business_id]
            await work.integrations.save(changed(integration, phase=ImportPhase.COMPLETE, error=None))
            await work.commit()
        async with uow() as work:
            stored = await work.integrations.of_business(integration.business_id)
            assert stored == changed(integration, phase=ImportPhase.COMPLETE, error=None)

    async def test_one_account_per_business(self, uow: UnitOfWorkFactory) -> None:
        integration = await given_integration(uow)
        async with uow() as work:
            await refused(Conflict, work.integrations.add(an_integration(integration.business_id)))

    async def test_one_business_per_account(self, uow: UnitOfWorkFactory) -> None:
        integration = await given_integration(uow)
        other = await given_business(uow)
        async with uow() as work:
            taken = an_integration(other.id, external_id=integration.external_id)
            await refused(Conflict, work.integrations.add(taken))

    async def test_removing_takes_the_windows_along(self, uow: UnitOfWorkFactory) -> None:
        gone, stays = await given_integration(uow), await given_integration(uow)
        async with uow() as work:
            await work.windows.add([a_window(gone.id), a_window(stays.id)])
            await work.integrations.remove(gone.business_id)
            await work.commit()
        async with uow() as work:
            assert await work.integrations.of_business(gone.business_id) is None
            assert await work.windows.of(gone.id) == []
            assert await work.integrations.of_business(stays.business_id) == stays
            assert await work.windows.of(stays.id) == [a_window(stays.id)]

    async def test_the_longest_overdue_is_leased_first_and_only_once(self, uow: UnitOfWorkFactory) -> None:
        late = await given_integration(uow, next_sync_at=NOW - DAY)
        later = await given_integration(uow, next_sync_at=NOW)
        await given_integration(uow, next_sync_at=NOW + SECOND)
        await given_integration(uow, next_sync_at=None)
        await given_integration(uow, next_sync_at=NOW - DAY, status=IntegrationStatus.REVOKED)
        taken = []
        for _ in range(3):
            async with uow() as work:
                taken.append(await work.integrations.lease_due(NOW, seconds=60))
                await work.commit()
        assert taken == [(late, 1), (later, 1), None]

    async def test_concurrent_leases_take_different_ones(self, uow: UnitOfWorkFactory) -> None:
        await given_integration(uow)
        await given_integration(uow)
        async with uow() as first, uow() as second, uow() as third:
            a = await first.integrations.lease_due(NOW, seconds=60)
            b = await second.integrations.lease_due(NOW, seconds=60)
            c = await third.integrations.lease_due(NOW, seconds=60)
        assert a is not None
        assert b is not None
        assert a[0].id != b[0].id
        assert c is None

    async def test_an_overtaken_holder_is_told_so(self, uow: UnitOfWorkFactory) -> None:
        """The fencing token grows with every lease; only its last holder can extend or release."""
        integration = await given_integration(uow)
        async with uow() as work:
            leased = await work.integrations.lease(integration.business_id, NOW, seconds=60)
            assert leased is not None
            held_until = NOW + 60 * SECOND
            assert await work.integrations.lease(integration.business_id, held_until, seconds=60) is None
            again = await work.integrations.lease(integration.business_id, held_until + SECOND, seconds=60)
            assert again is not None
            old, new = leased[1], again[1]
            assert new > old
            assert not await work.integrations.hold(integration.id, old, held_until, seconds=60)
            await work.integrations.release(integration.id, old)
            assert await work.integrations.hold(integration.id, new, held_until, seconds=60)
            await work.commit()

    async def test_a_lease_that_is_held_on_does_not_run_out(self, uow: UnitOfWorkFactory) -> None:
        integration = await given_integration(uow)
        async with uow() as work:
            assert await work.integrations.lease(integration.business_id, NOW, seconds=60) == (integration, 1)
            assert await work.integrations.hold(integration.id, 1, NOW + 50 * SECOND, seconds=60)
            assert await work.integrations.lease(integration.business_id, NOW + 100 * SECOND, seconds=60) is None

    async def test_a_released_lease_is_free_and_no_longer_held(self, uow: UnitOfWorkFactory) -> None:
        integration = await given_integration(uow, next_sync_at=None)
        async with uow() as work:
            assert await work.integrations.lease(integration.business_id, NOW, seconds=60) == (integration, 1)
            await work.integrations.release(integration.id, 1)
            assert not await work.integrations.hold(integration.id, 1, NOW, seconds=60)
            assert await work.integrations.lease(integration.business_id, NOW, seconds=60) == (integration, 2)
            assert await work.integrations.lease(new_id(), NOW, seconds=60) is None

    async def test_a_broken_lease_is_free_and_its_holder_told_so(self, uow: UnitOfWorkFactory) -> None:
        integration = await given_integration(uow)
        await given_integration(uow)
        async with uow() as work:
            assert await work.integrations.break_leases() == 0
            assert await work.integrations.lease(integration.business_id, NOW, seconds=60) == (integration, 1)
            assert await work.integrations.break_leases() == 1
            assert not await work.integrations.hold(integration.id, 1, NOW, seconds=60)
            assert await work.integrations.lease(integration.business_id, NOW, seconds=60) == (integration, 2)

    async def test_saving_does_not_touch_the_lease(self, uow: UnitOfWorkFactory) -> None:
        integration = await given_integration(uow)
        async with uow() as work:
            await work.integrations.lease(integration.business_id, NOW, seconds=60)
            await work.integrations.save(changed(integration, failures=1))
            assert await work.integrations.hold(integration.id, 1, NOW, seconds=60)

    async def test_a_token_is_kept_beside_the_account_until_it_is_forgotten(self, uow: UnitOfWorkFactory) -> None:
        both = [await given_integration(uow), await given_integration(uow)]
        first, second = sorted(both, key=lambda integration: integration.id)  # ids of one millisecond have no order
        async with uow() as work:
            await work.integrations.put_token(first.id, b"one")
            await work.integrations.put_token(second.id, b"two")
            await work.integrations.save(changed(first, failures=1))
            await work.integrations.lease(second.business_id, NOW, seconds=60)
            await work.commit()
        ones, twos = (
            SealedToken(first.id, first.business_id, b"one"),
            SealedToken(second.id, second.business_id, b"two"),
        )
        async with uow() as work:
            assert await work.integrations.tokens(after=None, limit=9) == [ones, twos]
            assert await work.integrations.tokens(after=None, limit=1) == [ones]
            assert await work.integrations.tokens(after=first.id, limit=1) == [twos]
            await work.integrations.put_token(first.id, None)
            assert await work.integrations.tokens(after=None, limit=9) == [twos]

    async def test_a_token_is_swapped_only_for_the_one_that_was_read(self, uow: UnitOfWorkFactory) -> None:
        integration = await given_integration(uow)
        async with uow() as work:
            await work.integrations.put_token(integration.id, b"newer")
            stale = SealedToken(integration.id, integration.business_id, b"read before")
            assert not await work.integrations.swap_token(stale, b"mine")
            (current,) = await work.integrations.tokens(after=None, limit=9)
            assert await work.integrations.swap_token(current, b"mine")
            assert (await work.integrations.tokens(after=None, limit=9))[0].sealed == b"mine"

    async def test_a_connect_state_is_used_once(self, uow: UnitOfWorkFactory) -> None:
        async with uow() as work:
            assert await work.integrations.consume_state("nonce", NOW)
            await work.commit()
        async with uow() as work:
            assert not await work.integrations.consume_state("nonce", NOW)
            assert await work.integrations.consume_state("another", NOW)


def a_window(integration_id: UUID, **fields: Any) -> ImportWindow:
    known = {"kind": "charge", "starts_at": 100, "ends_at": 200, "phase": ImportPhase.STARTING}
    return ImportWindow(integration_id=integration_id, **{**known, **fields})


class ImportWindowsContract:
    async def test_windows_come_back_in_order_and_are_planned_once(self, uow: UnitOfWorkFactory) -> None:
        integration = await given_integration(uow)
        later = a_window(integration.id, starts_at=200, ends_at=300)
        first = a_window(integration.id)
        async with uow() as work:
            await work.windows.add([later, first])
            read = changed(first, cursor="ch_9", read_back_to=150, objects=100)
            await work.windows.save(read)
            await work.windows.add([first, later])
            await work.commit()
        async with uow() as work:
            assert await work.windows.of(integration.id) == [read, later]
            assert await work.windows.of(new_id()) == []


class JobRunsContract:
    async def test_a_slot_is_claimed_once_ever(self, uow: UnitOfWorkFactory) -> None:
        async with uow() as work:
            assert await work.job_runs.claim_slot("stripe_sync", NOW)
            await work.commit()
        async with uow() as work:
            assert not await work.job_runs.claim_slot("stripe_sync", NOW)
            assert await work.job_runs.claim_slot("stripe_sync", NOW + SECOND)
            assert await work.job_runs.claim_slot("compute_metrics", NOW)

"""Access that is no longer needed is given back, however long that takes, and only then."""

import asyncio

import pytest

from support.runtime import RecordingQueue, ScriptedProvider, StillClock
from vaultra_core.domain.accounts import IntegrationStatus
from vaultra_core.errors import Unavailable, VaultraError
from vaultra_core.identity import Caller, Role
from vaultra_core.ports.runtime import Job
from vaultra_core.testing.contracts.samples import NOW, a_user, changed, given_business, given_integration
from vaultra_core.testing.storage import MemoryStorage
from vaultra_core.use_cases.disconnect_stripe import DisconnectStripe
from vaultra_core.use_cases.erase_business import EraseBusiness
from vaultra_core.use_cases.return_access import LEASE_SECONDS, ReturnAccess

DOWN = Unavailable("Stripe does not answer.", dependency="stripe")


class Platform(ScriptedProvider):
    def __init__(self) -> None:
        super().__init__()
        self.failing: dict[str, Exception] = {}
        self.given_back: list[str] = []

    async def deauthorize(self, external_id: str) -> None:
        await asyncio.sleep(0)
        if external_id in self.failing:
            raise self.failing[external_id]
        self.given_back.append(external_id)


class Scene:
    def __init__(self) -> None:
        self.storage, self.platform, self.clock, self.queue = (
            MemoryStorage(),
            Platform(),
            StillClock(NOW),
            RecordingQueue(),
        )
        self.return_access = ReturnAccess(self.storage, self.platform, self.clock)

    async def connected(self, account: str) -> Caller:
        business, user = await given_business(self.storage, name=account), a_user()
        await given_integration(self.storage, business, external_id=account)
        async with self.storage() as work:
            await work.users.add(user)
            await work.businesses.add_member(business.id, user.id, Role.OWNER)
            await work.commit()
        return Caller(user.id, business.id, Role.OWNER)

    async def disconnect(self, caller: Caller, *, purge: bool = False) -> None:
        await DisconnectStripe(self.storage, self.queue, self.clock).execute(caller, purge=purge)


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_disconnecting_and_deleting_both_give_back(scene: Scene) -> None:
    kept, purged, erased = [await scene.connected(account) for account in ("acct_kept", "acct_purged", "acct_erased")]
    await scene.disconnect(kept)
    await scene.disconnect(purged, purge=True)
    await EraseBusiness(scene.storage, scene.queue, scene.clock).execute(erased, confirm="acct_erased")
    assert scene.queue.woken == [Job.RETURN_ACCESS] * 3
    assert await scene.return_access.execute() == 3
    assert sorted(scene.platform.given_back) == ["acct_erased", "acct_kept", "acct_purged"]
    assert await scene.return_access.execute() == 0


async def test_what_was_given_back_before_is_not_given_back_again(scene: Scene) -> None:
    caller = await scene.connected("acct_1")
    await scene.disconnect(caller)
    await scene.return_access.execute()
    await scene.disconnect(caller)
    await EraseBusiness(scene.storage, scene.queue, scene.clock).execute(caller, confirm="acct_1")
    assert await scene.return_access.execute() == 0
    assert scene.platform.given_back == ["acct_1"]


@pytest.mark.parametrize("failure", [DOWN, VaultraError("odd"), RuntimeError("a mistake of ours")])
async def test_one_that_fails_is_tried_again_and_stops_no_other(scene: Scene, failure: Exception) -> None:
    for account in ("acct_bad", "acct_good"):
        await scene.disconnect(await scene.connected(account))
    scene.platform.failing["acct_bad"] = failure
    assert await scene.return_access.execute() == 1
    scene.platform.failing.clear()
    assert await scene.return_access.execute() == 0  # not at once
    scene.clock.advance(seconds=5)
    assert await scene.return_access.execute() == 1
    assert scene.platform.given_back == ["acct_good", "acct_bad"]


async def test_years_of_failures_do_not_make_it_give_up(scene: Scene) -> None:
    await scene.disconnect(await scene.connected("acct_1"))
    scene.platform.failing["acct_1"] = DOWN
    for _ in range(100):
        await scene.return_access.execute()
        scene.clock.advance(hours=1)
    scene.platform.failing.clear()
    assert await scene.return_access.execute() == 1


async def test_an_account_that_is_connected_again_keeps_its_access(scene: Scene) -> None:
    caller = await scene.connected("acct_1")
    await scene.disconnect(caller)
    async with scene.storage() as work:
        integration = await work.integrations.of_business(caller.business_id)
        await work.integrations.save(changed(integration, status=IntegrationStatus.ACTIVE))
        await work.commit()
    assert await scene.return_access.execute() == 0
    scene.clock.advance(days=1)
    assert await scene.return_access.execute() == 0
    assert scene.platform.given_back == []


async def test_two_workers_give_each_back_once(scene: Scene) -> None:
    for number in range(12):
        await scene.disconnect(await scene.connected(f"acct_{number}"))
    assert sum(await asyncio.gather(scene.return_access.execute(), scene.return_access.execute())) == 12
    assert len(scene.platform.given_back) == 12


async def test_whoever_dies_meanwhile_leaves_it_to_others(scene: Scene) -> None:
    await scene.disconnect(await scene.connected("acct_1"))
    async with scene.storage() as work:
        await work.returns.claim(NOW, limit=5, seconds=LEASE_SECONDS)
        await work.commit()
    assert await scene.return_access.execute() == 0
    scene.clock.advance(seconds=LEASE_SECONDS)
    assert await scene.return_access.execute() == 1

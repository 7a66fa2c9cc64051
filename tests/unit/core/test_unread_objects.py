"""An object of a list that cannot be read stops nothing: it is kept, dies, is counted, and is asked for again."""

import pytest

from support.runtime import RecordingQueue, ScriptedProvider, StillClock
from vaultra_core.domain.accounts import ImportPhase, Integration, IntegrationStatus
from vaultra_core.domain.imports import plan_import
from vaultra_core.domain.stripe_objects import minimal_event
from vaultra_core.ports.payments import PlatformEvent, Unread
from vaultra_core.ports.storage import Backlog
from vaultra_core.testing.contracts.ledger import ALWAYS
from vaultra_core.testing.contracts.samples import NOW, a_charge, given_integration, seen
from vaultra_core.testing.storage import MemoryStorage
from vaultra_core.use_cases.apply_events import ATTEMPTS, ApplyEvents
from vaultra_core.use_cases.replay_events import Replayed, ReplayEvents
from vaultra_core.use_cases.sync_stripe import SyncStripe

ACCOUNT = "acct_1"
MOMENT = int(NOW.timestamp())


def unread(kind: str, object_id: str) -> Unread:
    return Unread(kind=kind, id=object_id, listed_at=MOMENT, reason=f"{object_id} has a shape of tomorrow")


class World:
    """An account in memory whose import has not begun."""

    def __init__(self) -> None:
        self.storage = MemoryStorage()
        self.clock = StillClock(NOW)
        self.provider = ScriptedProvider()
        queue = RecordingQueue()
        self.sync = SyncStripe(self.storage, self.provider, queue, self.clock)
        self.apply = ApplyEvents(self.storage, queue, self.clock)
        self.replay = ReplayEvents(self.storage, self.provider, queue, self.clock)

    async def open(self) -> "World":
        self.integration = await given_integration(self.storage, external_id=ACCOUNT, phase=ImportPhase.STARTING)
        async with self.storage() as work:
            await work.windows.add(plan_import(self.integration.id, now=NOW, account_created=None))
            await work.commit()
        return self

    async def until_dead(self) -> None:
        for _ in range(ATTEMPTS):
            await self.apply.execute()
            self.clock.advance(hours=1)

    async def stored(self) -> Integration:
        async with self.storage() as work:
            found = await work.integrations.of_business(self.integration.business_id)
        assert found is not None
        return found

    async def charges(self) -> list[str]:
        async with self.storage() as work:
            found = (await work.ledger.slice(self.integration.business_id, [ALWAYS])).objects
        return sorted(state.id for state in found)

    async def backlog(self) -> Backlog:
        async with self.storage() as work:
            return await work.inbox.backlog(ACCOUNT)

    async def dead(self) -> list[tuple[str, str, str | None]]:
        async with self.storage() as work:
            return sorted((e.stripe_event_id, e.event_type, e.last_error) for e in await work.inbox.dead(limit=10))


@pytest.fixture
async def world() -> World:
    return await World().open()


async def test_the_page_goes_on_and_the_object_becomes_a_dead_letter(world: World) -> None:
    world.provider.objects["charge"] = seen(a_charge("ch_1", created=MOMENT), at=MOMENT)
    world.provider.unread["charge"] = [unread("charge", "ch_2")]
    world.provider.unread["subscription"] = [unread("subscription", "sub_1")]
    assert await world.sync.execute() == 1
    after = await world.stored()
    assert (after.status, after.phase, after.error) == (IntegrationStatus.ACTIVE, ImportPhase.COMPLETE, None)
    assert await world.charges() == ["ch_1"]
    assert await world.backlog() == Backlog(waiting=2, dead=0)
    await world.until_dead()
    assert await world.backlog() == Backlog(waiting=0, dead=2)
    assert await world.dead() == [
        ("listed_ch_2", "charge.listed", "ch_2 has a shape of tomorrow"),
        ("listed_sub_1", "subscription.listed", "sub_1 has a shape of tomorrow"),
    ]


async def test_seen_again_it_stays_one_dead_letter(world: World) -> None:
    world.provider.unread["event"] = [unread("event", "evt_1")]
    for _ in range(2):
        await world.sync.execute()
        world.clock.advance(minutes=15)
    await world.until_dead()
    assert await world.backlog() == Backlog(waiting=0, dead=1)


async def test_a_replay_retrieves_the_object_once_its_shape_is_known(world: World) -> None:
    world.provider.unread["charge"] = [unread("charge", "ch_2"), unread("charge", "ch_3")]
    await world.sync.execute()
    await world.until_dead()
    assert await world.replay.execute() == Replayed(
        0, dict.fromkeys(("listed_ch_2", "listed_ch_3"), "This is not a Stripe object that Vaultra reads.")
    )
    world.provider.unread["charge"] = []  # the code has learned
    world.provider.objects["charge"] = seen(a_charge("ch_2", created=MOMENT), at=MOMENT)
    assert await world.replay.execute() == Replayed(1, {"listed_ch_3": "Stripe has no such object."})
    assert await world.charges() == ["ch_2"]
    assert await world.backlog() == Backlog(waiting=0, dead=1)
    async with world.storage() as work:
        assert await work.activity.take_dirty(world.integration.business_id, limit=10)


async def test_a_replay_fetches_an_event_that_a_list_showed(world: World) -> None:
    world.provider.unread["event"] = [unread("event", "evt_1")]
    await world.sync.execute()
    await world.until_dead()
    raw = b'{"object":"event","id":"evt_1","type":"charge.succeeded","created":%d,"livemode":false,"data":{"object":{' \
        b'"object":"charge","id":"ch_1","created":%d,"currency":"usd","livemode":false,"amount":1,"captured":true,' \
        b'"status":"succeeded"}}}' % (MOMENT, MOMENT)  # fmt: skip
    event = minimal_event(raw)
    world.provider.events = [
        PlatformEvent(
            external_id="evt_1", account=ACCOUNT, type=event.type, created=MOMENT, livemode=False, payload=event.payload
        )
    ]
    assert await world.replay.execute() == Replayed(1, {})
    await world.apply.execute()
    assert await world.charges() == ["ch_1"]
    assert await world.backlog() == Backlog(waiting=0, dead=0)

"""Keeping up: events while they are kept, lists when they are not, and one account's trouble is its own."""

import asyncio
import datetime as dt
from typing import Any

import msgspec
import pytest

from support.runtime import RecordingQueue, ScriptedProvider, StillClock
from vaultra_core.domain.accounts import ImportPhase, Integration, IntegrationStatus
from vaultra_core.domain.imports import CATCH_UP_DAYS, EVENTS_TRUSTED_DAYS, plan_import
from vaultra_core.errors import Forbidden, Unavailable
from vaultra_core.ports.payments import EventPage, PlatformEvent
from vaultra_core.testing.contracts.ledger import ALWAYS
from vaultra_core.testing.contracts.samples import NOW, a_charge, given_business, given_integration, seen
from vaultra_core.testing.storage import MemoryStorage
from vaultra_core.use_cases import sync_stripe
from vaultra_core.use_cases.read_events import DELIVERY_SECONDS, OVERLAP_SECONDS
from vaultra_core.use_cases.sync_stripe import INTERVAL, SyncStripe

MOMENT = int(NOW.timestamp())
DAY = 86_400


class World:
    """Connected accounts in memory, whose time stands still."""

    def __init__(self) -> None:
        self.storage = MemoryStorage()
        self.clock = StillClock(NOW)
        self.provider = ScriptedProvider()
        self.sync = SyncStripe(self.storage, self.provider, RecordingQueue(), self.clock)

    async def connected(self, account: str = "acct_1", **fields: Any) -> Integration:
        known = {"phase": ImportPhase.COMPLETE, "events_through": MOMENT, "import_finished_at": NOW}
        integration = await given_integration(self.storage, external_id=account, **{**known, **fields})
        async with self.storage() as work:
            windows = plan_import(integration.id, now=NOW, account_created=None)
            await work.windows.add([msgspec.structs.replace(window, closed=True) for window in windows])
            await work.commit()
        return integration

    async def stored(self, integration: Integration) -> Integration:
        async with self.storage() as work:
            found = await work.integrations.of_business(integration.business_id)
        assert found is not None
        return found

    def asked(self, what: str) -> list[dict[str, Any]]:
        return [how for asked, how in self.provider.asked if asked == what]

    def event(self, number: int, created: int, *, undelivered: bool = True) -> None:
        """Let the platform have an event, which our endpoint did not get."""
        self.provider.events.append(
            PlatformEvent(
                external_id=f"evt_{number}", account="acct_1", type="customer.created", created=created,
                livemode=False, payload=b'{"object":"event"}',
            )
        )  # fmt: skip
        if undelivered:
            self.provider.undelivered.add(f"evt_{number}")


@pytest.fixture
def world() -> World:
    return World()


async def test_events_are_read_from_a_little_before_the_last_time(world: World) -> None:
    integration = await world.connected()
    world.clock.advance(minutes=15)
    assert await world.sync.execute() == 1
    assert world.asked("events")[0] == {"since": MOMENT - OVERLAP_SECONDS, "undelivered": False}
    after = await world.stored(integration)
    assert after.events_through == MOMENT + 15 * 60
    assert after.next_sync_at == world.clock.now() + INTERVAL
    assert world.asked("charge") == []


async def test_as_long_as_events_can_be_trusted_no_list_is_read(world: World) -> None:
    integration = await world.connected()
    world.clock.advance(days=EVENTS_TRUSTED_DAYS, seconds=-1)
    await world.sync.execute()
    assert world.asked("charge") == []
    assert (await world.stored(integration)).phase is ImportPhase.COMPLETE


async def test_after_that_everything_that_may_have_changed_is_listed_anew(world: World) -> None:
    integration = await world.connected()
    world.clock.advance(days=EVENTS_TRUSTED_DAYS)
    now = int(world.clock.now().timestamp())
    old, changed, young = MOMENT - 91 * DAY, MOMENT - 89 * DAY, MOMENT + 20 * DAY
    states = [a_charge(f"ch_{created}", created=created) for created in (old, changed, young)]
    world.provider.objects["charge"] = seen(*states, at=now)
    world.event(1, now - DAY)

    assert await world.sync.execute() == 1

    for kind in ("charge", "refund", "dispute", "payout", "balance_transaction"):
        asked = world.asked(kind)
        assert min(how["starts_at"] for how in asked) == MOMENT - CATCH_UP_DAYS * DAY
        assert max(how["ends_at"] for how in asked) == now + 1
    assert min(how["starts_at"] for how in world.asked("subscription")) == 0
    assert max(how["ends_at"] for how in world.asked("subscription")) == now + 1
    async with world.storage() as work:
        found = (await work.ledger.slice(integration.business_id, [ALWAYS])).objects
    assert {charge.id for charge in found} == {f"ch_{changed}", f"ch_{young}"}
    # Events are good again from the plan on.
    assert world.asked("events")[0]["since"] == now - OVERLAP_SECONDS
    after = await world.stored(integration)
    assert (after.phase, after.events_through) == (ImportPhase.COMPLETE, now)
    assert after.import_finished_at == world.clock.now()


async def test_meanwhile_the_score_stays_and_a_second_start_goes_on_where_the_first_ended(world: World) -> None:
    integration = await world.connected()
    world.clock.advance(days=40)
    world.provider.broken["acct_1"] = Unavailable("down", dependency="stripe")
    await world.sync.execute()
    halted = await world.stored(integration)
    # EXTENDING is a phase in which scores are shown and computed.
    assert (halted.phase, halted.status) == (ImportPhase.EXTENDING, IntegrationStatus.ERROR)
    assert halted.events_through == int(world.clock.now().timestamp())
    planned = await world_windows(world, integration)
    world.provider.broken.clear()
    world.clock.advance(minutes=15)
    await world.sync.execute()
    assert (await world.stored(integration)).phase is ImportPhase.COMPLETE
    assert {(w.kind, w.starts_at) for w in planned} == {
        (w.kind, w.starts_at) for w in await world_windows(world, integration)
    }


async def test_it_can_happen_again(world: World) -> None:
    integration = await world.connected()
    for _ in range(2):
        world.clock.advance(days=60)
        before = len(world.asked("subscription"))
        await world.sync.execute()
        assert len(world.asked("subscription")) == before + 1
        assert (await world.stored(integration)).phase is ImportPhase.COMPLETE


async def test_an_import_that_took_longer_than_events_are_kept_is_made_good_too(world: World) -> None:
    integration = await world.connected(phase=ImportPhase.STARTING, import_finished_at=None)
    world.clock.advance(days=31)
    await world.sync.execute()
    assert world.asked("charge") != []
    assert (await world.stored(integration)).phase is ImportPhase.COMPLETE


async def world_windows(world: World, integration: Integration) -> list[Any]:
    async with world.storage() as work:
        return list(await work.windows.of(integration.id))


async def test_what_our_endpoint_missed_is_counted_once(world: World) -> None:
    integration = await world.connected()
    world.event(1, MOMENT + 60)
    world.event(2, MOMENT + 120, undelivered=False)
    world.event(3, MOMENT + 14 * 60)
    world.event(4, MOMENT + 16 * 60)  # too young to be called missed at the first look
    for _ in range(3):
        world.clock.time = world.clock.time + dt.timedelta(seconds=DELIVERY_SECONDS * 2)
        await world.sync.execute()
        if world.clock.time == NOW + dt.timedelta(minutes=30):
            first = await world.stored(integration)
            assert (first.webhooks_missed, first.webhooks_missed_last) == (2, MOMENT + 14 * 60)
    after = await world.stored(integration)
    assert (after.webhooks_missed, after.webhooks_missed_last) == (3, MOMENT + 16 * 60)
    assert after.webhooks_since == MOMENT
    assert after.webhooks_through == MOMENT + 75 * 60
    spans = [how["since"] for how in world.asked("events") if how["undelivered"]]
    assert spans == [MOMENT, MOMENT + 15 * 60, MOMENT + 45 * 60]


@pytest.mark.parametrize(
    "trouble", [Unavailable("Stripe is down.", dependency="stripe"), ZeroDivisionError(), TimeoutError()]
)
async def test_one_bad_account_never_stops_the_others(world: World, trouble: Exception) -> None:
    bad = await world.connected("acct_1", next_sync_at=NOW - dt.timedelta(hours=1))
    good = [await world.connected(f"acct_{number}") for number in (2, 3)]
    world.provider.broken["acct_1"] = trouble
    assert await world.sync.execute() == 3
    failed = await world.stored(bad)
    assert (failed.status, failed.failures) == (IntegrationStatus.ERROR, 1)
    expected = "Stripe is down." if isinstance(trouble, Unavailable) else "Something went wrong on our side."
    assert failed.error == expected
    assert failed.events_through == bad.events_through
    assert failed.next_sync_at is not None
    assert dt.timedelta(seconds=7) < failed.next_sync_at - NOW <= dt.timedelta(seconds=10)
    for integration in good:
        assert (await world.stored(integration)).last_synced_at == NOW
    world.provider.broken.clear()
    world.clock.advance(minutes=1)
    await world.sync.execute()
    recovered = await world.stored(bad)
    assert (recovered.status, recovered.failures, recovered.error) == (IntegrationStatus.ACTIVE, 0, None)


async def test_failing_again_and_again_waits_longer_up_to_the_interval(world: World) -> None:
    integration = await world.connected()
    world.provider.broken["acct_1"] = Unavailable("down", dependency="stripe")
    waits = []
    for _ in range(12):
        await world.sync.execute()
        failed = await world.stored(integration)
        assert failed.next_sync_at is not None
        waits.append(failed.next_sync_at - world.clock.now())
        world.clock.time = failed.next_sync_at
    assert waits[3] > waits[0] * 4
    assert all(wait <= INTERVAL for wait in waits)
    assert waits[-1] >= INTERVAL * 0.75


async def test_withdrawn_access_is_no_error_and_is_not_tried_again(world: World) -> None:
    integration = await world.connected()
    world.provider.broken["acct_1"] = Forbidden("Access was withdrawn.")
    await world.sync.execute()
    after = await world.stored(integration)
    assert (after.status, after.next_sync_at) == (IntegrationStatus.REVOKED, None)


async def test_a_business_without_an_account_is_left_alone(world: World) -> None:
    await given_business(world.storage)
    assert await world.sync.execute() == 0


async def test_a_slow_platform_does_not_cost_the_lease(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_stripe, "LEASE_SECONDS", 0.3)
    business = (await world.connected()).business_id
    answer, asked = asyncio.Event(), asyncio.Event()
    prompt = world.provider.list_events

    async def slow(*arguments: Any, **options: Any) -> EventPage:
        asked.set()
        await answer.wait()
        return await prompt(*arguments, **options)

    monkeypatch.setattr(world.provider, "list_events", slow)
    syncing = asyncio.create_task(world.sync.execute())
    await asked.wait()
    for _ in range(4):  # each step shorter than the lease, all of them longer
        world.clock.advance(seconds=0.2)
        await asyncio.sleep(0.15)
        async with world.storage() as work:
            assert await work.integrations.lease(business, world.clock.now(), seconds=1) is None
    answer.set()
    assert await syncing == 1


async def test_who_is_told_to_stop_lets_go_of_the_account(world: World) -> None:
    await world.connected()
    asked, never = asyncio.Event(), asyncio.Event()

    async def no_answer(*_: Any, **__: Any) -> EventPage:
        asked.set()
        await never.wait()
        raise AssertionError("nobody was to wait for this")

    world.provider.list_events = no_answer  # type: ignore[method-assign]
    syncing = asyncio.create_task(world.sync.execute())
    await asked.wait()
    async with world.storage() as work:
        assert await work.integrations.lease_due(NOW, seconds=1) is None
    syncing.cancel()
    await asyncio.wait({syncing})
    assert syncing.cancelled()
    async with world.storage() as work:
        assert await work.integrations.lease_due(NOW, seconds=1) is not None

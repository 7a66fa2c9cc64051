"""Events that cannot be applied fail alone, are tried again, die, and come back to life."""

import json
import logging
from itertools import islice
from typing import Any

import msgspec
import pytest

from support.runtime import RecordingQueue, ScriptedProvider, StillClock
from vaultra_core.domain.accounts import Business
from vaultra_core.domain.ledger import LedgerObject
from vaultra_core.domain.stripe_objects import minimal_event
from vaultra_core.errors import Unavailable
from vaultra_core.ports.payments import PlatformEvent
from vaultra_core.ports.runtime import Job
from vaultra_core.ports.storage import Backlog, StripeEvent
from vaultra_core.testing.contracts.ledger import ALWAYS
from vaultra_core.testing.contracts.samples import NOW, an_event, given_business, given_integration
from vaultra_core.testing.memory.inbox import MemoryInbox
from vaultra_core.testing.storage import MemoryStorage
from vaultra_core.use_cases import apply_events
from vaultra_core.use_cases.apply_events import ATTEMPTS, ApplyEvents
from vaultra_core.use_cases.backoff import backoff
from vaultra_core.use_cases.receive_webhook import to_inbox
from vaultra_core.use_cases.record_observations import record_observations
from vaultra_core.use_cases.replay_events import Replayed, ReplayEvents

ACCOUNT = "acct_1"
CREATED = int(NOW.timestamp())


def charge_event(number: int = 1, *, api_version: str = "2026-10-28.endive", **fields: Any) -> bytes:
    charge = {
        "object": "charge", "id": f"ch_{number}", "created": CREATED, "currency": "usd", "livemode": False,
        "amount": 1000, "amount_captured": 1000, "captured": True, "status": "succeeded",
    }  # fmt: skip
    event = {
        "object": "event", "id": f"evt_{number}", "type": "charge.succeeded", "created": CREATED, "livemode": False,
        "account": ACCOUNT, "api_version": api_version, "data": {"object": {**charge, **fields}},
    }  # fmt: skip
    return json.dumps(event).encode()


def platform_event(raw: bytes) -> PlatformEvent:
    event = minimal_event(raw)
    return PlatformEvent(
        external_id=event.id, account=event.account, type=event.type, created=event.created, livemode=event.livemode,
        payload=event.payload,
    )  # fmt: skip


class World:
    """A connected business in memory, whose time stands still."""

    def __init__(self) -> None:
        self.storage = MemoryStorage()
        self.clock = StillClock(NOW)
        self.queue = RecordingQueue()
        self.provider = ScriptedProvider()
        self.apply = ApplyEvents(self.storage, self.queue, self.clock)
        self.replay = ReplayEvents(self.storage, self.provider, self.queue, self.clock)
        self.business: Business

    async def open(self) -> "World":
        self.business = await given_business(self.storage)
        await given_integration(self.storage, self.business, external_id=ACCOUNT)
        return self

    async def receive(self, *raws: bytes) -> None:
        async with self.storage() as work:
            await work.inbox.accept([to_inbox(platform_event(raw), self.clock.now()) for raw in raws])
            await work.commit()

    async def try_until_dead(self) -> None:
        for _ in range(ATTEMPTS):
            await self.apply.execute()
            self.clock.advance(hours=1)

    async def charges(self) -> list[str]:
        async with self.storage() as work:
            found: list[LedgerObject] = (await work.ledger.slice(self.business.id, [ALWAYS])).objects
        return sorted(charge.id for charge in found)

    async def backlog(self) -> Backlog:
        async with self.storage() as work:
            return await work.inbox.backlog(ACCOUNT)

    async def dead(self) -> list[StripeEvent]:
        async with self.storage() as work:
            return await work.inbox.dead(limit=100)


@pytest.fixture
async def world() -> World:
    return await World().open()


async def test_an_event_that_cannot_be_read_dies_after_three_attempts_and_the_others_are_applied(world: World) -> None:
    await world.receive(charge_event(1), charge_event(2, status="vanished"), charge_event(3))
    assert await world.apply.execute() == 3
    assert await world.charges() == ["ch_1", "ch_3"]
    assert await world.backlog() == Backlog(waiting=1, dead=0)
    assert await world.apply.execute() == 0  # not at once again
    await world.try_until_dead()
    assert await world.backlog() == Backlog(waiting=0, dead=1)
    (event,) = await world.dead()
    assert event.attempts == ATTEMPTS
    assert "evt_2" in (event.last_error or "")
    assert "'vanished'" in (event.last_error or "")


async def test_a_replay_fetches_what_was_not_kept(world: World) -> None:
    await world.receive(charge_event(1, status="vanished"))
    await world.try_until_dead()
    # The code has learned the shape: for a test, the platform shows a status that it knows.
    world.provider.events = [platform_event(charge_event(1))]
    assert await world.replay.execute() == Replayed(1, {})
    assert world.queue.woken[-1] is Job.APPLY_EVENTS
    await world.apply.execute()
    assert await world.charges() == ["ch_1"]
    assert await world.backlog() == Backlog(waiting=0, dead=0)


async def test_a_replay_keeps_dead_what_the_platform_has_forgotten_and_says_so(world: World) -> None:
    await world.receive(charge_event(1, status="vanished"), charge_event(2, status="vanished"))
    await world.try_until_dead()
    world.provider.events = [platform_event(charge_event(2))]
    replayed = await world.replay.execute()
    assert replayed.requeued == 1
    assert list(replayed.lost) == ["evt_1"]
    assert [event.stripe_event_id for event in await world.dead()] == ["evt_1"]


async def test_a_replay_takes_the_named_ones_and_stops_when_the_platform_is_down(world: World) -> None:
    await world.receive(charge_event(1, status="vanished"), charge_event(2, status="vanished"))
    await world.try_until_dead()
    world.provider.events = [platform_event(charge_event(number)) for number in (1, 2)]
    assert await world.replay.execute(["evt_2", "evt_9"]) == Replayed(1, {})
    world.provider.broken[ACCOUNT] = Unavailable("down", dependency="stripe")
    with pytest.raises(Unavailable):
        await world.replay.execute()
    assert [event.stripe_event_id for event in await world.dead()] == ["evt_1"]


async def test_an_event_that_fails_unforeseen_fails_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def faulty(work: Any, business: Business, records: Any) -> int:
        if any(record.state.id == "ch_2" for record in records):
            raise ZeroDivisionError
        return await record_observations(work, business, records)

    monkeypatch.setattr("vaultra_core.use_cases.apply_events.record_observations", faulty)
    await world.receive(*(charge_event(number) for number in range(1, 5)))
    await world.apply.execute()
    assert await world.charges() == ["ch_1", "ch_3", "ch_4"]
    await world.try_until_dead()
    (event,) = await world.dead()
    assert (event.stripe_event_id, event.last_error) == ("evt_2", "Unexpected: ZeroDivisionError.")


async def test_a_database_that_is_down_is_no_fault_of_the_events(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def down(*_: Any) -> int:
        raise Unavailable("down", dependency="database")

    monkeypatch.setattr("vaultra_core.use_cases.apply_events.record_observations", down)
    await world.receive(charge_event(1))
    with pytest.raises(Unavailable):
        await world.apply.execute()
    assert await world.backlog() == Backlog(waiting=1, dead=0)


async def test_a_version_from_the_future_is_read_counted_and_said_once(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    future = "2031-01-01.zinnia"
    await world.receive(charge_event(1, api_version=future), charge_event(2, api_version=future), charge_event(3))
    with caplog.at_level(logging.WARNING):
        await world.apply.execute()
    assert await world.charges() == ["ch_1", "ch_2", "ch_3"]
    assert [future in record.getMessage() for record in caplog.records] == [True]
    async with world.storage() as work:
        assert (await work.inbox.stats()).api_versions == {future: 2, "2026-10-28.endive": 1}


async def test_what_is_ignored_is_counted_by_its_reason(world: World) -> None:
    events = [platform_event(charge_event(number)) for number in range(1, 5)]
    changes: list[dict[str, Any]] = [{"livemode": True}, {"account": "acct_9"}, {"account": None}, {}]
    async with world.storage() as work:
        for event, change in zip(events, changes, strict=True):
            await work.inbox.accept([to_inbox(msgspec.structs.replace(event, **change), NOW)])
        await work.commit()
    await world.receive(json.dumps({
        "object": "event", "id": "evt_9", "type": "customer.created", "created": CREATED, "livemode": False,
        "account": ACCOUNT, "data": {"object": {"object": "customer"}},
    }).encode())  # fmt: skip
    await world.apply.execute()
    async with world.storage() as work:
        assert (await work.inbox.stats()).outcomes == {
            "applied": 1,
            "ignored: livemode differs": 1,
            "ignored: unknown account": 2,
            "ignored: type": 1,
        }


def test_waiting_grows_is_bounded_and_never_twice_the_same() -> None:
    waits = [backoff(failures, first=10, factor=2, most=900).total_seconds() for failures in range(1, 40)]
    for wait, longest in zip(waits, (min(900, 10 * 2**n) for n in range(39)), strict=True):
        assert 0.75 * longest <= wait <= longest
    assert len({backoff(1, first=10, factor=2, most=900) for _ in range(20)}) > 10


@pytest.mark.parametrize("coming", [1, 2, 3])
async def test_an_account_whose_events_never_end_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch, coming: int
) -> None:
    monkeypatch.setattr(apply_events, "BATCH", 2)
    monkeypatch.setattr(apply_events, "LANES", 1)
    world = await World().open()
    async with world.storage() as work:
        await work.inbox.accept([an_event(n, account=f"acct_{n}", created_at=NOW) for n in range(1, 4)])
        busy, *others = await work.inbox.partitions(NOW)
        await work.commit()
    assert others
    claim, worked_on, numbers = MemoryInbox.claim, [], iter(range(100, 130))

    async def claim_and_more_come(inbox: MemoryInbox, *arguments: Any, partition: int, **named: Any) -> Any:
        found = await claim(inbox, *arguments, partition=partition, **named)
        if found:
            worked_on.append(partition)
            if partition == busy:
                events = islice(numbers, coming)
                more = [an_event(number, account=found[0].account, created_at=NOW) for number in events]
                await inbox.accept(more)
        return found

    monkeypatch.setattr(MemoryInbox, "claim", claim_and_more_come)
    await world.apply.execute()
    assert set(worked_on[: len(others) + 1]) == {busy, *others}


async def test_a_newer_version_is_told_of_when_its_shape_cannot_be_read(caplog: pytest.LogCaptureFixture) -> None:
    """Then it matters most."""
    world = await World().open()
    await world.receive(charge_event(api_version="2099-01-01.later", amount="much"))
    with caplog.at_level(logging.WARNING):
        await world.apply.execute()
    assert any("2099-01-01.later" in message and "newer" in message for message in caplog.messages)

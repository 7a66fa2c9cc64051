import datetime as dt
import json
from uuid import UUID

from vaultra_core.ports.storage import (
    PARTITIONS,
    UNKNOWN_ACCOUNT,
    Backlog,
    EventAcceptor,
    InboxStats,
    StripeEvent,
    UnitOfWork,
    UnitOfWorkFactory,
)
from vaultra_core.testing.contracts.samples import DAY, NOW, SECOND, an_event, given_integration

LATER = NOW + DAY


async def given_events(uow: UnitOfWorkFactory, *events: StripeEvent) -> None:
    async with uow() as work:
        assert await work.inbox.accept(events) == len(events)
        await work.commit()


async def claim(work: UnitOfWork, *, now: dt.datetime = LATER, limit: int = 100) -> list[StripeEvent]:
    """What can be claimed, up to so many of each partition."""
    partitions = await work.inbox.partitions(now)
    return [e for p in partitions for e in await work.inbox.claim(now, partition=p, limit=limit)]


async def claimed(uow: UnitOfWorkFactory, limit: int = 10) -> list[str]:
    async with uow() as work:
        return [event.stripe_event_id for event in await claim(work, limit=limit)]


class InboxContract:
    async def test_an_event_is_stored_once(self, uow: UnitOfWorkFactory) -> None:
        await given_events(uow, an_event(1))
        async with uow() as work:
            assert await work.inbox.accept([an_event(1), an_event(2), an_event(2)]) == 1
            assert await work.inbox.accept([]) == 0
            await work.commit()
        async with uow() as work:
            assert await work.inbox.waiting() == 2

    async def test_an_event_comes_back_as_stored(self, uow: UnitOfWorkFactory) -> None:
        event = an_event(payload='{"b": [1.5, null], "a": "Zoë"}'.encode(), account=None, livemode=True)
        await given_events(uow, event)
        async with uow() as work:
            (stored,) = await claim(work)
        assert json.loads(stored.payload) == json.loads(event.payload)
        same = {name: getattr(stored, name) for name in StripeEvent.__struct_fields__ if name != "payload"}
        assert same == {name: getattr(event, name) for name in same}

    async def test_the_oldest_are_claimed_first(self, uow: UnitOfWorkFactory) -> None:
        first, second, third = (an_event(number, id=UUID(int=number)) for number in range(1, 4))
        await given_events(uow, third, first, second)
        assert await claimed(uow, limit=2) == ["evt_1", "evt_2"]

    async def test_the_events_of_an_account_are_in_one_partition(self, uow: UnitOfWorkFactory) -> None:
        accounts = [None, *(f"acct_{number}" for number in range(40))]
        events = [an_event(number, account=accounts[number % len(accounts)]) for number in range(80)]
        await given_events(uow, *events)
        async with uow() as work:
            found = await work.inbox.partitions(LATER)
            partitions = [await work.inbox.claim(LATER, partition=p, limit=100) for p in range(PARTITIONS)]
        assert found == [number for number, partition in enumerate(partitions) if partition]
        assert len(found) > 1
        assert sum(len(partition) for partition in partitions) == len(events)
        places = [{event.account for event in partition} for partition in partitions]
        assert sum(len(place) for place in places) == len(accounts)

    async def test_nothing_waits_in_a_partition_before_it_is_due(self, uow: UnitOfWorkFactory) -> None:
        await given_events(uow, an_event(1))
        async with uow() as work:
            assert await work.inbox.partitions(NOW - DAY) == []
            assert len(await work.inbox.partitions(LATER)) == 1

    async def test_one_at_a_time_is_alone_with_a_partition(self, uow: UnitOfWorkFactory) -> None:
        await given_events(uow, *(an_event(number) for number in range(1, 7)))
        async with uow() as first, uow() as second:
            (partition,) = await first.inbox.partitions(LATER)
            one = await first.inbox.claim(LATER, partition=partition, limit=2, alone=True)
            assert await second.inbox.claim(LATER, partition=partition, limit=2, alone=True) == []
            other = await second.inbox.claim(LATER, partition=partition, limit=2)
        assert len({event.id for event in one + other}) == 4
        async with uow() as later:
            assert len(await later.inbox.claim(LATER, partition=partition, limit=9, alone=True)) == 6

    async def test_two_claims_at_once_share_no_event(self, uow: UnitOfWorkFactory) -> None:
        await given_events(uow, *(an_event(number) for number in range(1, 7)))
        async with uow() as first, uow() as second:
            one = {event.id for event in await claim(first, limit=4)}
            other = {event.id for event in await claim(second, limit=4)}
        assert len(one) == 4
        assert len(other) == 2
        assert not one & other

    async def test_a_claim_that_is_rolled_back_frees_its_events(self, uow: UnitOfWorkFactory) -> None:
        await given_events(uow, an_event(1))
        assert await claimed(uow) == ["evt_1"]
        assert await claimed(uow) == ["evt_1"]

    async def test_what_is_applied_or_ignored_is_done(self, uow: UnitOfWorkFactory) -> None:
        applied, ignored, rest = an_event(1), an_event(2), an_event(3)
        await given_events(uow, applied, ignored, rest)
        async with uow() as work:
            await work.inbox.mark_applied({applied.id: "applied", ignored.id: "ignored: livemode differs"}, NOW)
            await work.commit()
        assert await claimed(uow) == ["evt_3"]
        async with uow() as work:
            assert await work.inbox.waiting() == 1

    async def test_a_failed_event_waits_for_its_next_attempt(self, uow: UnitOfWorkFactory) -> None:
        event = an_event(1)
        await given_events(uow, event)
        async with uow() as work:
            await work.inbox.mark_failed(event.id, "boom", retry_at=LATER, now=NOW)
            await work.commit()
        async with uow() as work:
            assert await claim(work, now=LATER - SECOND) == []
            (again,) = await claim(work)
            assert (again.attempts, again.last_error, again.dead_at) == (1, "boom", None)
            assert await work.inbox.dead(limit=10) == []

    async def test_a_dead_event_is_kept_until_it_is_replayed(self, uow: UnitOfWorkFactory) -> None:
        first, second = an_event(1), an_event(2)
        await given_events(uow, first, second)
        async with uow() as work:
            await work.inbox.mark_failed(second.id, "x" * 10_000, retry_at=None, now=NOW)
            await work.inbox.mark_failed(first.id, "boom", retry_at=None, now=NOW + SECOND)
            await work.commit()
        assert await claimed(uow) == []
        async with uow() as work:
            assert [event.stripe_event_id for event in await work.inbox.dead(limit=10)] == ["evt_2", "evt_1"]
            assert [event.stripe_event_id for event in await work.inbox.dead(limit=1)] == ["evt_2"]
            assert await work.inbox.waiting() == 0
            assert await work.inbox.replay(["evt_2", "evt_unknown"], LATER) == 1
            await work.commit()
        assert await claimed(uow) == ["evt_2"]
        async with uow() as work:
            assert await work.inbox.replay(None, LATER) == 1
            assert await work.inbox.dead(limit=10) == []
            assert {event.attempts for event in await claim(work)} == {0}

    async def test_events_of_an_unknown_account_are_readmitted(self, uow: UnitOfWorkFactory) -> None:
        early, other, done = an_event(1), an_event(2, account="acct_2"), an_event(3)
        await given_events(uow, early, other, done)
        async with uow() as work:
            outcomes = {early.id: UNKNOWN_ACCOUNT, other.id: UNKNOWN_ACCOUNT, done.id: "applied"}
            await work.inbox.mark_applied(outcomes, NOW)
            assert await work.inbox.readmit("acct_1") == 1
            await work.commit()
        assert await claimed(uow) == ["evt_1"]

    async def test_events_of_an_unknown_account_are_forgotten_after_a_while(self, uow: UnitOfWorkFactory) -> None:
        old, young, done, waiting = (an_event(number) for number in range(1, 5))
        await given_events(uow, old, young, done, waiting)
        async with uow() as work:
            await work.inbox.mark_applied({old.id: UNKNOWN_ACCOUNT, done.id: "applied"}, NOW)
            await work.inbox.mark_applied({young.id: UNKNOWN_ACCOUNT}, LATER)
            assert await work.inbox.forget_unknown(LATER) == 1
            await work.commit()
        async with uow() as work:
            assert await work.inbox.readmit("acct_1") == 1
            assert (await work.inbox.stats()).outcomes == {"applied": 1, "waiting": 2}

    async def test_what_is_not_applied_is_counted_by_account(self, uow: UnitOfWorkFactory) -> None:
        waiting, retried, dead, done = (an_event(number) for number in range(1, 5))
        await given_events(uow, waiting, retried, dead, done, an_event(5, account="acct_2"))
        async with uow() as work:
            await work.inbox.mark_failed(retried.id, "boom", retry_at=LATER, now=NOW)
            await work.inbox.mark_failed(dead.id, "boom", retry_at=None, now=NOW)
            await work.inbox.mark_applied({done.id: "applied"}, NOW)
            assert await work.inbox.backlog("acct_1") == Backlog(waiting=2, dead=1)
            assert await work.inbox.backlog("acct_3") == Backlog(waiting=0, dead=0)

    async def test_outcomes_and_api_versions_are_counted(self, uow: UnitOfWorkFactory) -> None:
        async with uow() as work:
            assert await work.inbox.stats() == InboxStats({}, {})
        basil = b'{"id":"evt_1","api_version":"2025-03-31.basil"}'
        events = [an_event(1, payload=basil), an_event(2, payload=basil), an_event(3), an_event(4)]
        await given_events(uow, *events)
        async with uow() as work:
            await work.inbox.mark_applied({events[0].id: "applied", events[1].id: "applied"}, NOW)
            await work.inbox.mark_failed(events[2].id, "boom", retry_at=None, now=NOW)
            assert await work.inbox.stats() == InboxStats(
                outcomes={"applied": 2, "dead": 1, "waiting": 1},
                api_versions={"2025-03-31.basil": 2, "none": 2},
            )

    async def test_a_payload_is_replaced(self, uow: UnitOfWorkFactory) -> None:
        event = an_event(1)
        await given_events(uow, event)
        async with uow() as work:
            await work.inbox.refill(event.id, b'{"whole": true}')
            await work.inbox.refill(an_event(2).id, b"{}")
            await work.commit()
        async with uow() as work:
            (stored,) = await claim(work)
            assert json.loads(stored.payload) == {"whole": True}


class EventAcceptorContract:
    """Needs `acceptor`, an `EventAcceptor` over the storage of `uow`."""

    async def test_an_accepted_event_is_there_for_everyone(
        self, uow: UnitOfWorkFactory, acceptor: EventAcceptor
    ) -> None:
        await given_integration(uow, external_id="acct_1")
        await acceptor.accept(an_event(1))
        await acceptor.accept(an_event(1))
        assert await claimed(uow) == ["evt_1"]

    async def test_an_event_that_the_inbox_has_is_accepted_too(
        self, uow: UnitOfWorkFactory, acceptor: EventAcceptor
    ) -> None:
        await given_events(uow, an_event(1))
        await acceptor.accept(an_event(1))
        async with uow() as work:
            assert await work.inbox.waiting() == 1

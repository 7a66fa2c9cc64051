import asyncio
import datetime as dt

from vaultra_core.domain.activity import DayActivity
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.testing.contracts.samples import DAY, TODAY, a_charge, given_business, seen, waits


def a_day(day: dt.date = TODAY, **fields: int) -> DayActivity:
    return DayActivity(day=day, charge_count=2, gross_minor=10**12, customers={"cus_1": 700, "cus_2": 300}, **fields)


class ActivityContract:
    async def test_days_come_back_ascending(self, uow: UnitOfWorkFactory) -> None:
        business = await given_business(uow)
        days = [a_day(TODAY), a_day(TODAY - DAY, refund_count=1)]
        async with uow() as work:
            await work.activity.replace(business.id, [day.day for day in days], days)
            await work.commit()
        async with uow() as work:
            assert await work.activity.history(business.id) == days[::-1]
            assert await work.activity.day(business.id, TODAY) == days[0]
            assert await work.activity.day(business.id, TODAY + DAY) is None

    async def test_an_asked_day_without_activity_is_cleared(self, uow: UnitOfWorkFactory) -> None:
        business = await given_business(uow)
        before = [a_day(TODAY - DAY), a_day(TODAY)]
        async with uow() as work:
            await work.activity.replace(business.id, [TODAY - DAY, TODAY], before)
            await work.activity.replace(business.id, [TODAY, TODAY + DAY], [a_day(TODAY + DAY)])
            assert await work.activity.history(business.id) == [a_day(TODAY - DAY), a_day(TODAY + DAY)]
            await work.activity.replace(business.id, [TODAY + DAY], [a_day(TODAY + DAY, failed_count=3)])
            assert await work.activity.day(business.id, TODAY + DAY) == a_day(TODAY + DAY, failed_count=3)
            await work.activity.replace(business.id, [TODAY - DAY, TODAY + DAY], [])
            assert await work.activity.history(business.id) == []

    async def test_dirty_days_are_taken_newest_first_and_once(self, uow: UnitOfWorkFactory) -> None:
        business = await given_business(uow)
        days = [TODAY - DAY, TODAY, TODAY - 2 * DAY]
        async with uow() as work:
            await work.activity.mark_dirty(business.id, [*days, TODAY])
            await work.activity.mark_dirty(business.id, [TODAY])
            await work.activity.mark_dirty(business.id, [])
            await work.commit()
        clean = await given_business(uow)
        async with uow() as work:
            assert await work.activity.dirty([business.id, clean.id]) == [business.id]
            assert await work.activity.take_dirty(business.id, limit=2) == [TODAY, TODAY - DAY]
            await work.commit()
        async with uow() as work:
            assert await work.activity.take_dirty(business.id, limit=2) == [TODAY - 2 * DAY]
            assert await work.activity.take_dirty(business.id, limit=2) == []

    async def test_a_mark_set_again_while_it_is_taken_is_not_lost(self, uow: UnitOfWorkFactory) -> None:
        business = await given_business(uow)
        async with uow() as work:
            await work.activity.mark_dirty(business.id, [TODAY])
            await work.commit()
        async with uow() as taker, uow() as marker:
            assert await taker.activity.take_dirty(business.id, limit=1) == [TODAY]
            marking = asyncio.create_task(marker.activity.mark_dirty(business.id, [TODAY]))
            assert await waits(marking)
            await taker.commit()
            await marking
            await marker.commit()
        async with uow() as work:
            assert await work.activity.take_dirty(business.id, limit=1) == [TODAY]

    async def test_a_day_is_not_taken_before_the_change_that_marked_it_can_be_seen(
        self, uow: UnitOfWorkFactory
    ) -> None:
        """The day is marked already, and marked again along with a change: whoever takes it waits for that change."""
        business = await given_business(uow)
        async with uow() as work:
            await work.activity.mark_dirty(business.id, [TODAY])
            await work.commit()
        async with uow() as marker, uow() as taker:
            await marker.ledger.merge(business.id, seen(a_charge()))
            await marker.activity.mark_dirty(business.id, [TODAY])
            taking = asyncio.create_task(taker.activity.take_dirty(business.id, limit=1))
            assert await waits(taking)
            await marker.commit()
            assert await taking == [TODAY]
            assert await taker.ledger.span(business.id) == (a_charge().created, a_charge().created)

    async def test_a_take_that_is_rolled_back_leaves_the_marks(self, uow: UnitOfWorkFactory) -> None:
        business = await given_business(uow)
        async with uow() as work:
            await work.activity.mark_dirty(business.id, [TODAY])
            await work.commit()
        for _ in range(2):
            async with uow() as work:
                assert await work.activity.take_dirty(business.id, limit=1) == [TODAY]

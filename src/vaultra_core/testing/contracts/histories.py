import datetime as dt

from vaultra_core.domain.activity import DayActivity, History
from vaultra_core.domain.results import LOOK_BACK_DAYS, SHORTER_LOOK_BACK_DAYS
from vaultra_core.identity import new_id
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.testing.contracts.ledger import SUBSCRIPTION
from vaultra_core.testing.contracts.samples import DAY, TODAY, given_business, seen

FIELDS = [name for name in DayActivity.__struct_fields__ if name not in ("day", "customers")]


def a_full_day(day: dt.date, number: int) -> DayActivity:
    """A day whose every figure differs from every other."""
    figures = {name: 10**9 * number + place for place, name in enumerate(FIELDS, 1) if name.endswith("_minor")}
    counts = {name: 100 * number + place for place, name in enumerate(FIELDS, 1) if name.endswith("_count")}
    return DayActivity(day=day, customers={f"cus_{number}": number, 'cus_"é,': 5}, **figures, **counts)


def days_of(history: History) -> list[DayActivity]:
    return list(history.between(dt.date.min, dt.date.max))


class HistoriesContract:
    async def test_several_businesses_come_at_once_each_with_its_own(self, uow: UnitOfWorkFactory) -> None:
        one, two, empty = [await given_business(uow) for _ in range(3)]
        days = {one.id: [a_full_day(TODAY - 9 * DAY, 1), a_full_day(TODAY, 2)], two.id: [a_full_day(TODAY, 3)]}
        async with uow() as work:
            for business, activity in days.items():
                await work.activity.replace(business, [day.day for day in activity], activity)
            await work.ledger.merge(two.id, seen(SUBSCRIPTION))
            await work.commit()
        async with uow() as work:
            found = await work.histories.read({one.id: None, two.id: None, empty.id: None, new_id(): None})
        assert found.keys() == {one.id, two.id, empty.id}
        assert {business: days_of(found[business]) for business in days} == days
        assert found[one.id].first_day == TODAY - 9 * DAY
        assert (found[one.id].subscriptions, found[two.id].subscriptions) == ((), (SUBSCRIPTION,))
        assert (found[one.id].currency, found[one.id].timezone) == (one.currency, one.timezone)
        assert days_of(found[empty.id]) == [] and found[empty.id].first_day is None
        for field in FIELDS:
            sums = [getattr(day, field) for day in days[one.id]]
            assert found[one.id].total(field, TODAY - 8 * DAY, TODAY) == sums[1]
            assert found[one.id].total(field, dt.date.min, dt.date.max) == sum(sums)
        assert found[one.id].customers(TODAY - 9 * DAY, TODAY) == {"cus_1": 1, "cus_2": 2, 'cus_"é,': 10}

    async def test_earlier_days_are_left_out_but_the_first_sale_is_known(self, uow: UnitOfWorkFactory) -> None:
        business = await given_business(uow)
        since = TODAY - (LOOK_BACK_DAYS - 1) * DAY
        looked_at = TODAY - (SHORTER_LOOK_BACK_DAYS["customers"] - 1) * DAY
        before, kept = [a_full_day(since - n * DAY, n) for n in (9, 1)], [since, looked_at, TODAY]
        unsold = DayActivity(day=since - 20 * DAY, failed_count=1)
        activity = [unsold, *before, *(a_full_day(day, 3) for day in kept)]
        async with uow() as work:
            await work.activity.replace(business.id, [day.day for day in activity], activity)
            history = (await work.histories.read({business.id: since}))[business.id]
        assert [day.day for day in history.between(dt.date.min, dt.date.max)] == kept
        assert history.first_day == since - 9 * DAY
        assert history.customers(looked_at, TODAY) == {"cus_3": 6, 'cus_"é,': 10}
        for field in FIELDS:
            first = TODAY - (SHORTER_LOOK_BACK_DAYS.get(field, LOOK_BACK_DAYS) - 1) * DAY
            sums = [getattr(day, field) for day in activity if day.day >= first]
            assert history.total(field, first, TODAY) == sum(sums)

    async def test_a_business_without_a_sale_has_no_first_one(self, uow: UnitOfWorkFactory) -> None:
        business = await given_business(uow)
        async with uow() as work:
            await work.activity.replace(business.id, [TODAY], [DayActivity(day=TODAY, failed_count=1)])
            history = (await work.histories.read({business.id: None}))[business.id]
        assert history.first_day is None and history.last_day == TODAY

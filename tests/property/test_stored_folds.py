"""What SQL folds the ledger into is what the core folds the same objects into, field by field and day by day."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from property.strategies import ledgers
from support.histories import charge
from vaultra_adapters.postgres.unit_of_work import PostgresUnitOfWork
from vaultra_core import fold
from vaultra_core.domain.activity import CUSTOMERS_KEPT
from vaultra_core.domain.ledger import LedgerObject, Record
from vaultra_core.periods import days_between
from vaultra_core.testing.contracts.samples import given_business

ZONES = st.sampled_from(["UTC", "Pacific/Auckland", "America/Los_Angeles", "America/Santiago"])
CURRENCIES = st.sampled_from(["usd", "eur", "jpy", "kwd"])


@given(objects=ledgers(), zone=ZONES, currency=CURRENCIES, parts=st.integers(1, 3))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_sql_folds_a_ledger_as_the_core_does(
    engine: AsyncEngine, objects: list[LedgerObject], zone: str, currency: str, parts: int
) -> None:
    """All days, at once or some at a time; folding them again changes nothing."""
    states = list({(state.kind, state.id): state for state in objects}.values())
    expected = fold(states, currency=currency, timezone=zone).days
    business = await given_business(lambda: PostgresUnitOfWork(engine), currency=currency, timezone=zone)
    days = days_between(expected[0].day, expected[-1].day) if expected else []
    async with PostgresUnitOfWork(engine) as work:
        await work.ledger.merge(business.id, [Record(state=state, observed_at=0) for state in states])
        for part in range(parts):
            await work.activity.fold(business, days[part::parts])
        assert tuple(await work.activity.history(business.id)) == expected
        await work.activity.fold(business, days)
        assert tuple(await work.activity.history(business.id)) == expected


async def test_sql_keeps_the_customers_of_a_day_that_the_core_keeps(engine: AsyncEngine) -> None:
    """More than are kept, some of them equal: then names decide, as their characters are numbered."""
    names = [f"cus_{letter}{n}" for n in range(CUSTOMERS_KEPT // 8) for letter in "aAzZ_é0ßö𝄞"]
    sales = [charge(n, 1_750_000_000, 100 + n % 3, customer=name) for n, name in enumerate(names)]
    expected = fold(sales, currency="usd").days
    business = await given_business(lambda: PostgresUnitOfWork(engine), currency="usd", timezone="UTC")
    async with PostgresUnitOfWork(engine) as work:
        await work.ledger.merge(business.id, [Record(state=sale, observed_at=0) for sale in sales])
        await work.activity.fold(business, [day.day for day in expected])
        assert tuple(await work.activity.history(business.id)) == expected
    assert len(expected[0].customers) == CUSTOMERS_KEPT < len(names)

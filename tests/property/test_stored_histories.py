"""What SQL makes of stored days, set by set, is what the core makes of the days themselves."""

import datetime as dt
import itertools

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from property.strategies import histories
from support.histories import AS_OF
from vaultra_adapters.postgres.unit_of_work import PostgresUnitOfWork
from vaultra_core import RULEBOOKS, History, assess, metrics, recommend
from vaultra_core.domain.activity import DayActivity
from vaultra_core.domain.results import LOOK_BACK_DAYS, SHORTER_LOOK_BACK_DAYS
from vaultra_core.testing.contracts.samples import given_business

FIELDS = [name for name in DayActivity.__struct_fields__ if name not in ("day", "customers")]


@given(first=histories(), second=histories(), back=st.integers(0, 30), rulebook=st.sampled_from(sorted(RULEBOOKS)))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_sql_and_core_fold_days_alike(
    engine: AsyncEngine, first: History, second: History, back: int, rulebook: str
) -> None:
    """Two businesses read together: each span of days sums to the same, and every rule says the same, as of any day."""
    as_of = AS_OF - dt.timedelta(days=back)
    since = as_of - dt.timedelta(days=LOOK_BACK_DAYS - 1)
    given_days = {}
    for history in (first, second):
        business = await given_business(lambda: PostgresUnitOfWork(engine), currency="usd", timezone="UTC")
        given_days[business.id] = history
        async with PostgresUnitOfWork(engine) as work:
            await work.activity.replace(business.id, [day.day for day in history.days], history.days)
            await work.commit()
    async with PostgresUnitOfWork(engine) as work:
        whole = await work.histories.read(dict.fromkeys(given_days))
        recent = await work.histories.read(dict.fromkeys(given_days, since))
    for business_id, history in given_days.items():
        assert whole[business_id].between(dt.date.min, dt.date.max) == history.days
        for field, days in itertools.product(FIELDS, (1, 30, 91, LOOK_BACK_DAYS)):
            if days <= SHORTER_LOOK_BACK_DAYS.get(field, LOOK_BACK_DAYS):
                start = as_of - dt.timedelta(days=days - 1)
                assert recent[business_id].total(field, start, as_of) == history.total(field, start, as_of)
        assert metrics(recent[business_id], as_of) == metrics(history, as_of)
        assert assess(recent[business_id], as_of, rulebook) == assess(history, as_of, rulebook)
        assert recommend(recent[business_id], as_of, rulebook) == recommend(history, as_of, rulebook)

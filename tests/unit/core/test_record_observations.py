"""Which days are folded again when an observation changes the ledger."""

import datetime as dt

from vaultra_core.domain.ledger import ChargeStatus, LedgerObject
from vaultra_core.periods import utc_day
from vaultra_core.testing.contracts.samples import a_charge, given_business, seen
from vaultra_core.testing.storage import MemoryStorage
from vaultra_core.use_cases.record_observations import record_observations

DAY = 86_400
FIRST = 1_700_000_000
LATER = FIRST + 40 * DAY  # a returning customer's charge, if the first one counts


async def days_marked(*observed: tuple[int, LedgerObject]) -> set[dt.date]:
    """What the last of these observations (moment, state) marks."""
    storage = MemoryStorage()
    business = await given_business(storage)
    days: list[dt.date] = []
    for moment, state in observed:
        async with storage() as work:
            await work.activity.take_dirty(business.id, limit=100)
            await record_observations(work, business, seen(state, at=moment))
            days = await work.activity.take_dirty(business.id, limit=100)
            await work.commit()
    return set(days)


async def test_an_older_first_charge_makes_later_ones_returning() -> None:
    later = a_charge("ch_2", created=LATER, customer="cus_1")
    first = a_charge("ch_1", created=FIRST, customer="cus_1")
    assert await days_marked((1, later), (2, first)) == {utc_day(FIRST), utc_day(LATER)}


async def test_a_first_charge_that_fails_after_all_makes_later_ones_new() -> None:
    first = a_charge("ch_1", created=FIRST, customer="cus_1")
    later = a_charge("ch_2", created=LATER, customer="cus_1")
    failed = a_charge("ch_1", created=FIRST, customer="cus_1", status=ChargeStatus.FAILED)
    assert await days_marked((1, first), (2, later), (3, failed)) == {utc_day(FIRST), utc_day(LATER)}


async def test_what_says_nothing_new_marks_nothing() -> None:
    charge = a_charge("ch_1", created=FIRST)
    assert await days_marked((1, charge), (2, charge)) == set()

"""What an owner is told who asks before there is a score."""

import datetime as dt
from typing import Any

import msgspec
import pytest

from vaultra_core.domain.accounts import ImportPhase
from vaultra_core.domain.activity import DayActivity
from vaultra_core.testing.contracts.samples import TODAY, given_business, given_integration
from vaultra_core.testing.storage import MemoryStorage
from vaultra_core.use_cases.missing_score import explain_missing

NEXT = TODAY + dt.timedelta(days=1)


async def reason(*, phase: ImportPhase, computed: dt.date | None, sales: dict[dt.date, int]) -> Any:
    storage = MemoryStorage()
    business = await given_business(storage)
    await given_integration(storage, business, phase=phase)
    async with storage() as work:
        days = [DayActivity(day=day, charge_count=count) for day, count in sales.items()]
        await work.activity.replace(business.id, list(sales), days)
        computation = await work.computations.lock(business.id)
        await work.computations.save(msgspec.structs.replace(computation, readiness_as_of=computed))
        await work.commit()
    async with storage() as work:
        return (await explain_missing(work, business.id, "score")).details["reason"]


@pytest.mark.parametrize("sales", [{}, {TODAY: 0}, {NEXT: 3}], ids=["no day", "no sale", "a sale today"])
async def test_no_sale_by_the_day_that_was_computed_is_not_enough(sales: dict[dt.date, int]) -> None:
    assert await reason(phase=ImportPhase.COMPLETE, computed=TODAY, sales=sales) == "insufficient_history"


@pytest.mark.parametrize(
    ("phase", "computed"), [(ImportPhase.STARTING, TODAY), (ImportPhase.EXTENDING, None), (ImportPhase.COMPLETE, None)]
)
async def test_what_is_not_computed_yet_is_coming(phase: ImportPhase, computed: dt.date | None) -> None:
    assert await reason(phase=phase, computed=computed, sales={}) == "importing"


async def test_a_score_that_comes_while_its_absence_is_explained_is_not_denied() -> None:
    """Its reader looked for it, then it was stored, and then the reader asks why it found none."""
    assert await reason(phase=ImportPhase.COMPLETE, computed=TODAY, sales={TODAY: 3}) == "importing"


async def test_a_business_that_is_erased_meanwhile_is_explained_too() -> None:
    storage = MemoryStorage()
    business = await given_business(storage)
    await given_integration(storage, business, phase=ImportPhase.COMPLETE)
    async with storage() as work:
        computation = await work.computations.lock(business.id)
        await work.computations.save(msgspec.structs.replace(computation, readiness_as_of=TODAY))

        async def nothing(since: object) -> dict[object, object]:
            return {}

        work.histories.read = nothing  # type: ignore[method-assign, assignment] # what a later statement finds
        assert (await explain_missing(work, business.id, "score")).details["reason"] == "insufficient_history"

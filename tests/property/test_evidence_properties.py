"""Every number is a handle: what a handle resolves to adds up to the number it was taken from."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from property.strategies import histories, ledgers
from support.histories import AS_OF
from vaultra_core import RULEBOOKS, History, assess, fold, metrics
from vaultra_core.domain.activity import DayActivity
from vaultra_core.domain.behind import COUNTED_BY, kind_behind, objects_behind
from vaultra_core.domain.ledger import LedgerObject
from vaultra_core.domain.readiness.evidence import (
    contribution_handle,
    metric_handle,
    resolve,
    score_handle,
)
from vaultra_core.domain.readiness.metric_formulas import METRICS, RECURRING
from vaultra_core.errors import InvalidInput, NotFound
from vaultra_core.money import to_major
from vaultra_core.periods import days_between, window

YEAR = days_between(*window(AS_OF, 365))
ZONES = st.sampled_from(["UTC", "Pacific/Auckland", "America/Los_Angeles"])


@given(ledgers(), ZONES)
@settings(deadline=None)
def test_the_objects_behind_a_figure_are_those_that_the_fold_counted(objects: list[LedgerObject], zone: str) -> None:
    """By count for every field that counts, by amount for every field of money, on every day."""
    states = list({(state.kind, state.id): state for state in objects}.values())
    history = fold(states, currency="usd", timezone=zone)
    for field, counter in COUNTED_BY.items():
        behind = objects_behind(field, states, timezone=zone, first_charges={})
        assert len({state.id for _, state in behind}) == len(behind)
        assert all(type(state) is kind_behind(field) for _, state in behind)
        assert behind == sorted(behind, key=lambda entry: entry[0])
        for day in history.days:
            mine = [state for found, state in behind if found == day.day]
            if field == counter:
                assert len(mine) == getattr(day, field), field
            elif all(state.currency == "usd" for state in mine) and field not in ("estimated_minor", "customers"):
                assert sum(state.amount_minor for state in mine) == getattr(day, field), field  # type: ignore[attr-defined]
        assert {day for day, _ in behind} <= {day.day for day in history.days}


@given(histories(), st.sampled_from(sorted(RULEBOOKS)))
@settings(deadline=None)
def test_a_score_resolves_down_to_its_days(history: History, rulebook: str) -> None:
    assessment = assess(history, AS_OF, rulebook)
    assert assessment is not None
    found = resolve(score_handle(rulebook, AS_OF), history, AS_OF)
    assert found.value == assessment.score
    assert [part.value for part in found.parts] == [Decimal(repr(line.points)) for line in assessment.contributions]
    for part, line in zip(found.parts, assessment.contributions, strict=True):
        inner = resolve(part.handle, history, AS_OF)
        assert inner.value == part.value
        assert inner.statement == line.reason
        assert not line.evidence or inner.parts
        for span in inner.parts:
            days = resolve(span.handle, history, AS_OF)
            assert days.value == span.value
            if days.value is not None and days.parts:
                assert days.value == sum(single.value for single in days.parts if single.value is not None)


@given(histories(), st.sampled_from(sorted([*METRICS, *RECURRING])))
@settings(deadline=None)
def test_a_metric_resolves_to_itself(history: History, name: str) -> None:
    snapshot = metrics(history, AS_OF)
    found = resolve(metric_handle(name, AS_OF), history, AS_OF)
    source = snapshot if name in {f.removesuffix("_minor") for f in snapshot.__struct_fields__} else snapshot.extra
    if hasattr(source, name):
        value = getattr(source, name)
        assert found.value == (None if value is None else Decimal(repr(value)))
    else:
        minor = getattr(source, f"{name}_minor")
        assert found.value == (None if minor is None else to_major(minor, "usd"))
    assert found.parts or name in RECURRING
    inner = [resolve(part.handle, history, AS_OF) for part in found.parts]
    assert [each.value for each in inner if name in RECURRING] == [
        part.value for part in found.parts if name in RECURRING
    ]
    if name in RECURRING and found.value is not None:
        exact = sum((part.value for part in found.parts if part.value is not None), Decimal(0))
        assert abs(exact - found.value) <= Decimal("0.01") * len(found.parts)


def test_a_trend_names_its_weeks() -> None:
    history = History(currency="usd", days=tuple(DayActivity(day=day, charge_count=1, gross_minor=5) for day in YEAR))
    parts = resolve(contribution_handle("lender-2", AS_OF, "trend"), history, AS_OF).parts
    assert len(parts) == 26
    assert parts[-1].handle == "days:gross_minor:2025-06-24:2025-06-30"
    assert {part.value for part in parts} == {Decimal("0.35")}


HANDLES = ["", "x", "score", "score:lender-2", "days:gross_minor:2025-06-01", "metric:mrr", ":::", "score:lender-2:now"]
NOTHING = [
    "score:lender-2:2025-07-01",
    "score:lender-2:2001-01-01",
    "contribution:lender-2:2025-06-30:charm",
    "metric:charm:2025-06-30",
    "metric:revenue_total:2025-07-01",
    "days:charm:2025-06-01:2025-06-30",
    "days:day:2025-06-01:2025-06-30",
    "days:gross_minor:2025-06-30:2025-06-01",
    "days:gross_minor:2025-06-01:2025-07-01",
]


@pytest.mark.parametrize("handle", HANDLES)
def test_what_is_no_handle_is_refused(handle: str) -> None:
    with pytest.raises(InvalidInput):
        resolve(handle, History(currency="usd", days=(DayActivity(day=AS_OF, charge_count=1),)), AS_OF)


@pytest.mark.parametrize("handle", NOTHING)
def test_a_handle_of_nothing_finds_nothing(handle: str) -> None:
    with pytest.raises(NotFound):
        resolve(handle, History(currency="usd", days=(DayActivity(day=AS_OF, charge_count=1),)), AS_OF)

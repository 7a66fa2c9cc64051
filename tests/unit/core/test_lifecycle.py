import datetime as dt
import itertools
from uuid import UUID

import msgspec
import pytest

from vaultra_core.domain.recommendations.base import Advice, Category, Priority, Recommendation, Status
from vaultra_core.domain.recommendations.lifecycle import DISMISSED_DAYS, reconcile

BUSINESS = UUID(int=7)
NOW = dt.datetime(2025, 7, 1, 6, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def advice(key: str = "lower_refunds", *, severity: int = 1, description: str = "now") -> Advice:
    return Advice(
        key=key,
        title="Lower refunds",
        description=description,
        priority=Priority.LOW,
        category=Category.RISK,
        impact_points=2.0,
        estimated_impact="+1-5 points",
        metric_refs={},
        severity=severity,
    )


def stored(status: Status, *, said: Advice | None = None, dismissed_until: dt.datetime | None = None) -> Recommendation:
    return Recommendation(
        id=UUID(int=1),
        business_id=BUSINESS,
        advice=said or advice(),
        status=status,
        created_at=NOW - 40 * DAY,
        updated_at=NOW - 10 * DAY,
        dismissed_until=dismissed_until,
    )


def added(existing: list[Recommendation], *current: Advice) -> list[str]:
    return [each.advice.key for each in reconcile(BUSINESS, existing, current, NOW)[0]]


def test_new_advice_becomes_a_pending_recommendation() -> None:
    ids = itertools.count(5)
    new, changed = reconcile(BUSINESS, [], [advice()], NOW, make_id=lambda: UUID(int=next(ids)))
    assert changed == []
    assert new == [
        Recommendation(
            id=UUID(int=5),
            business_id=BUSINESS,
            advice=advice(),
            status=Status.PENDING,
            created_at=NOW,
            updated_at=NOW,
        )
    ]


def test_there_is_one_open_recommendation_per_key() -> None:
    for status in (Status.PENDING, Status.ACCEPTED):
        assert added([stored(status)], advice(), advice("close_gaps")) == ["close_gaps"]


def test_a_pending_one_takes_the_new_text_and_keeps_its_identity() -> None:
    before = stored(Status.PENDING)
    _, changed = reconcile(BUSINESS, [before], [advice(description="newer")], NOW)
    after = msgspec.structs.replace(before, advice=advice(description="newer"), updated_at=NOW)
    assert changed == [(before, after)]


def test_what_has_not_changed_is_not_written() -> None:
    assert reconcile(BUSINESS, [stored(Status.PENDING)], [advice()], NOW) == ([], [])


def test_a_pending_one_is_resolved_when_its_trigger_is_gone() -> None:
    before = stored(Status.PENDING)
    _, ((_, after),) = reconcile(BUSINESS, [before], [], NOW)
    assert (after.status, after.resolved_at, after.updated_at) == (Status.RESOLVED, NOW, NOW)


def test_an_accepted_one_is_done_when_its_trigger_is_gone_and_may_be_asked_for_again() -> None:
    before = stored(Status.ACCEPTED)
    _, ((_, done),) = reconcile(BUSINESS, [before], [], NOW)
    assert (done.status, done.resolved_at) == (Status.ACCEPTED, NOW)
    assert reconcile(BUSINESS, [done], [], NOW + DAY)[1] == []
    assert added([done], advice()) == ["lower_refunds"]


@pytest.mark.parametrize("status", [Status.DISMISSED, Status.RESOLVED])
def test_what_a_person_decided_or_the_system_closed_is_left_alone(status: Status) -> None:
    for current in ([], [advice(description="newer")]):
        assert reconcile(BUSINESS, [stored(status)], current, NOW)[1] == []


def test_an_accepted_one_keeps_the_text_that_was_accepted() -> None:
    assert reconcile(BUSINESS, [stored(Status.ACCEPTED)], [advice(description="newer")], NOW) == ([], [])


def test_a_resolved_one_comes_back_as_a_new_one() -> None:
    assert added([stored(Status.RESOLVED)], advice()) == ["lower_refunds"]


@pytest.mark.parametrize(
    ("until", "severity", "comes_back"),
    [(NOW + DAY, 1, False), (NOW + DAY, 0, False), (NOW + DAY, 2, True), (NOW, 1, True), (NOW - DAY, 1, True)],
)
def test_a_dismissed_one_comes_back_after_its_time_or_when_it_has_become_worse(
    until: dt.datetime, severity: int, comes_back: bool
) -> None:
    dismissed = stored(Status.DISMISSED, dismissed_until=until)
    assert added([dismissed], advice(severity=severity)) == (["lower_refunds"] if comes_back else [])


def test_without_a_date_a_dismissal_lasts_thirty_days() -> None:
    dismissed = msgspec.structs.replace(stored(Status.DISMISSED), updated_at=NOW - DISMISSED_DAYS * DAY)
    assert added([dismissed], advice()) == ["lower_refunds"]
    recent = msgspec.structs.replace(dismissed, updated_at=dismissed.updated_at + dt.timedelta(seconds=1))
    assert added([recent], advice()) == []


def test_reconciling_twice_adds_nothing_more() -> None:
    new, _ = reconcile(BUSINESS, [], [advice(), advice("close_gaps")], NOW)
    assert reconcile(BUSINESS, new, [advice(), advice("close_gaps")], NOW) == ([], [])

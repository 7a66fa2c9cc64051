"""What becomes of a score if nothing changes."""

import datetime as dt
import math
from fractions import Fraction

import pytest

from support.histories import AS_OF, history_of
from vaultra_core import DayActivity, History, assess, outlook
from vaultra_core.domain.readiness.outlook import Outlook, RollOffKind, continued
from vaultra_core.domain.statistics import negative_binomial_above
from vaultra_core.errors import InvalidInput, Unprocessable


def shop(
    days: int, *, weak: tuple[int, ...] = (), chargebacks: tuple[int, ...] = (), as_of: dt.date = AS_OF
) -> History:
    """100.00 a day from 20 sales, but nothing in some weeks back; chargebacks so many days back."""
    return history_of(
        *(
            DayActivity(
                day=as_of - dt.timedelta(days=back),
                charge_count=20,
                gross_minor=0 if back // 7 in weak else 10_000,
                chargeback_count=chargebacks.count(back),
                chargeback_minor=500 * chargebacks.count(back),
            )
            for back in range(days)
        )
    )


def ahead(history: History, days: int = 90, as_of: dt.date = AS_OF) -> Outlook:
    found = outlook(history, as_of, days)
    assert found is not None
    return found


def test_what_counts_against_the_score_leaves_on_its_day() -> None:
    """On the day named it is out of its window; a chargeback is in on the day before, a weak week a week before."""
    history = shop(400, weak=(20,), chargebacks=(170, 170, 179, 20))
    found = ahead(history).roll_offs
    assert [(each.kind, each.count, each.amount_minor) for each in found] == [
        (RollOffKind.CHARGEBACKS, 1, 500),
        (RollOffKind.CHARGEBACKS, 2, 1000),
        (RollOffKind.WEAK_WEEK, 1, 0),
    ]
    assert [(each.leaves_on - AS_OF).days for each in found] == [1, 10, 42]
    for each, factor in zip(found, ("disputes", "disputes", "continuity"), strict=True):
        before, after = (
            next(line for line in assessment.contributions if line.factor == factor).value
            for day in (each.leaves_on - dt.timedelta(days=7 if factor == "continuity" else 1), each.leaves_on)
            if (assessment := assess(continued(history, AS_OF, 90), day))
        )
        assert before is not None and after is not None and after < before


def test_nothing_changes_means_that_four_weeks_repeat() -> None:
    history = shop(60, weak=(2,), chargebacks=(3,))
    later = continued(history, AS_OF, 70)
    assert later.last_day == AS_OF + dt.timedelta(days=70)
    for shift in range(1, 71):
        day = AS_OF + dt.timedelta(days=shift)
        origin = AS_OF - dt.timedelta(days=(28 - shift) % 28)
        for field in ("gross_minor", "charge_count", "chargeback_count"):
            assert later.total(field, day, day) == history.total(field, origin, origin)


@pytest.mark.parametrize(("age", "span"), [(3, 3), (7, 7), (20, 14), (29, 28)])
def test_a_young_business_repeats_what_there_is(age: int, span: int) -> None:
    history = shop(age)
    busy = history_of(*history.days[:-1], DayActivity(day=AS_OF, charge_count=99, gross_minor=1))
    later = continued(busy, AS_OF, 90)
    found = [day for day, count in later.counted("charge_count", dt.date.min, dt.date.max) if count == 99]
    assert found == [AS_OF + dt.timedelta(days=shift) for shift in range(0, 91, span)]


def test_the_running_day_is_not_repeated() -> None:
    running = DayActivity(day=AS_OF + dt.timedelta(days=1), charge_count=1, gross_minor=1, chargeback_count=9)
    history = shop(400)
    assert ahead(history_of(*history.days, running)) == ahead(history)


def test_the_next_tier_comes_with_age() -> None:
    """80 days of history hold a good business at 70; on the 90th the ceiling lifts, and the score says so."""
    history = shop(80)
    found = ahead(history, 30)
    assert (found.score, found.tier) == (65, "improving") or found.score <= 70
    for point in found.scores:
        replayed = assess(continued(history, AS_OF, 30), point.day)
        assert replayed is not None and replayed.score == point.score
    assert [point.day for point in found.scores] == [AS_OF + dt.timedelta(days=n) for n in range(1, 31)]
    crossed = [each.day for each in found.crossings if each.tier == "funding_ready"]
    assert found.next_tier_on == (crossed[0] if crossed else None)


@pytest.mark.parametrize("count", [0, 1, 4, 30])
def test_the_negative_binomial_is_the_exact_one(count: int) -> None:
    """Against the sum in fractions, for a whole number of successes."""
    successes, p = 7, Fraction(19, 20)
    exact = 1 - sum(math.comb(k + successes - 1, k) * p**successes * (1 - p) ** k for k in range(count + 1))
    assert negative_binomial_above(count, successes, float(p)) == pytest.approx(float(exact), abs=1e-13)


def test_the_negative_binomial_neither_underflows_nor_leaves_the_unit() -> None:
    values = [negative_binomial_above(count, 5_000.5, 0.9) for count in range(0, 1200, 100)]
    assert values == sorted(values, reverse=True)
    assert values[0] == 1 and 0 <= values[-1] < 1e-9
    # mean r(1 − p)/p ≈ 555.6: about as likely above as below
    assert negative_binomial_above(555, 5_000.5, 0.9) == pytest.approx(0.5, abs=0.02)


def test_limits_count_the_calendar_month_at_the_present_pace() -> None:
    """On 10 June: 200 sales in ten days and 20 a day to come make 600, of which 4 may be charged back at 0.75 %."""
    as_of = dt.date(2025, 6, 10)
    found = ahead(shop(400, chargebacks=(0, 4), as_of=as_of), as_of=as_of)
    assert [(each.threshold, each.absorbable, each.crossed) for each in found.limits] == [
        (0.0075, 2, False),
        (0.015, 7, False),
    ]
    worse = ahead(shop(400, chargebacks=(0,) * 5, as_of=as_of), as_of=as_of).limits
    assert [(each.absorbable, each.crossed) for each in worse] == [(0, True), (4, False)]
    for one, other in zip(found.limits, worse, strict=True):
        assert one.probability is not None and other.probability is not None
        assert 0 < one.probability < other.probability < 1


def test_a_month_begins_empty() -> None:
    """As of 30 June the month that goes on is July: June's chargebacks are past."""
    found = ahead(shop(400, chargebacks=(0,) * 9)).limits
    assert [(each.absorbable, each.crossed) for each in found] == [(4, False), (9, False)]


def test_probabilities_follow_the_posterior() -> None:
    """d = 3, n = 3,600, 600 expected: more than 4, or more than 9, of NB(5.5, 4100/4700)."""
    limits = ahead(shop(400, chargebacks=(100, 101, 102))).limits
    p = 4100 / 4700
    pmf = [p**5.5]
    for k in range(20):
        pmf.append(pmf[-1] * (k + 5.5) / (k + 1) * (1 - p))
    assert limits[0].probability == pytest.approx(1 - sum(pmf[:5]), abs=1e-12)
    assert limits[1].probability == pytest.approx(1 - sum(pmf[:10]), abs=1e-12)


def test_without_recent_sales_there_is_no_probability() -> None:
    history = history_of(*(day for day in shop(400).days if (AS_OF - day.day).days > 40))
    assert [each.probability for each in ahead(history).limits] == [None, None]


def test_a_senseless_span_is_refused() -> None:
    for days in (0, -1, 366):
        with pytest.raises(Unprocessable):
            outlook(shop(30), AS_OF, days)
    with pytest.raises(InvalidInput):
        outlook(shop(30), AS_OF, rulebook="none")
    assert outlook(shop(30), AS_OF - dt.timedelta(days=50)) is None

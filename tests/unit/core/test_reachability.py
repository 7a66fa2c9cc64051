"""Every tier, 0, 100 and every score from 2 up can be reached by `lender-2`: each is built here from a history."""

import datetime as dt
import functools
import math

import pytest

from support.histories import AS_OF, history_of
from vaultra_core import DayActivity, Tier, assess
from vaultra_core.domain.activity import History

# How to reach each number of points: what the history is made of.
MONTHLY_USD: dict[int, float] = {12: 25_000, 11: 17_000, 9: 12_000, 7: 9_000, 4: 4_000, 0: 600}
HISTORY_DAYS: dict[int, float] = {8: 400, 6: 200, 3: 120, 0: 88}
GROWTH = {14: 0.06, 12: 0.02, 10: 0.005, 7: 0.0, 4: -0.012, 2: -0.035, 0: -0.09}
# Among gaps and peaks, only growth or decline that dwarfs them can be told from none.
STRONG_GROWTH = {14: 0.5, 7: 0.0, 0: -0.4}
DISPUTES = {16: 0.001, 14: 0.0025, 11: 0.004, 7: 0.006, 4: 0.0088, 2: 0.0125, 0: 0.03}
REFUNDS = {8: 0.01, 6: 0.03, 4: 0.06, 2: 0.11, 0: 0.25}
PAYOUTS = {8: 0.99, 6: 0.965, 4: 0.925, 2: 0.85, 0: 0.5}
TOP = {8: 0.05, 6: 0.15, 4: 0.28, 2: 0.42, 0: 0.7}
RETURNING = {6: 0.8, 5: 0.6, 3: 0.4, 2: 0.2, 0: 0.05}


def choices(even: bool) -> tuple[dict[int, float], ...]:
    growth = GROWTH if even else STRONG_GROWTH
    return MONTHLY_USD, HISTORY_DAYS, growth, DISPUTES, REFUNDS, PAYOUTS, TOP, RETURNING


# Weekly levels: even weeks earn 12 + 8 points, gaps and peaks none at all.
EVEN = (1.0,) * 26
GAPS = (1, 0.02, 5, 1, 1, 0.02, 1, 0.02, 1, 1, 0.02, 5, 1) * 2

SALES_PER_DAY = 40


def points_for(total: int) -> tuple[bool, tuple[int, ...]]:
    """Even weeks or not, and the points of each free factor, that add to `total` and stay clear of the caps."""
    for even in (False, True):
        rest = total - (20 if even else 0)
        options = [sorted(choice) for choice in choices(even)]
        if total > 40:  # otherwise a cap would cut it
            options[3] = [points for points in options[3] if points >= 4]
        if total > 70:
            options[0] = [points for points in options[0] if points > 0]
            options[1] = [points for points in options[1] if points > 0]
            options[3] = [points for points in options[3] if points >= 7]
        if (chosen := _choose(rest, tuple(tuple(option) for option in options))) is not None:
            return even, chosen
    raise AssertionError(f"no combination adds to {total}")


@functools.cache
def _choose(rest: int, options: tuple[tuple[int, ...], ...]) -> tuple[int, ...] | None:
    if not options:
        return () if rest == 0 else None
    for points in options[0]:
        if points <= rest and (others := _choose(rest - points, options[1:])) is not None:
            return (points, *others)
    return None


def build(even: bool, points: tuple[int, ...]) -> History:
    monthly, length, growth, disputes, refunds, payouts, top, returning = (
        choice[earned] for choice, earned in zip(choices(even), points, strict=True)
    )
    days = int(length)
    weeks = days // 7
    levels = EVEN if even else GAPS
    per_week = math.log1p(growth) / 4
    # From the end backwards, so that the pattern fits however long the history is.
    shape = [levels[n % 26] * math.exp(per_week * -n) for n in range(weeks + 1)]
    refund_share = (refunds * (90 * SALES_PER_DAY + 50) - 2) / (90 * SALES_PER_DAY)
    net = monthly / 30.4375 * 91 * 100 / (1 - refund_share)
    scale = net / sum(shape[:13])
    sales = min(days, 180) * SALES_PER_DAY
    chargebacks = round(disputes * (sales + 500) - 2.5)
    due = min(days, 180)
    in_time = (payouts * (due + 10) - 9.5) / due
    history = []
    for back in range(days):
        gross = round(scale * shape[back // 7] / 7)
        history.append(
            DayActivity(
                day=AS_OF - dt.timedelta(days=back),
                charge_count=SALES_PER_DAY,
                gross_minor=gross,
                refund_count=1,
                refunded_minor=round(gross * refund_share),
                chargeback_count=chargebacks if back == 5 else 0,
                payout_due_count=1,
                payout_due_minor=10_000,
                payout_ok_count=1,
                payout_ok_minor=round(10_000 * in_time),
                identified_minor=gross,
                returning_minor=round(gross * returning),
                customers={"top": round(gross * top)} | {f"cus_{n}": round(gross * (1 - top) / 30) for n in range(30)},
            )
        )
    return history_of(*history)


@pytest.mark.parametrize("score", [0, *range(2, 101)])
def test_every_score_has_a_history(score: int) -> None:
    even, points = points_for(score)
    assessment = assess(build(even, points), AS_OF)
    assert assessment is not None
    earned = {line.factor: line.points for line in assessment.contributions}
    assert not [factor for factor in earned if factor.startswith("cap_")]
    assert assessment.raw_score == assessment.score == score, earned


def test_every_tier_has_a_history() -> None:
    reached = set()
    for score in (0, 55, 80, 100):
        assessment = assess(build(*points_for(score)), AS_OF)
        assert assessment is not None
        reached.add(assessment.tier)
    assert reached == set(Tier)

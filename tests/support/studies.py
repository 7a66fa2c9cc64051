"""What the statistics of the rules are worth, by simulation: each study draws businesses whose truth is known.

`runs` says how many; a seed makes a study repeatable. The full studies are the page docs/statistics.md.
"""

import datetime as dt
import itertools
import math
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import msgspec

from support.histories import AS_OF
from vaultra_core import DayActivity, History, assess, outlook
from vaultra_core.domain.readiness.measures import DISPUTE_PRIOR
from vaultra_core.domain.readiness.outlook import THRESHOLDS
from vaultra_core.domain.statistics import wilson
from vaultra_core.domain.weekly import growth_per_four_weeks, log_slope

DAY: Final = dt.timedelta(days=1)


class Share(msgspec.Struct, frozen=True):
    """How often something happened in how many runs."""

    hits: int
    runs: int

    @property
    def value(self) -> float:
        return self.hits / self.runs if self.runs else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson, 95 %."""
        return wilson(self.hits, self.runs)


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """How often weekly revenue was said to grow or shrink, and how often its halves differ by more than 5 %."""

    weeks: int
    variation: float
    memory: float  # lag-1 autocorrelation of the noise
    growth: float  # the truth, per 4 weeks
    up: Share
    down: Share
    halves_differ: Share


TREND_CASES: Final = (
    *((weeks, 0.25, 0.0, 0.0) for weeks in (8, 12, 26)),
    (26, 0.1, 0.0, 0.0),
    (26, 0.5, 0.0, 0.0),
    (26, 0.25, 0.3, 0.0),
    (26, 0.25, 0.6, 0.0),
    (26, 0.25, 0.0, 0.03),
    (26, 0.25, 0.0, 0.08),
    (26, 0.25, 0.0, -0.05),
)


def trends(runs: int, seed: int = 1) -> list[Trend]:
    rng = random.Random(seed)
    return [_trend(rng, runs, *case) for case in TREND_CASES]


def _trend(rng: random.Random, runs: int, weeks: int, variation: float, memory: float, growth: float) -> Trend:
    up = down = differ = 0
    for _ in range(runs):
        revenue = _weeks(rng, weeks, variation, memory, math.log1p(growth) / 4)
        slope = log_slope(revenue)
        assert slope is not None
        measured = growth_per_four_weeks(slope)
        up, down = up + (measured > 0), down + (measured < 0)
        half = weeks // 2
        differ += abs(sum(revenue[half:]) / sum(revenue[:half]) - 1) > 0.05
    return Trend(
        weeks=weeks,
        variation=variation,
        memory=memory,
        growth=growth,
        up=Share(up, runs),
        down=Share(down, runs),
        halves_differ=Share(differ, runs),
    )


def _weeks(rng: random.Random, count: int, variation: float, memory: float, slope: float) -> list[int]:
    """Revenue of weeks with lognormal noise of this coefficient of variation, each week remembering the one before."""
    deviation = math.sqrt(math.log1p(variation**2))
    noise, weeks = rng.gauss(0, 1), []
    for week in range(count):
        weeks.append(round(1_000_000 * math.exp(slope * week + deviation * noise)))
        noise = memory * noise + math.sqrt(1 - memory**2) * rng.gauss(0, 1)
    return weeks


class Forecasts(msgspec.Struct, frozen=True, kw_only=True):
    """Predictions of a breach between two probabilities: their mean, and how often it came to one."""

    low: float
    high: float
    predicted: float
    breached: Share


PREDICTED: Final = (0.0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)


def breaches(runs: int, seed: int = 2) -> list[Forecasts]:
    """Businesses whose rates of chargebacks are as the prior has it; sales of 180 days between 300 and 30 000."""
    rng = random.Random(seed)
    shape, scale = DISPUTE_PRIOR
    outcomes: list[tuple[float, bool]] = []
    for _ in range(runs):
        rate = rng.gammavariate(shape, 1 / scale)
        monthly = round(math.exp(rng.uniform(math.log(50), math.log(5_000))))
        disputes = _poisson(rng, rate * monthly * 6)
        next_month = _poisson(rng, rate * monthly)
        ahead = outlook(_with_chargebacks(monthly, disputes), AS_OF, 1)
        assert ahead is not None
        for (threshold, _), limit in zip(THRESHOLDS, ahead.limits, strict=True):
            assert limit.probability is not None
            outcomes.append((limit.probability, next_month > math.floor(threshold * monthly)))
    return list(_forecasts(outcomes))


def _with_chargebacks(monthly: int, disputes: int) -> History:
    """Six months with so many sales each, the chargebacks in the middle."""
    months = [
        DayActivity(
            day=AS_OF - 30 * n * DAY,
            charge_count=monthly,
            gross_minor=1_000 * monthly,
            chargeback_count=disputes if n == 3 else 0,
        )
        for n in range(5, -1, -1)
    ]
    return History(currency="usd", days=tuple(months))


def _forecasts(outcomes: list[tuple[float, bool]]) -> Iterator[Forecasts]:
    for low, high in itertools.pairwise(PREDICTED):
        within = [each for each in outcomes if low <= each[0] < high or high == 1 == each[0]]
        if within:
            predicted = math.fsum(probability for probability, _ in within) / len(within)
            hits = sum(breached for _, breached in within)
            yield Forecasts(low=low, high=high, predicted=predicted, breached=Share(hits, len(within)))


def _poisson(rng: random.Random, mean: float) -> int:
    """Arrivals in a span of so many: exponential gaps until it is over."""
    count, left = 0, mean
    while (left := left - rng.expovariate(1)) > 0:
        count += 1
    return count


class Monotone(msgspec.Struct, frozen=True, kw_only=True):
    """How often a factor's points rose, stayed and fell when what it measures became better."""

    factor: str
    better: str
    rose: int
    stayed: int
    fell: int


def monotone(runs: int, seed: int = 3) -> list[Monotone]:
    rng = random.Random(seed)
    return [_monotone(rng, runs, factor, *change) for factor, change in BETTER.items()]


def _monotone(rng: random.Random, runs: int, factor: str, better: str, change: "Change") -> Monotone:
    moves = []
    for _ in range(runs):
        days = _business(rng)
        moves.append(_points(change(rng, days), factor) - _points(days, factor))
    rose, fell = sum(move > 0 for move in moves), sum(move < 0 for move in moves)
    return Monotone(factor=factor, better=better, rose=rose, stayed=runs - rose - fell, fell=fell)


Days = list[DayActivity]
Change = Callable[[random.Random, Days], Days]


def _points(days: Days, factor: str) -> float:
    assessment = assess(History(currency="usd", days=tuple(days)), AS_OF)
    assert assessment is not None
    return next(line.points for line in assessment.contributions if line.factor == factor)


def _business(rng: random.Random) -> Days:
    """A year or less of any kind of business, good or bad at each thing."""
    length = rng.randrange(70, 400)
    level, slope = math.exp(rng.uniform(8, 13)), rng.uniform(-0.02, 0.02) / 7
    swing, quiet = rng.uniform(0, 0.6), rng.choice([0, 0, 0.05, 0.15])
    chargebacks, refunds, late = rng.uniform(0, 0.4), rng.uniform(0, 0.2), rng.uniform(0, 0.3)
    largest, returning = rng.uniform(0.05, 0.7), rng.uniform(0, 0.9)
    weeks = [0.1 if rng.random() < quiet else math.exp(rng.gauss(0, swing)) for _ in range(length // 7 + 1)]
    days = []
    for back in range(length - 1, -1, -1):
        gross = max(100, round(level * math.exp(slope * (length - back)) * weeks[back // 7] * rng.uniform(0.9, 1.1)))
        named = round(largest * gross)
        days.append(
            DayActivity(
                day=AS_OF - back * DAY,
                charge_count=rng.randrange(1, 20),
                gross_minor=gross,
                refunded_minor=round(refunds * gross * rng.random()),
                refund_count=1,
                chargeback_count=int(rng.random() < chargebacks),
                payout_due_count=1,
                payout_due_minor=gross,
                payout_ok_count=(ok := int(rng.random() >= late)),
                payout_ok_minor=gross * ok,
                identified_minor=gross,
                returning_minor=round(returning * gross),
                customers={"cus_0": named, f"cus_{back % 40 + 1}": gross - named},
            )
        )
    return days


def _on_every_day(**change: Callable[[DayActivity], object]) -> Change:
    def apply(rng: random.Random, days: Days) -> Days:
        del rng
        return [msgspec.structs.replace(day, **{name: of(day) for name, of in change.items()}) for day in days]

    return apply


def _with_gross(days: Days, gross: Callable[[int, DayActivity], float]) -> Days:
    return [msgspec.structs.replace(day, gross_minor=round(gross(n, day))) for n, day in enumerate(days)]


def _tilted(rng: random.Random, days: Days) -> Days:
    more = rng.uniform(0, 0.003)
    return _with_gross(days, lambda n, day: day.gross_minor * math.exp(more * n))


def _by_week(days: Days) -> Mapping[int, int]:
    """Gross by week, counted back from the last day."""
    sums: dict[int, int] = {}
    for day in days:
        week = (AS_OF - day.day).days // 7
        sums[week] = sums.get(week, 0) + day.gross_minor
    return sums


def _calmer(rng: random.Random, days: Days) -> Days:
    """Every week drawn towards one level, the same share of the way: swings and trend shrink alike."""
    weeks, share = _by_week(days), rng.uniform(0.3, 1)
    level = sorted(weeks.values())[len(weeks) // 2]
    factor = {week: (level * (value / level) ** share) / value for week, value in weeks.items()}
    return _with_gross(days, lambda _, day: day.gross_minor * factor[(AS_OF - day.day).days // 7])


def _fuller(rng: random.Random, days: Days) -> Days:
    """The weakest week brings as much as the middle one."""
    del rng
    weeks = _by_week(days)
    weakest, level = min(weeks, key=lambda week: weeks[week]), sorted(weeks.values())[len(weeks) // 2]
    more = level / weeks[weakest]
    return _with_gross(days, lambda _, day: day.gross_minor * (more if (AS_OF - day.day).days // 7 == weakest else 1))


def _older(rng: random.Random, days: Days) -> Days:
    return [msgspec.structs.replace(days[0], day=days[0].day - rng.randrange(1, 200) * DAY), *days]


# factor → what becomes better, and how a business changes for it.
BETTER: Final[Mapping[str, tuple[str, Change]]] = {
    "scale": ("each day brings 1.5 times as much", _on_every_day(gross_minor=lambda day: day.gross_minor * 3 // 2)),
    "history": ("the first sale was earlier", _older),
    "trend": ("growth is faster by up to 8.8 % per 4 weeks", _tilted),
    "steadiness": ("weeks lie nearer to the middle one", _calmer),
    "continuity": ("the weakest week brings what the middle one does", _fuller),
    "disputes": ("no chargebacks", _on_every_day(chargeback_count=lambda day: 0)),
    "refunds": ("half as much is refunded", _on_every_day(refunded_minor=lambda day: day.refunded_minor // 2)),
    "payouts": ("every payout in time", _on_every_day(payout_ok_minor=lambda day: day.payout_due_minor)),
    "top_customer": (
        "the largest customer is two of half the size",
        _on_every_day(
            customers=lambda day: {
                **day.customers,
                "cus_0": day.customers["cus_0"] // 2,
                "cus_00": day.customers["cus_0"] // 2,
            }
        ),
    ),
    "returning": (
        "half of what new customers brought comes from old ones",
        _on_every_day(returning_minor=lambda day: (day.returning_minor + day.gross_minor) // 2),
    ),
}

"""How long the rules take, against what they cannot do without: reading the same arrays."""

import datetime as dt
import random
import timeit
from collections.abc import Callable
from pathlib import Path

from bench.report import Goal, Row
from vaultra_core import DayActivity, History, assess, metrics, recommend, replay

AS_OF = dt.date(2025, 6, 30)
FIELDS = [name for name in DayActivity.__struct_fields__ if name not in ("day", "customers")]


def business(days: int, customers: int) -> History:
    """A business with figures on every day; `customers` buy on each."""
    rng = random.Random(days)
    activity = []
    for back in range(days - 1, -1, -1):
        gross = rng.randrange(50_000, 150_000)
        activity.append(
            DayActivity(
                day=AS_OF - dt.timedelta(days=back),
                charge_count=rng.randrange(10, 60),
                gross_minor=gross,
                refund_count=rng.randrange(3),
                refunded_minor=rng.randrange(4_000),
                chargeback_count=int(rng.random() < 0.02),
                payout_due_count=1,
                payout_due_minor=gross,
                payout_ok_count=1,
                payout_ok_minor=gross,
                identified_minor=gross,
                returning_minor=gross // 2,
                customers={f"cus_{rng.randrange(10 * customers)}": gross // customers for _ in range(customers)},
            )
        )
    return History(currency="usd", days=tuple(activity))


def fresh(history: History) -> History:
    """The same history without its running totals."""
    return History(currency=history.currency, days=history.days)


def microseconds(call: Callable[[], object], repeat: int) -> float:
    """The best of a few rounds: the machine's other work only ever adds time."""
    number = max(1, round(0.02 / max(timeit.timeit(call, number=1), 1e-6)))
    return min(timeit.repeat(call, number=number, repeat=repeat)) / number * 1e6


def plain_sum(arrays: list[list[int]]) -> int:
    return sum(sum(array) for array in arrays)


def rules(folder: Path, scale: float) -> list[Row]:
    del folder
    repeat = max(3, round(20 * scale))
    half_year = business(182, customers=8)
    arrays = [[getattr(day, field) for day in half_year.days] for field in FIELDS]
    baseline = microseconds(lambda: plain_sum(arrays), repeat)
    assess(half_year, AS_OF)
    calls: dict[str, Callable[[], object]] = {
        "assess, 26 weeks": lambda: assess(half_year, AS_OF),
        "assess, first on its history": lambda: assess(fresh(half_year), AS_OF),
        "assess, baseline-1": lambda: assess(half_year, AS_OF, "baseline-1"),
        "metrics": lambda: metrics(half_year, AS_OF),
        "recommend": lambda: recommend(half_year, AS_OF),
    }
    goals = {"assess, 26 weeks": Goal("value", "<=", 150)}
    rows = [
        Row(name=name, value=microseconds(call, repeat), unit="µs", baseline=baseline, goal=goals.get(name))
        for name, call in calls.items()
    ]
    return [*rows, _replay(max(3, repeat // 2))]


def _replay(repeat: int) -> Row:
    two_years = business(730, customers=8)
    days = [AS_OF - dt.timedelta(days=back) for back in range(365)]
    # Turn by turn: rounds of a tenth of a second and more meet whatever else the machine does, and should both.
    turns = [
        (
            microseconds(lambda: replay(fresh(two_years), days[-1], days[0]), 1),
            microseconds(lambda: [assess(fresh(two_years), day) for day in days], 1),
        )
        for _ in range(repeat)
    ]
    once, one_by_one = (min(each) / 1000 for each in zip(*turns, strict=True))
    return Row(
        name="history replay, 365 scores",
        value=once,
        unit="ms",
        baseline=one_by_one,
        goal=Goal("ratio", "<=", 0.2),
    )

"""6,919 purchases of a real shop, assessed, against figures computed here another way: sqlite, statistics, Decimal."""

import csv
import datetime as dt
import itertools
import json
import math
import sqlite3
import statistics
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from vaultra_core.use_cases.assess_file import assess_file

FILE = Path(__file__).parents[4] / "shared" / "data" / "cdnow-sample.csv"
AS_OF = dt.date(1998, 6, 30)


@pytest.fixture(scope="module")
def answer() -> dict[str, Any]:
    if not FILE.exists():
        pytest.skip("../shared/data/cdnow-sample.csv is not there: this clone stands alone")
    with FILE.open("rb") as source:
        result: dict[str, Any] = json.loads(assess_file(source, as_of=AS_OF).json(), parse_float=Decimal)
    return result


@pytest.fixture(scope="module")
def sales(answer: dict[str, Any]) -> sqlite3.Connection:
    """All sales in cents, with the date of their customer's first one."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE raw (day TEXT, cents INTEGER, customer TEXT)")
    with FILE.open(newline="") as source:
        rows = [(row["date"], int(Decimal(row["amount"]) * 100), row["customer"]) for row in csv.DictReader(source)]
    connection.executemany("INSERT INTO raw VALUES (?, ?, ?)", rows)
    connection.execute(
        """CREATE TABLE sales AS SELECT day, cents, customer,
        julianday(day) - julianday(min(day) OVER (PARTITION BY customer)) AS age FROM raw"""
    )
    return connection


def one(sales: sqlite3.Connection, what: str, days: int) -> Any:
    """An aggregate over the days that end with AS_OF."""
    return sales.execute(
        f"SELECT {what} FROM sales WHERE day <= ? AND day > date(?, ?)", (str(AS_OF), str(AS_OF), f"-{days} days")
    ).fetchone()[0]


def weeks(sales: sqlite3.Connection, count: int) -> list[int]:
    sums = [one(sales, "coalesce(sum(cents), 0)", 7 * n) for n in range(count + 1)]
    return [later - earlier for earlier, later in itertools.pairwise(sums)][::-1]


def trend(values: list[int]) -> tuple[float, float]:
    """The slope of the logarithm per week, and the growth per 4 weeks of the interval's end nearest to zero."""
    n = len(values)
    x = [math.log(value + 0.05 * statistics.median(values)) for value in values]
    slopes = sorted((x[j] - x[i]) / (j - i) for i, j in itertools.combinations(range(n), 2))
    b = statistics.median(slopes)
    r = [value - b * i for i, value in enumerate(x)]
    r = [value - statistics.fmean(r) for value in r]
    rho = sum(p * q for p, q in itertools.pairwise(r)) / sum(p * p for p in r)
    rho = min(max((n * rho + 1) / (n - 4), 0), 0.6)
    c = 1.2816 * math.sqrt(n * (n - 1) * (2 * n + 5) / 18 * (1 + rho) / (1 - rho))
    low, high = slopes[math.floor((len(slopes) - c) / 2)], slopes[math.ceil((len(slopes) + c) / 2)]
    nearest = 0 if low <= 0 <= high else min(low, high, key=abs)
    return b, math.exp(4 * nearest) - 1


def test_every_metric_that_has_data(answer: dict[str, Any], sales: sqlite3.Connection) -> None:
    metrics = answer["metrics"]
    cents, count = one(sales, "sum(cents)", 30), one(sales, "count(*)", 30)
    assert (metrics["period_start"], metrics["period_end"], metrics["currency"]) == ("1998-06-01", "1998-06-30", "usd")
    assert metrics["revenue_total"] == Decimal(cents) / 100
    assert metrics["transaction_count"] == count
    average = (Decimal(cents) / 100 / count).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert metrics["average_transaction_size"] == average
    last = weeks(sales, 13)
    assert float(metrics["revenue_volatility"]) == pytest.approx(statistics.pstdev(last) / statistics.fmean(last))
    assert (metrics["chargeback_count"], metrics["chargeback_ratio"]) == (0, 0)
    assert (metrics["refund_count"], metrics["refund_ratio"]) == (0, 0)
    assert metrics["payout_reliability"] is None
    assert metrics["mrr"] is None
    extra = metrics["extra"]
    assert extra["net_revenue"] == Decimal(cents) / 100
    assert (extra["refund_value_ratio"], extra["failed_charge_ratio"], extra["estimated_revenue"]) == (0, 0, 0)
    z2 = 1.959963984540054**2
    assert [float(end) for end in extra["chargeback_ratio_interval"]] == pytest.approx([0, z2 / (count + z2)])
    per_customer = [
        amount
        for (amount,) in sales.execute(
            "SELECT sum(cents) FROM sales WHERE day BETWEEN '1998-06-01' AND '1998-06-30' GROUP BY customer"
        )
    ]
    assert float(extra["top_customer_share"]) == pytest.approx(max(per_customer) / cents)
    assert float(extra["effective_customers"]) == pytest.approx(cents**2 / sum(a * a for a in per_customer))
    returning = one(sales, "sum(CASE WHEN age > 30 THEN cents ELSE 0 END)", 30)
    assert float(extra["returning_share"]) == pytest.approx(returning / cents)
    quarter = Decimal(one(sales, "sum(cents)", 91)) / 100
    assert extra["monthly_average"] == (quarter / 91 * Decimal("30.4375")).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert float(extra["weekly_trend"]) == pytest.approx(trend(weeks(sales, 26))[1])


def test_every_factor(answer: dict[str, Any], sales: sqlite3.Connection) -> None:
    half_year = weeks(sales, 26)
    b, growth = trend(half_year)
    detrended = [week / math.exp(b * (i - 12.5)) for i, week in enumerate(half_year)]
    charges_180, charges_90 = one(sales, "count(*)", 180), one(sales, "count(*)", 90)
    cents_90 = one(sales, "sum(cents)", 90)
    top = sales.execute(
        "SELECT max(s) FROM (SELECT sum(cents) s FROM sales WHERE day > '1998-04-01' GROUP BY customer)"
    ).fetchone()[0]
    expected = {
        "scale": (one(sales, "sum(cents)", 91) / 100 / 91 * 30.4375, 4),
        "history": ((AS_OF - dt.date(1997, 1, 1)).days + 1, 8),
        "trend": (growth, 4),
        "steadiness": (statistics.stdev(detrended) / statistics.fmean(detrended) * (1 + 1 / 104), 7),
        "continuity": (sum(week < statistics.median(half_year) / 4 for week in half_year), 8),
        "disputes": (2.5 / (charges_180 + 500), 16),
        "refunds": (2 / (charges_90 + 50), 8),
        "payouts": (None, 4),
        "top_customer": (top / cents_90, 8),
        "returning": (one(sales, "sum(CASE WHEN age > 30 THEN cents ELSE 0 END)", 90) / cents_90, 6),
    }
    lines = {line["factor"]: line for line in answer["assessment"]["contributions"]}
    assert lines.keys() == expected.keys()
    for factor, (value, points) in expected.items():
        found = lines[factor]["value"]
        assert (found is None) == (value is None), factor
        if value is not None:
            assert float(found) == pytest.approx(value, rel=1e-9), factor
        assert lines[factor]["points"] == points, factor


def test_score_and_confidence(answer: dict[str, Any], sales: sqlite3.Connection) -> None:
    assessment = answer["assessment"]
    assert (assessment["score"], assessment["raw_score"], assessment["tier"]) == (73, 73, "funding_ready")
    disputes, refunds = one(sales, "count(*)", 180), one(sales, "count(*)", 90)
    known = 12 + 8 + 14 + 12 + 8 + 8 + 6 + 16 * disputes / (disputes + 500) + 8 * refunds / (refunds + 50)
    assert float(assessment["confidence"]) == pytest.approx(known / 100)
    assert {name: float(value) for name, value in assessment["components"].items()} == pytest.approx(
        {
            "revenue_scale": 12 / 20,
            "growth": 4 / 14,
            "revenue_stability": 15 / 20,
            "risk_signals": 1,
            "payout_reliability": 0.5,
            "customer_base": 1,
        }
    )


def test_recommendations_are_for_the_factors_below_their_best(answer: dict[str, Any]) -> None:
    keys = {each["key"]: each["impact_points"] for each in answer["recommendations"]}
    assert keys == {"restart_growth": 6, "raise_revenue": 3, "smooth_revenue": 5}

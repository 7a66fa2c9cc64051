import itertools
import math
import random
import statistics

import pytest

from vaultra_core.domain.statistics import (
    coefficient_of_variation,
    hhi,
    lag1_autocorrelation,
    median,
    theil_sen,
    wilson,
)


def by_definition(values: list[float]) -> tuple[float, float, float]:
    """Theil–Sen and its interval, written down once more from the rules."""
    n = len(values)
    slopes = sorted((values[j] - values[i]) / (j - i) for i, j in itertools.combinations(range(n), 2))
    b = statistics.median(slopes)
    residuals = [value - b * i for i, value in enumerate(values)]
    mean = statistics.fmean(residuals)
    r = [residual - mean for residual in residuals]
    rho = sum(r[i] * r[i - 1] for i in range(1, n)) / sum(x * x for x in r)
    if n > 5:
        rho = (n * rho + 1) / (n - 4)
    rho = max(0.0, min(0.6, rho))
    c = 1.2816 * math.sqrt(n * (n - 1) * (2 * n + 5) / 18 * (1 + rho) / (1 - rho))
    count = len(slopes)
    low, high = math.floor((count - c) / 2), math.ceil((count + c) / 2)
    return b, slopes[max(low, 0)], slopes[min(high, count - 1)]


@pytest.mark.parametrize("n", [8, 9, 13, 26])
@pytest.mark.parametrize("seed", range(5))
def test_theil_sen_and_its_interval_are_as_defined(n: int, seed: int) -> None:
    rng = random.Random(seed)
    values = [0.02 * seed * i + rng.gauss(0, 0.3) for i in range(n)]
    slope = theil_sen(values)
    assert (slope.median, slope.low, slope.high) == pytest.approx(by_definition(values), rel=1e-12, abs=1e-15)
    assert slope.low <= slope.median <= slope.high


def test_a_line_has_its_slope_and_a_flat_one_none() -> None:
    rising = theil_sen([3 + 0.5 * i for i in range(10)])
    assert rising.nearest_to_zero == pytest.approx(0.5)
    assert theil_sen([0.1 + 0.2] * 26).nearest_to_zero == 0
    assert theil_sen([3 - 0.5 * i for i in range(10)]).nearest_to_zero == pytest.approx(-0.5)


def test_autocorrelation_is_clipped_to_what_a_short_series_can_show() -> None:
    assert lag1_autocorrelation([1.0] * 13 + [-1.0] * 13) == 0.6
    assert lag1_autocorrelation([1.0, -1.0] * 13) == 0
    assert lag1_autocorrelation([0.1] * 26) == 0


def test_median_and_variation_agree_with_the_standard_library() -> None:
    values = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0]
    assert median(values) == statistics.median(values)
    assert median(values[:-1]) == statistics.median(values[:-1])
    mean = statistics.fmean(values)
    assert coefficient_of_variation(values, sample=True) == pytest.approx(statistics.stdev(values) / mean)
    assert coefficient_of_variation(values, sample=False) == pytest.approx(statistics.pstdev(values) / mean)
    assert coefficient_of_variation([0, 0], sample=True) is None


def test_wilson_matches_published_values() -> None:
    # Newcombe (1998), method 3: 81/263 and 15/148.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 0) == (0, 1)
    assert wilson(7, 5)[1] == 1


def test_hhi_of_equal_customers_is_one_over_their_number() -> None:
    assert 1 / hhi([250] * 4, 1000) == 4

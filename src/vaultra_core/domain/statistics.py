"""The statistics that the rules name, under their field's names. Samples are small: lists are enough."""

import functools
import itertools
import math
import operator
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

Z_95: Final = 1.959963984540054  # two-sided 95 % of the normal distribution
Z_80: Final = 1.2816  # two-sided 80 %
HIGHEST_AUTOCORRELATION: Final = 0.6  # above, a short series says more about its memory than about its slope


class Slope(msgspec.Struct, frozen=True):
    """A slope per step and the two ends of its 80 % interval."""

    median: float
    low: float
    high: float

    @property
    def nearest_to_zero(self) -> float:
        """What can be said for sure: the interval's end nearest to zero, or 0 when it spans zero."""
        if self.low <= 0 <= self.high:
            return 0.0
        return self.low if self.low > 0 else self.high


def theil_sen(values: Sequence[float]) -> Slope:
    """The Theil–Sen slope of at least two equally spaced values.

    The interval is Sen's (1968), from the variance of Kendall's S without ties, widened by (1 + ρ)/(1 − ρ) for the
    lag-1 autocorrelation ρ of the residuals, since consecutive weeks are not independent.
    """
    n = len(values)
    # Of the later less the earlier of each pair; no line of ours runs for a pair, which takes a third off the time.
    rises = itertools.starmap(operator.sub, itertools.combinations(values[::-1], 2))
    slopes = sorted(map(operator.truediv, rises, _gaps(n)))
    middle = _median_of_sorted(slopes)
    rho = lag1_autocorrelation([value - middle * i for i, value in enumerate(values)])
    variance = n * (n - 1) * (2 * n + 5) / 18 * (1 + rho) / (1 - rho)
    spread = Z_80 * math.sqrt(variance)
    count = len(slopes)
    low = max(math.floor((count - spread) / 2), 0)
    high = min(math.ceil((count + spread) / 2), count - 1)
    return Slope(median=middle, low=slopes[low], high=slopes[high])


@functools.lru_cache(maxsize=32)
def _gaps(n: int) -> Sequence[float]:
    """How far apart the values of each pair are, in the order of `itertools.combinations`."""
    return [float(after - before) for before, after in itertools.combinations(range(n), 2)]


def lag1_autocorrelation(residuals: Sequence[float]) -> float:
    """Σrᵢrᵢ₋₁/Σrᵢ² of the centred residuals, corrected for its bias as (nρ + 1)/(n − 4) when n > 5, within 0–0.6."""
    n = len(residuals)
    mean = math.fsum(residuals) / n
    centred = [residual - mean for residual in residuals]
    square = math.fsum([r * r for r in centred])
    # Residuals that are zero but for rounding have no memory to measure.
    if square < 1e-18 * n:
        return 0.0
    rho = math.fsum([b * a for a, b in itertools.pairwise(centred)]) / square
    if n > 5:
        rho = (n * rho + 1) / (n - 4)
    return min(max(rho, 0.0), HIGHEST_AUTOCORRELATION)


def median(values: Iterable[float]) -> float:
    """The middle value, or the mean of the two middle ones."""
    return _median_of_sorted(sorted(values))


def _median_of_sorted(values: Sequence[float]) -> float:
    n = len(values)
    return values[n // 2] if n % 2 else (values[n // 2 - 1] + values[n // 2]) / 2


def coefficient_of_variation(values: Sequence[float], *, sample: bool) -> float | None:
    """Standard deviation over mean, of a sample (n − 1) or of the population (n); None when the mean is zero."""
    n = len(values)
    mean = math.fsum(values) / n
    if mean == 0:
        return None
    squares = math.fsum([(value - mean) ** 2 for value in values])
    return math.sqrt(squares / (n - 1 if sample else n)) / mean


def wilson(successes: float, trials: int, z: float = Z_95) -> tuple[float, float]:
    """Wilson's score interval (1927) of a proportion; the whole of 0–1 when there were no trials."""
    if trials == 0:
        return 0.0, 1.0
    p = min(successes / trials, 1.0)
    centre = p + z * z / (2 * trials)
    margin = z * math.sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max((centre - margin) / scale, 0.0), min((centre + margin) / scale, 1.0)


def hhi(amounts: Iterable[int], total: int) -> float:
    """Herfindahl–Hirschman index: the sum of squared shares of a total above zero, 1 for a single customer."""
    return math.fsum([(amount / total) ** 2 for amount in amounts])


def negative_binomial_above(count: int, successes: float, p: float) -> float:
    """The probability of more than `count` failures before so many successes (any real above 0), each of chance `p`.

    Terms are summed from their logarithms, so that neither a large count nor a large number of successes underflows.
    """
    start = successes * math.log(p) - math.lgamma(successes)
    at_most = math.fsum(
        math.exp(start + math.lgamma(k + successes) - math.lgamma(k + 1) + k * math.log1p(-p)) for k in range(count + 1)
    )
    return min(max(1 - at_most, 0.0), 1.0)

"""What weekly revenue tells: growth, steadiness, weak weeks. A week is seven days; the last one ends with `as_of`."""

import datetime as dt
import math
from collections.abc import Sequence
from typing import Final

from vaultra_core.domain.activity import History
from vaultra_core.domain.statistics import Slope, coefficient_of_variation, median, theil_sen

FLOOR_SHARE: Final = 0.05  # of the median week, added before the logarithm so that an empty week has one
WEAK_SHARE: Final = 0.25  # of the median week: below, a week counts as weak
REFERENCE_WEEKS: Final = 26  # weak weeks are counted per half year


def history_days(history: History, as_of: dt.date) -> int:
    """Days from the first successful charge to `as_of`, both counted; 0 when there is none by then."""
    first = history.first_day
    return 0 if first is None or first > as_of else (as_of - first).days + 1


def complete_weeks(history: History, as_of: dt.date, at_most: int) -> list[int]:
    """Gross revenue (minor units) of the complete weeks since the first charge, oldest first, `at_most` of them."""
    count = min(at_most, history_days(history, as_of) // 7)
    end = as_of.toordinal() + 1
    return history.totals_between("gross_minor", range(end - 7 * count, end + 1, 7))


def log_slope(weeks: Sequence[int]) -> Slope | None:
    """The slope per week of the logarithm of revenue; None when the median week is empty. Needs two weeks."""
    middle = median(weeks)
    if middle == 0:
        return None
    floor = FLOOR_SHARE * middle
    return theil_sen([math.log(week + floor) for week in weeks])


def growth_per_four_weeks(slope: Slope) -> float:
    """Growth that the data vouch for, as a fraction: the end of the slope's interval nearest to zero, over 4 weeks."""
    return math.expm1(4 * slope.nearest_to_zero)


def detrended_variation(weeks: Sequence[int], slope: Slope) -> float | None:
    """Sample coefficient of variation of revenue without its trend, corrected for small samples by 1 + 1/(4n).

    None when there was no revenue.
    """
    n = len(weeks)
    centre = (n - 1) / 2
    detrended = [week / math.exp(slope.median * (i - centre)) for i, week in enumerate(weeks)]
    variation = coefficient_of_variation(detrended, sample=True)
    return None if variation is None else variation * (1 + 1 / (4 * n))


def weak_weeks(weeks: Sequence[int]) -> int:
    """Weeks below a quarter of the median week; without revenue when the median week is empty."""
    return len(weak_week_places(weeks))


def weak_week_places(weeks: Sequence[int]) -> list[int]:
    """Where the weak weeks are among them."""
    threshold = WEAK_SHARE * median(weeks) if weeks else 0
    return [place for place, week in enumerate(weeks) if (week < threshold if threshold else week == 0)]

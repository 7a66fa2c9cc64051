"""A history as it is seen from one day: what measures look at. Nothing after that day is visible."""

import datetime as dt
import functools
from collections.abc import Mapping

from vaultra_core.domain.activity import CustomerWindow, History
from vaultra_core.domain.statistics import Slope
from vaultra_core.domain.weekly import REFERENCE_WEEKS, complete_weeks, history_days, log_slope, weak_weeks


class Standpoint:
    """`history` up to the end of `as_of`; what several measures need is computed once.

    A walk from day to day hands one `window` of customers from each standpoint to the next.
    """

    def __init__(self, history: History, as_of: dt.date, window: CustomerWindow | None = None) -> None:
        self.history = history
        self.as_of = as_of
        self._window = window
        self._end = as_of.toordinal() + 1
        self._end_place = history.place(self._end)
        self._places: dict[int, int] = {}

    @functools.cached_property
    def days(self) -> int:
        """Days since the first successful charge, both ends counted; 0 without one."""
        return history_days(self.history, self.as_of)

    @functools.cached_property
    def weeks(self) -> list[int]:
        """Gross revenue of the last complete weeks, at most 26, oldest first, minor units."""
        return complete_weeks(self.history, self.as_of, REFERENCE_WEEKS)

    @functools.cached_property
    def slope(self) -> Slope | None:
        """The slope of the logarithm of weekly revenue; None when the median week is empty."""
        return log_slope(self.weeks)

    @functools.cached_property
    def weak_weeks(self) -> int:
        """How many of those weeks brought less than a quarter of the median one."""
        return weak_weeks(self.weeks)

    def total(self, field: str, days: int) -> int:
        """Sum of a daily field over the `days` days that end with `as_of`."""
        # Some forty times a score: where the days begin is looked up once for all fields.
        place = self._places.get(days)
        if place is None:
            place = self._places[days] = self.history.place(self._end - days)
        running = self.history.running(field)
        return running[self._end_place] - running[place]

    def customers(self, days: int) -> Mapping[str, int]:
        """Gross per customer over the `days` days that end with `as_of`; customers without revenue may be missing."""
        sums = self._window.over if self._window else self.history.customers
        return sums(self.first(days), self.as_of)

    def first(self, days: int) -> dt.date:
        """The first of the `days` days that end with `as_of`."""
        return dt.date.fromordinal(self._end - days)

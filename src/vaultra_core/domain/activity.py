"""Daily activity: the ledger folded per business and day. All metrics are computed from it."""

import bisect
import datetime as dt
import functools
import itertools
import operator
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

from vaultra_core.domain.ledger import Subscription

# A day keeps its largest customers only, so that it stays small however busy the shop. A customer that is left out
# has at most 1/65 of that day's revenue: far below the lowest band (10 %) that the share is used for.
CUSTOMERS_KEPT = 64
V = TypeVar("V")
SPANS_KEPT = 4  # of customers' sums that a history remembers: those of the metrics and of the score, and some to spare


class DayActivity(msgspec.Struct, frozen=True, kw_only=True):
    """What happened on one calendar day in the business's time zone; amounts in minor units of its currency."""

    day: dt.date
    charge_count: int = 0
    gross_minor: int = 0
    estimated_minor: int = 0  # the part of gross whose exchange rate is not known yet
    failed_count: int = 0
    refund_count: int = 0
    refunded_minor: int = 0
    chargeback_count: int = 0
    chargeback_minor: int = 0
    chargeback_won_count: int = 0
    payout_due_count: int = 0
    payout_due_minor: int = 0
    payout_ok_count: int = 0
    payout_ok_minor: int = 0
    identified_minor: int = 0  # the part of gross that has a customer
    returning_minor: int = 0  # the part of gross from customers whose first charge is more than 30 days older
    customers: dict[str, int] = {}  # gross of the day's CUSTOMERS_KEPT largest customers
    # How many of these facts are in a currency without a known rate: counted, their amounts left out, never guessed.
    unconverted_count: int = 0


COUNTED_FIELDS = tuple(name for name in DayActivity.__struct_fields__ if name not in ("day", "customers"))


class History(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """All days of a business, and its subscriptions: what every rule of the core reads.

    `days` are ascending and sparse: a day that is not there had no activity. Sums over any stretch of days come from
    running totals that are made once per field, so they cost the same for one day and for a year.

    Days that no rule looks back to may be left out; `first_sale` then says what they knew.
    """

    currency: str
    timezone: str = "UTC"
    days: tuple[DayActivity, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    first_sale: dt.date | None = None

    @functools.cached_property
    def first_day(self) -> dt.date | None:
        """The first day with a successful charge."""
        return self.first_sale or next((day.day for day in self.days if day.charge_count), None)

    @property
    def last_day(self) -> dt.date | None:
        """The last day with any activity."""
        return dt.date.fromordinal(self._ordinals[-1]) if self._ordinals else None

    def total(self, field: str, first: dt.date, last: dt.date) -> int:
        """Sum of a field of `DayActivity` over the days from `first` to `last`, both inclusive."""
        running = self.running(field)
        return running[self.place(last.toordinal() + 1)] - running[self.place(first.toordinal())]

    def totals_between(self, field: str, ordinals: range) -> list[int]:
        """Sums of a field between neighbours of some ascending ordinals of days."""
        running, origin = self.running(field), self._origin
        if origin <= ordinals[0] and ordinals[-1] <= origin + self._span:
            before = running[ordinals.start - origin : ordinals.stop - origin : ordinals.step]
        else:
            before = [running[self.place(ordinal)] for ordinal in ordinals]
        return list(map(operator.sub, before[1:], before))

    def running(self, field: str) -> Sequence[int]:
        """Running totals of a field over every day, quiet ones too: at a day's `place`, the sum of the days before it.
        All fields have as many, so that a place found once serves for all of them."""
        running = self._sums.get(field)
        if running is None:
            running = self._sums[field] = self._run_up(self._column(field))
        return running

    def place(self, ordinal: int) -> int:
        """Where running totals tell what was before the day with this ordinal, active or not."""
        place = ordinal - self._origin
        return 0 if place < 0 else place if place < self._span else self._span

    def counted(self, field: str, first: dt.date, last: dt.date) -> list[tuple[dt.date, int]]:
        """The days from `first` to `last`, both inclusive, on which a field is not nought, with its value."""
        start, stop = self.places(first, last)
        values = zip(self._ordinals[start:stop], self._aligned(field)[start:stop], strict=True)
        return [(dt.date.fromordinal(ordinal), value) for ordinal, value in values if value]

    def repeating(self, first: dt.date, last: dt.date, until: dt.date) -> "ColumnarHistory":
        """The days up to `last`, and then those from `first` to `last` again and again up to `until`."""
        start, stop = self.places(first, last)
        span, end = (last - first).days + 1, until.toordinal()
        again = [
            (place, ordinal)
            for shift in range(span, until.toordinal() - first.toordinal() + 1, span)
            for place in range(start, stop)
            if (ordinal := self._ordinals[place] + shift) <= end
        ]

        def lengthened(values: Sequence[V]) -> Sequence[V]:
            return [*values[:stop], *(values[place] for place, _ in again)]

        customers = self.customers_by_day(0, len(self._ordinals))
        return ColumnarHistory(
            currency=self.currency,
            timezone=self.timezone,
            subscriptions=self.subscriptions,
            first_sale=self.first_day,
            ordinals=[*self._ordinals[:stop], *(ordinal for _, ordinal in again)],
            columns={name: lengthened(self._aligned(name)) for name in COUNTED_FIELDS},
            customer_days=lengthened([*[{}] * (len(self._ordinals) - len(customers)), *customers]),
        )

    def between(self, first: dt.date, last: dt.date) -> tuple[DayActivity, ...]:
        """The days with activity from `first` to `last`, both inclusive."""
        return self._slice(*self.places(first, last))

    def places(self, first: dt.date, last: dt.date) -> tuple[int, int]:
        """Where those days begin and end among all days, as a slice does."""
        start = bisect.bisect_left(self._ordinals, first.toordinal())
        return start, bisect.bisect_right(self._ordinals, last.toordinal())

    def customers(self, first: dt.date, last: dt.date) -> Mapping[str, int]:
        """Gross per pseudonymous customer from `first` to `last`, as far as the days keep their customers.

        The latest spans are remembered, since the rules ask for the same ones again: score, advice, path and outlook.
        """
        span = self.places(first, last)
        found = self._customers.get(span)
        if found is None:
            if len(self._customers) >= SPANS_KEPT:
                self._customers.clear()
            found = self._customers[span] = self._sum_customers(*span)
        return found

    def _sum_customers(self, start: int, stop: int) -> Mapping[str, int]:
        """From the days themselves, or from a shorter span that ends with the same day and those before it."""
        for (later, end), sums in self._customers.items():
            if end == stop and start <= later < stop:
                return _sums_of(self.customers_by_day(start, later), sums)
        return _sums_of(self.customers_by_day(start, stop))

    def customers_by_day(self, start: int, stop: int) -> Sequence[Mapping[str, int]]:
        """Gross per customer of each of the days between two places."""
        return [day.customers for day in self.days[start:stop]]

    def _slice(self, start: int, stop: int) -> tuple[DayActivity, ...]:
        return self.days[start:stop]

    def _column(self, field: str) -> Sequence[int]:
        return [getattr(day, field) for day in self.days]

    def _aligned(self, field: str) -> Sequence[int]:
        """A value for each of the days; nought where it was not brought."""
        column = self._column(field)
        missing = len(self._ordinals) - len(column)
        return [*[0] * missing, *column] if missing else column

    @functools.cached_property
    def _ordinals(self) -> Sequence[int]:
        return [day.day.toordinal() for day in self.days]

    @functools.cached_property
    def _origin(self) -> int:
        return self._ordinals[0] if self._ordinals else 0

    @functools.cached_property
    def _span(self) -> int:
        """Days from the first to the last with any activity, quiet ones between them too."""
        return self._ordinals[-1] - self._ordinals[0] + 1 if self._ordinals else 0

    @functools.cached_property
    def _customers(self) -> dict[tuple[int, int], Mapping[str, int]]:
        return {}

    @functools.cached_property
    def _sums(self) -> dict[str, Sequence[int]]:
        return {}

    def _run_up(self, daily: Sequence[int]) -> Sequence[int]:
        """Running totals of the last active days' values."""
        if not daily:
            return [0] * (self._span + 1)
        ordinals = self._ordinals[-len(daily) :]
        first, span = ordinals[0], ordinals[-1] - ordinals[0] + 1
        if span > len(ordinals):  # there are quiet days between
            active, daily = daily, [0] * span
            for ordinal, value in zip(ordinals, active, strict=True):
                daily[ordinal - first] = value
        return [0] * (first - self._origin) + list(itertools.accumulate(daily, initial=0))


class ColumnarHistory(History, frozen=True, kw_only=True, dict=True):
    """A history whose days come as columns: what reading many days of many businesses at once hands over.

    `ordinals` are the ascending days as `date.toordinal` counts them; each of `columns`, by field of `DayActivity`, has
    a value for each, or for as many of the last as rules look at: the days before have not brought theirs.
    `customer_days` are the customers of the last days in the same way, one entry a day. `days` stays empty: a day is
    only put together when somebody asks for it.
    """

    ordinals: Sequence[int]
    columns: Mapping[str, Sequence[int]]
    customer_days: Sequence[Mapping[str, int]]

    @functools.cached_property
    def first_day(self) -> dt.date | None:
        return self.first_sale

    def customers_by_day(self, start: int, stop: int) -> Sequence[Mapping[str, int]]:
        missing = len(self.ordinals) - len(self.customer_days)
        return self.customer_days[max(start - missing, 0) : max(stop - missing, 0)]

    def _slice(self, start: int, stop: int) -> tuple[DayActivity, ...]:
        return tuple(self._day(place) for place in range(start, min(stop, len(self.ordinals))))

    def _day(self, place: int) -> DayActivity:
        customers = next(iter(self.customers_by_day(place, place + 1)), {})
        back = place - len(self.ordinals)
        fields = {name: values[back] for name, values in self.columns.items() if -back <= len(values)}
        return DayActivity(day=dt.date.fromordinal(self.ordinals[place]), customers=dict(customers), **fields)

    def _column(self, field: str) -> Sequence[int]:
        return self.columns[field]

    @functools.cached_property
    def _ordinals(self) -> Sequence[int]:
        return self.ordinals


class CustomerWindow:
    """Gross per customer over a span of days that moves on: a move costs the days that enter and leave, not the span.

    It is changed by every move, so each walk through a history makes its own.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._start = self._stop = 0
        self._sums: defaultdict[str, int] = defaultdict(int)

    def over(self, first: dt.date, last: dt.date) -> Mapping[str, int]:
        """What `History.customers` says of this span, except that a customer without revenue may be missing.

        The mapping changes with the next move.
        """
        customers = self._history.customers_by_day
        start, stop = self._history.places(first, last)
        if not self._start <= start < self._stop <= stop:
            self._sums = _sums_of(customers(start, stop))
        else:
            sums = self._sums
            for day in customers(self._stop, stop):
                for customer, amount in day.items():
                    sums[customer] += amount
            for day in customers(self._start, start):
                for customer, amount in day.items():
                    sums[customer] -= amount
                    if not sums[customer]:
                        del sums[customer]
        self._start, self._stop = start, stop
        return self._sums


def _sums_of(days: Iterable[Mapping[str, int]], onto: Mapping[str, int] | None = None) -> defaultdict[str, int]:
    sums: defaultdict[str, int] = defaultdict(int, onto or {})
    for customers in days:
        for customer, amount in customers.items():
            sums[customer] += amount
    return sums

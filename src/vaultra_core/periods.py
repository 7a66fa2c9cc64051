"""Days and spans of days. A day is a calendar day in the business's time zone; moments are Unix seconds.

Zones are IANA names, read by the standard library (a bare system without a zone database needs the package `tzdata`).
"""

import datetime as dt
import functools
from collections.abc import Iterable
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

from vaultra_core.errors import InvalidInput

DAY_SECONDS: Final = 86_400
QUARTER_SECONDS: Final = 900
MONTH_DAYS: Final = Fraction(487, 16)  # 30.4375, a twelfth of 365.25: the month of every "per month" figure
PERIOD_DAYS: Final = 30  # the period of a metrics snapshot

_EPOCH: Final = dt.date(1970, 1, 1).toordinal()


@functools.lru_cache(maxsize=1024)
def zone(timezone: str) -> ZoneInfo:
    """The zone of an IANA name such as `Europe/Vienna`. Raise `InvalidInput` when there is none."""
    try:
        return ZoneInfo(timezone)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidInput(f"There is no time zone {timezone!r}.", field="timezone", reason="unknown zone") from error


def local_day(moment: int, timezone: str) -> dt.date:
    """The calendar day on which a moment falls in a zone."""
    return dt.datetime.fromtimestamp(moment, zone(timezone)).date()


def local_days(moments: Iterable[int], timezone: str) -> set[dt.date]:
    """The calendar days in a zone on which some of many moments fall. Since 1972 all zones are whole quarters of an
    hour away from UTC, so that one moment of a quarter speaks for all of it."""
    quarters = {moment // QUARTER_SECONDS for moment in moments}
    return {local_day(number * QUARTER_SECONDS, timezone) for number in quarters}


def utc_day(moment: int) -> dt.date:
    """The calendar day in UTC, which is how Stripe dates the arrival of payouts."""
    return dt.datetime.fromtimestamp(moment, dt.UTC).date()


def utc_days(moments: Iterable[int]) -> set[dt.date]:
    """The calendar days in UTC on which some of many moments fall."""
    return {utc_day(number * DAY_SECONDS) for number in {moment // DAY_SECONDS for moment in moments}}


def day_start(day: dt.date, timezone: str) -> int:
    """The first moment of a local day, also where the clocks change at midnight."""
    return int(dt.datetime.combine(day, dt.time(), zone(timezone)).timestamp())


def day_bounds(day: dt.date, timezone: str) -> tuple[int, int]:
    """First moment of a local day and first moment of the next: 23 to 25 hours apart when the clocks change."""
    return day_start(day, timezone), day_start(day + dt.timedelta(days=1), timezone)


def utc_bounds(day: dt.date) -> tuple[int, int]:
    """First moment of a day in UTC and first moment of the next."""
    start = (day.toordinal() - _EPOCH) * DAY_SECONDS
    return start, start + DAY_SECONDS


def days_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """Every day from `first` to `last`, both inclusive; none when `last` lies before `first`."""
    return [dt.date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]


def last_complete_day(now: dt.datetime, timezone: str) -> dt.date:
    """Yesterday in a zone: the default `as_of`, since a running day would look like a slump. `now` is aware."""
    return now.astimezone(zone(timezone)).date() - dt.timedelta(days=1)


def window(as_of: dt.date, days: int) -> tuple[dt.date, dt.date]:
    """First and last day of the `days` days that end with `as_of`, inclusive."""
    return as_of - dt.timedelta(days=days - 1), as_of


def add_business_days(day: dt.date, count: int) -> dt.date:
    """`count` days after `day`, weekends not counted. Bank holidays are, since they differ from bank to bank."""
    while count > 0:
        day += dt.timedelta(days=1)
        count -= day.weekday() < 5
    return day

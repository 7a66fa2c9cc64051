import datetime as dt
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaultra_core.errors import InvalidInput
from vaultra_core.periods import (
    add_business_days,
    day_bounds,
    days_between,
    last_complete_day,
    local_day,
    local_days,
    utc_bounds,
    utc_day,
    window,
    zone,
)


@pytest.mark.parametrize(
    ("zone_name", "day", "hours"),
    [
        ("Europe/Vienna", "2025-03-30", 23),
        ("Europe/Vienna", "2025-10-26", 25),
        ("Europe/Vienna", "2025-06-01", 24),
        ("America/Sao_Paulo", "2018-11-04", 23),  # the clocks changed at midnight: the day began at one
        ("America/Havana", "2024-11-03", 25),  # one o'clock became midnight again
        ("Pacific/Apia", "2011-12-30", 0),  # the day that Samoa skipped
        ("Asia/Kathmandu", "2025-01-01", 24),
    ],
)
def test_a_local_day_is_as_long_as_its_clocks_say_and_holds_exactly_its_own_moments(
    zone_name: str, day: str, hours: int
) -> None:
    date = dt.date.fromisoformat(day)
    start, end = day_bounds(date, zone_name)
    assert end - start == hours * 3600
    assert local_day(start - 1, zone_name) < date
    assert local_day(end, zone_name) > date
    if hours:
        assert local_day(start, zone_name) == local_day(end - 1, zone_name) == date


def test_utc_days_are_whole() -> None:
    start, end = utc_bounds(dt.date(2025, 3, 30))
    assert end - start == 86_400
    assert utc_day(start) == utc_day(end - 1) == dt.date(2025, 3, 30)


def test_the_last_complete_day_is_yesterday_over_there() -> None:
    now = dt.datetime(2025, 6, 1, 3, tzinfo=dt.UTC)
    assert last_complete_day(now, "UTC") == dt.date(2025, 5, 31)
    assert last_complete_day(now, "America/New_York") == dt.date(2025, 5, 30)


def test_windows_and_ranges_include_both_ends() -> None:
    assert window(dt.date(2025, 1, 30), 30) == (dt.date(2025, 1, 1), dt.date(2025, 1, 30))
    assert days_between(dt.date(2025, 1, 30), dt.date(2025, 2, 1)) == [dt.date(2025, 1, d) for d in (30, 31)] + [
        dt.date(2025, 2, 1)
    ]
    assert days_between(dt.date(2025, 2, 1), dt.date(2025, 1, 1)) == []


def test_business_days_skip_weekends() -> None:
    friday = dt.date(2025, 6, 6)
    assert add_business_days(friday, 1) == dt.date(2025, 6, 9)
    assert add_business_days(friday, 5) == dt.date(2025, 6, 13)


@pytest.mark.parametrize("name", ["Nowhere/City", "", "../etc/passwd", "UTC\0", "Europe"])
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="no time zone"):
        zone(name)


@given(
    zone_name=st.sampled_from(sorted(available_timezones())),
    moments=st.lists(st.integers(31_536_000 * 3, 4_102_444_800), max_size=20),  # from 1972 to 2100
)
def test_the_days_of_many_moments_are_the_days_of_each(zone_name: str, moments: list[int]) -> None:
    assert local_days(moments, zone_name) == {local_day(moment, zone_name) for moment in moments}

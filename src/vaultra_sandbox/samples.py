"""The sample businesses: seven lives that a score should tell apart."""

import math
from collections.abc import Mapping
from typing import Final

from vaultra_sandbox.profiles import Plan, Profile


def _ramp(age: int, start: float, end: float, days: int, until: int = 0) -> float:
    """From `start`, `days` before `until`, evenly to `end`; flat outside."""
    return start + (end - start) * min(1.0, max(0.0, (age - until + days) / days))


def _cafe_sales(age: int) -> float:
    """Terraces sell in summer. Half a year ago a burst pipe closed the kitchen, and guests come back slowly."""
    season = 1.0 + 0.15 * math.cos((age + 75) / 365.25 * 2 * math.pi)
    if -165 <= age < -135:
        return 0.5 * season
    return 3.8 * season * _ramp(age, 0.55, 1.0, 105, until=-30) if age >= -135 else 3.8 * season


_STARTER: Final = Plan(name="Starter", amount=4_900)
_TEAM: Final = Plan(name="Team", amount=14_900)
_BUSINESS: Final = Plan(name="Business", amount=39_900)
_YEARLY: Final = Plan(name="Team, yearly", amount=149_000, interval="year")

SAMPLES: Final[Mapping[str, Profile]] = {
    profile.name: profile
    for profile in (
        Profile(
            name="cafe",
            title="Harbour Street Café",
            line="A seasonal café with catering: a bad spell half a year ago, and a recovery since.",
            mcc="5812",
            product="Coffee, lunch and office catering",
            days=450,
            opens=(7, 17),
            weekdays=(0.9, 0.9, 1.0, 1.0, 1.2, 1.3, 0.7),
            sales=_cafe_sales,
            prices=(3_900, 7_900, 11_500, 14_500, 18_900, 24_000, 34_000),
            regulars=0.6,
            walk_ins=0.2,
            refunds=lambda _age: 0.04,
            disputes=lambda _age: 0.003,
        ),
        Profile(
            name="saas",
            title="Ledgerline Software",
            line="Subscription software: steady recurring revenue, one customer with 41 % of it.",
            timezone="America/Los_Angeles",
            mcc="5734",
            product="Bookkeeping software for workshops",
            days=600,
            opens=(0, 24),
            plans=(
                *(_STARTER, _TEAM) * 3,
                _BUSINESS,
                *(_STARTER, _TEAM) * 4,
                _BUSINESS,
                *(_STARTER, _TEAM) * 4,
                _YEARLY,
            ),
            signups=lambda age: _ramp(age, 0.12, 0.2, 600),
            founders=45,
            churn=0.022,
            unpaid=0.08,
            whale=Plan(name="Enterprise", amount=208_000, interval="week"),
            refunds=lambda _age: 0.006,
            disputes=lambda _age: 0.001,
        ),
        Profile(
            name="shop",
            title="Trailhead Outfitters",
            line="An online shop in a dispute spike: chargebacks and refunds up, payouts failing.",
            timezone="America/Denver",
            mcc="5655",
            product="Outdoor clothing and gear",
            days=480,
            opens=(6, 23),
            weekdays=(1.0, 0.9, 0.9, 0.9, 1.0, 1.2, 1.2),
            sales=lambda age: 3.0 + 0.4 * math.sin(age / 365.25 * 2 * math.pi),
            prices=(3_900, 5_900, 7_900, 8_900, 11_900, 14_900, 24_900),
            regulars=0.3,
            declined=0.05,
            refunds=lambda age: _ramp(age, 0.03, 0.11, 30, until=-90),
            disputes=lambda age: 0.004 if age < -120 else _ramp(age, 0.036, 0.015, 120, until=150),
            inquiries=0.15,
            payout_failures=lambda age: 0.0 if age < -100 else 0.18,
        ),
        Profile(
            name="thrive",
            title="Juniper & Co. Home",
            line="A thriving home goods shop: growing, spread over many customers, hardly a dispute.",
            timezone="America/Chicago",
            mcc="5719",
            product="Home goods and textiles",
            days=430,
            opens=(8, 22),
            weekdays=(1.0, 0.95, 0.95, 1.0, 1.05, 1.05, 1.0),
            sales=lambda age: 3.9 * math.exp(0.0012 * min(age, 90)),
            prices=(15_900, 18_900, 19_900, 21_900, 24_900, 27_900),
            price_growth=lambda age: math.exp(0.0010 * (min(age, 90) + 430)),
            regulars=0.82,
            declined=0.01,
            refunds=lambda _age: 0.006,
            disputes=lambda _age: 0.0005,
        ),
        Profile(
            name="fresh",
            title="Little Fern Nursery",
            line="Opened a few weeks ago: little history, so little can be said.",
            timezone="America/New_York",
            mcc="5261",
            product="House plants",
            days=38,
            opens=(10, 19),
            weekdays=(0.0, 0.9, 0.9, 1.0, 1.2, 1.6, 1.2),
            sales=lambda age: _ramp(age, 4.0, 7.0, 38),
            prices=(1_900, 2_900, 3_500, 4_900, 6_500, 9_500),
            regulars=0.2,
            walk_ins=0.3,
            refunds=lambda _age: 0.01,
        ),
        Profile(
            name="empty",
            title="Paper Moon Studio",
            line="Connected before its first sale: no charge at all.",
            timezone="Etc/UTC",
            mcc="7333",
            product="Illustration",
            days=0,
        ),
        Profile(
            name="travel",
            title="Azulejo Walks",
            line="City tours from Lisbon in three currencies: euro, US dollar and yen.",
            country="PT",
            currency="eur",
            timezone="Europe/Lisbon",
            mcc="4722",
            product="Guided walks",
            days=500,
            opens=(8, 21),
            weekdays=(0.7, 0.8, 0.9, 1.0, 1.2, 1.4, 1.2),
            sales=lambda age: 2.7 * (1.0 + 0.3 * math.cos((age + 110) / 365.25 * 2 * math.pi)),
            prices=(6_500, 9_000, 13_000, 18_000, 26_000),
            regulars=0.12,
            refunds=lambda _age: 0.04,
            disputes=lambda _age: 0.003,
            currencies={"usd": (0.3, "0.92"), "jpy": (0.08, "0.0061")},
        ),
    )
}

"""Numbers in prose, however they are written."""

import datetime as dt
from decimal import Decimal

import pytest

from vaultra_core.agent.numbers import DateMention, Identifier, Mention, found_in, plain


def mentions(text: str) -> list[tuple[str, str | None]]:
    found = sorted((each for each in found_in(plain(text)) if isinstance(each, Mention)), key=lambda each: each.start)
    return [(format(each.values[0].normalize(), "f"), each.unit) for each in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Your score is 77 of 100.", [("77", None), ("100", None)]),
        ("$12,345.67 or 13.5k USD or £2m", [("12345.67", "usd"), ("13500", "usd"), ("2000000", "gbp")]),
        ("0.89 % (89 bps), 7 percent, 3 per cent", [("0.89", "%"), ("0.89", "%"), ("7", "%"), ("3", "%")]),
        ("ninety-five points", [("95", "point")]),
        ("two hundred and five chargebacks", [("205", "chargeback")]),
        ("twelve thousand dollars", [("12000", "usd")]),
        ("one of your disputes, one point", [("1", "point")]),
        ("from 10–20 days", [("10", None), ("20", "day")]),
        ("-3 points, −3 points, +3 points", [("-3", "point"), ("-3", "point"), ("3", "point")]),
        ("９５ percent, ٩٥ %, ⑨", [("95", "%"), ("95", "%"), ("9", None)]),
        ("9\u200b5 points", [("95", "point")]),
        (
            "half of it, a third less, twice as much",
            [("50", "%"), ("33.33333333333333333333333333", "%"), ("100", "change")],
        ),
        ("10 chargebacks on 900 sales", [("10", "chargeback"), ("900", "sale")]),
        ("in the first half of 26 weeks", [("26", "week")]),
        ("nothing at all, nobody, no chargebacks", []),
    ],
)
def test_a_number_is_read_with_what_it_counts(text: str, found: list[tuple[str, str | None]]) -> None:
    assert mentions(text) == found


def test_a_number_with_a_comma_may_be_european() -> None:
    (found,) = (each for each in found_in("1.234,56 EUR") if isinstance(each, Mention))
    assert Decimal("1234.56") in found.values
    (found,) = (each for each in found_in("1,234") if isinstance(each, Mention))
    assert set(found.values) == {Decimal(1234), Decimal("1.234")}


@pytest.mark.parametrize(
    "text",
    [
        "8 October 2026",
        "October 8, 2026",
        "Oct 8, 2026",
        "8th of October 2026",
        "2026-10-08",
        "8 October",
        "October 2026",
    ],
)
def test_dates_are_no_numbers(text: str) -> None:
    (found,) = found_in(text)
    assert isinstance(found, DateMention)
    assert found.means(dt.date(2026, 10, 8))
    assert not found.means(dt.date(2025, 9, 9))


def test_ids_are_no_numbers() -> None:
    words = "dp_1Nv0 and lender-2, score:lender-2:2026-10-31"
    assert [each.text for each in found_in(words) if isinstance(each, Identifier)] == [
        "dp_1Nv0",
        "lender-2",
        "score:lender-2:2026-10-31",
    ]

import datetime as dt
import io
import json
from decimal import Decimal
from typing import Any

import pytest

from vaultra_core.errors import InvalidInput
from vaultra_core.use_cases.assess_file import FileReport, assess_file


def csv(*rows: str, header: str = "date,amount,currency,customer") -> str:
    return "\n".join((header, *rows)) + "\n"


def assessed(text: str | bytes, **options: Any) -> FileReport:
    return assess_file(io.BytesIO(text if isinstance(text, bytes) else text.encode()), **options)


def errors(text: str | bytes, **options: Any) -> list[int]:
    """The numbers of the lines that are refused."""
    with pytest.raises(InvalidInput) as caught:
        assessed(text, **options)
    return [line["line"] for line in caught.value.details["lines"]]


def charge(number: int, day: str = "2025-06-01", **fields: Any) -> dict[str, Any]:
    created = int(dt.datetime.fromisoformat(day + "T12:00+00:00").timestamp())
    defaults = {"object": "charge", "id": f"ch_{number}", "created": created, "currency": "usd", "amount": 1000}
    return {**defaults, "captured": True, "status": "succeeded", "livemode": True, **fields}


def lines(*objects: Any) -> str:
    return "\n".join(json.dumps(each) for each in objects)


def test_a_csv_of_sales_and_refunds() -> None:
    report = assessed(csv("2025-06-01,29.33,usd,a@example.com", "2025-06-02,-9.33,usd,", "2025-06-03T23:59:59Z,10,,b"))
    assert report.metrics.revenue_total_minor == 3933
    assert (report.metrics.refund_count, report.metrics.extra.net_revenue_minor) == (1, 3000)
    assert report.metrics.period_end == dt.date(2025, 6, 3)
    assert report.notices == []
    assert b"a@example.com" not in report.json()


def test_byte_order_mark_line_ends_blank_lines_quotes_and_column_order_do_not_matter() -> None:
    plain = assessed(csv("2025-06-01,29.33,usd,Ann, Bob".replace("Ann, Bob", '"Ann, Bob"'), "2025-06-02,1,usd,c"))
    other = '\ufeffCustomer, DATE ,amount\r\n\r\n"Ann, Bob",2025-06-01,29.33\r\n , ,\r\nc,2025-06-02,+1.00\r\n\r\n'
    assert assessed(other).json() == plain.json()


def test_the_default_currency_is_the_most_frequent_and_the_default_day_the_last() -> None:
    text = csv("2025-06-01,1000,jpy,", "2025-06-02,1000,jpy,", "2025-06-09,5.00,eur,")
    report = assessed(text)
    assert report.metrics.currency == "jpy"
    assert report.metrics.period_end == dt.date(2025, 6, 9)
    assert report.metrics.extra.estimated_revenue_minor == 815  # 5 euro at the reference rate
    assert assessed(text, currency="EUR").metrics.currency == "eur"


def test_a_day_is_one_in_the_zone_that_is_asked_for() -> None:
    text = csv("2025-06-01T23:30:00Z,1,usd,")
    assert assessed(text).metrics.period_end == dt.date(2025, 6, 1)
    assert assessed(text, timezone="Europe/Vienna").metrics.period_end == dt.date(2025, 6, 2)
    assert assessed(csv("2025-06-01,1,usd,"), timezone="Asia/Tokyo").metrics.period_end == dt.date(2025, 6, 1)


@pytest.mark.parametrize(
    ("currency", "amount", "minor"), [("jpy", "500", 500), ("kwd", "1.234", 1234), ("usd", "1.10", 110)]
)
def test_amounts_have_the_decimals_of_their_currency(currency: str, amount: str, minor: int) -> None:
    assert assessed(csv(f"2025-06-01,{amount},{currency},")).metrics.revenue_total_minor == minor


def test_every_bad_line_is_reported_by_its_number() -> None:
    text = csv(
        "2025-06-01,10,usd,a",
        "2025-02-30,10,usd,a",
        "06/01/2025,10,usd,a",
        "2025-06-01T10:00:00,10,usd,a",
        "2025-06-01,ten,usd,a",
        "2025-06-01,1.005,usd,a",
        "2025-06-01,1.5,jpy,a",
        "2025-06-01,1e5,usd,a",
        "2025-06-01,NaN,usd,a",
        "2025-06-01,10,dollars,a",
        "2025-06-01,10",
        "2025-06-01,10,usd,a,b",
        "2025-06-01,99999999999999,usd,a",
        "1960-01-01,1,usd,a",
        "9999-12-31,1,usd,a",
    )
    assert errors(text) == list(range(3, 17))


def test_a_quoted_line_break_does_not_shift_the_numbers() -> None:
    assert errors(csv('2025-06-01,10,usd,"a\nb"', "oops,10,usd,a")) == [4]


def test_the_list_of_bad_lines_is_bounded_and_counted() -> None:
    with pytest.raises(InvalidInput) as caught:
        assessed(csv(*["bad,1,usd,"] * 50))
    assert caught.value.details["count"] == 50
    assert len(caught.value.details["lines"]) == 20
    assert caught.value.message.startswith("50 lines cannot be read:\nline 2: ")
    assert caught.value.message.endswith("and 30 more lines")


@pytest.mark.parametrize(
    "header", ["day,amount", "date", "date,amount,color", "date,amount,amount", "1997-01-01,29.33", "date;amount"]
)
def test_a_header_that_is_none_is_refused(header: str) -> None:
    assert errors(csv("2025-06-01,1", header=header)) == [1]


@pytest.mark.parametrize("text", [b"", b"   \n\r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_says_so(text: bytes) -> None:
    with pytest.raises(InvalidInput, match="empty"):
        assessed(text)


def test_text_that_is_not_utf_8_is_located() -> None:
    assert errors(b"date,amount\n2025-06-01,1\n\xff\xfe,2\n") == [3]


def test_json_lines_lists_arrays_and_documents_say_the_same() -> None:
    objects = [charge(1), charge(2, "2025-06-05")]
    expected = assessed(lines(*objects)).json()
    page = {"object": "list", "data": objects, "has_more": False}
    assert assessed(lines(page)).json() == expected
    assert assessed(lines(objects)).json() == expected
    assert assessed(json.dumps(page, indent=2)).json() == expected
    assert assessed(lines(*objects).replace("\n", "\r\n\r\n")).json() == expected


def test_events_are_older_than_the_objects_beside_them() -> None:
    event = {
        "object": "event",
        "id": "evt_1",
        "type": "charge.succeeded",
        "created": 1_750_000_000,
        "livemode": True,
        "data": {"object": charge(1, amount=500)},
    }
    assert assessed(lines(event)).metrics.revenue_total_minor == 500
    for order in ((event, charge(1)), (charge(1), event)):
        assert assessed(lines(*order)).metrics.revenue_total_minor == 1000


def test_live_objects_win_over_test_ones_which_are_counted() -> None:
    refund = {"object": "refund", "id": "re_1", "created": 1_748_779_200, "currency": "usd", "amount": 5}
    refunds = [{**refund, "status": "succeeded", "charge": "ch_2"}]
    report = assessed(lines(charge(1), charge(2, livemode=False), *refunds))
    assert (report.metrics.transaction_count, report.metrics.refund_count) == (1, 0)
    assert report.notices == ["2 test-mode objects left out, since there are live ones."]
    assert assessed(lines(charge(2, livemode=False), *refunds)).metrics.refund_count == 1


def test_objects_that_the_rules_do_not_use_are_left_out_and_said() -> None:
    report = assessed(lines(charge(1), {"object": "customer", "id": "cus_1", "email": "a@example.com"}))
    assert report.notices == ["1 object of the kind customer left out: the rules do not use it."]


def test_bad_json_lines_are_reported_by_number() -> None:
    text = "\n".join(
        [
            lines(charge(1)),
            "{oops",
            lines({"object": "chrage", "id": "ch_2"}),
            "",
            lines({"id": "ch_3"}),
            "3",
            lines(charge(4, amount="10")),
            lines([charge(5), {"object": "charge"}]),
            "[" * 100_000,
        ]
    )
    assert errors(text) == [2, 3, 5, 6, 7, 8, 9]


def test_a_file_without_any_object_says_so() -> None:
    with pytest.raises(InvalidInput, match="no charge, refund, dispute, payout or subscription"):
        assessed(lines({"object": "customer"}))


@pytest.mark.parametrize(
    "options",
    [
        {"rulebook": "lender-9"},
        {"currency": "dollars"},
        {"timezone": "Mars/Olympus"},
        {"as_of": dt.date(1, 1, 1)},
        {"as_of": dt.date.max},
    ],
)
def test_bad_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        assessed(lines(charge(1)), **options)


def test_the_json_has_three_parts_and_exact_money() -> None:
    report = json.loads(assessed(csv("2025-06-01,0.10,usd,a", "2025-06-01,0.20,usd,b")).json(), parse_float=Decimal)
    assert list(report) == ["metrics", "assessment", "recommendations"]
    assert report["metrics"]["revenue_total"] == Decimal("0.30")
    assert list(report["assessment"]) == [
        "handle",
        "as_of",
        "rulebook",
        "score",
        "raw_score",
        "tier",
        "confidence",
        "components",
        "contributions",
    ]
    assert {"title", "priority", "category", "impact_points"} <= report["recommendations"][0].keys()


def test_path_and_outlook_are_there_when_asked_for() -> None:
    source = csv(*(f"2025-{month:02}-{day:02},120.00,usd,c{day}" for month in range(1, 7) for day in range(1, 29)))
    report = assessed(source, with_path=True, with_outlook=True)
    content = json.loads(report.json())
    assert list(content) == ["metrics", "assessment", "recommendations", "path", "outlook"]
    assert content["path"]["score"] == content["outlook"]["score"] == content["assessment"]["score"]
    assert (content["outlook"]["currency"], content["outlook"]["days"]) == ("usd", 90)
    text = report.text()
    assert f"Path to {content['path']['target']}" in text
    assert all(step["action"] in " ".join(text.split()) for step in content["path"]["steps"])
    assert "The next 90 days if nothing changes" in text
    nothing = assessed(lines(charge(1)), as_of=dt.date(2025, 5, 31), with_path=True, with_outlook=True)
    assert (nothing.path, nothing.outlook) == (None, None)


def test_without_a_charge_by_then_there_is_no_assessment() -> None:
    report = assessed(lines(charge(1)), as_of=dt.date(2025, 5, 31))
    assert json.loads(report.json())["assessment"] is None
    assert "No score" in report.text()


def test_the_report_reads_well() -> None:
    text = assessed(
        csv(*(f"2025-{month:02}-{day:02},100,usd,c{day}" for month in (4, 5, 6) for day in range(1, 29)))
    ).text()
    assert "Funding readiness" in text
    assert "Informational only" in text
    assert max(len(line) for line in text.splitlines()) <= 100
    assert "None" not in text
    for name in ("baseline-1", "lender-2"):
        assert name in assessed(csv("2025-06-01,1,usd,a"), rulebook=name).text()

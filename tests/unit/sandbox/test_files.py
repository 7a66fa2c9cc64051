"""Files → accounts: the same input as `vaultra assess`, refused by line or stored whole."""

import datetime as dt
import json
import time
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unit.sandbox.conftest import objects
from vaultra_core.errors import InvalidInput
from vaultra_core.use_cases.read_object_file import read_object_file
from vaultra_sandbox import files, loading
from vaultra_sandbox.store import Store

DAY = 86_400
CDNOW = Path(__file__).parents[4] / "shared/data/cdnow-sample.csv"


def complaints(text: str) -> dict[int, str]:
    found = files.read(text.encode(), currency="usd")
    return {one.line: one.message for one in found if isinstance(one, files.Complaint)}


def test_a_row_is_a_captured_charge_at_noon_of_its_day(store: Store) -> None:
    account, survey = loading.load(
        store, b"date,amount,currency,customer\n2026-01-31,12.34,EUR,ann\n2026-02-01,1200,jpy,\n", name="file"
    )
    first, second = objects(store, account, "charge")
    noon = int(dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC).timestamp())
    assert (first["amount"], first["amount_captured"], first["created"]) == (1234, 1234, noon)
    assert (first["status"], first["captured"], first["currency"]) == ("succeeded", True, "eur")
    assert first["customer"].startswith("cus_") and "ann" not in first["customer"]
    assert (second["amount"], second["customer"]) == (1200, None)
    assert survey.currency == "eur"
    assert msgspec.json.decode(account.body)["settings"]["dashboard"]["timezone"] == "Etc/UTC"


def test_a_charge_in_the_accounts_currency_gets_a_balance_transaction_and_another_one_no_made_up_rate(
    store: Store,
) -> None:
    account, _ = loading.load(
        store, b"date,amount,currency\n2026-01-01,10,usd\n2026-01-02,10,usd\n2026-01-03,9,eur\n", name="f"
    )
    usd, _, eur = objects(store, account, "charge")
    moves = {move["id"]: move for move in objects(store, account, "balance_transaction")}
    assert (moves[usd["balance_transaction"]]["net"], len(moves)) == (1000 - 29 - 30, 2)
    assert eur["balance_transaction"] is None


def test_equal_rows_are_different_purchases_and_a_second_load_gives_the_same_ids(store: Store) -> None:
    data = b"date,amount\n" + b"2026-01-01,5\n" * 3
    first, _ = loading.load(store, data, name="file")
    ids = [charge["id"] for charge in objects(store, first, "charge")]
    assert len(set(ids)) == 3
    again, _ = loading.load(store, data, name="file")
    assert [charge["id"] for charge in objects(store, again, "charge")] == ids
    assert again.id == first.id


def test_shifted_the_last_day_is_yesterday_and_distances_stay(store: Store) -> None:
    account, _ = loading.load(store, b"date,amount\n1997-01-01,5\n1998-06-30,7\n", name="file", shift_to_today=True)
    first, last = (charge["created"] for charge in objects(store, account, "charge"))
    assert last // DAY == int(time.time()) // DAY - 1
    assert last - first == (dt.date(1998, 6, 30) - dt.date(1997, 1, 1)).days * DAY
    assert last % DAY == 12 * 3_600
    assert msgspec.json.decode(account.body)["created"] < first


def test_every_moment_inside_an_object_is_shifted(store: Store) -> None:
    lines = [
        {
            "object": "payout", "id": "po_1", "currency": "usd", "status": "paid", "amount": 5, "created": DAY,
            "arrival_date": 3 * DAY,
        },
        {
            "object": "subscription", "id": "sub_1", "currency": "usd", "status": "active", "created": 10 * DAY,
            "items": {"data": [{"current_period_end": 40 * DAY, "quantity": 3}]},
        },
    ]  # fmt: skip
    data = b"\n".join(msgspec.json.encode(line) for line in lines)
    account, _ = loading.load(store, data, name="file", shift_to_today=True)
    yesterday = (int(time.time()) // DAY - 1) * DAY
    (payout,), (subscription,) = objects(store, account, "payout"), objects(store, account, "subscription")
    assert (payout["created"], payout["arrival_date"]) == (yesterday - 9 * DAY, yesterday - 7 * DAY)
    assert subscription["created"] == yesterday
    assert subscription["items"]["data"] == [{"current_period_end": yesterday + 30 * DAY, "quantity": 3}]


def test_an_expanded_balance_transaction_becomes_an_object_of_its_own(store: Store) -> None:
    move = {
        "object": "balance_transaction", "id": "txn_1", "currency": "eur", "amount": 920, "fee": 57, "net": 863,
        "created": DAY, "available_on": 3 * DAY, "type": "charge",
    }  # fmt: skip
    charge = {
        "object": "charge",
        "id": "ch_1",
        "currency": "usd",
        "amount": 1000,
        "status": "succeeded",
        "created": DAY,
    }
    account, survey = loading.load(store, msgspec.json.encode({**charge, "balance_transaction": move}), name="file")
    assert objects(store, account, "charge") == [{**charge, "balance_transaction": "txn_1"}]
    assert objects(store, account, "balance_transaction") == [move]
    assert survey.currency == "eur"


def test_malformed_lines_are_reported_by_number_and_nothing_is_stored(store: Store) -> None:
    kept, _ = loading.load(store, b"date,amount\n2026-01-01,5\n", name="file")
    bad = b"date,amount\n2026-01-01,5\n2026-13-01,5\n2026-01-01,much\n2026-01-01,1.005\n2026-01-01\n"
    with pytest.raises(loading.MalformedFile) as raised:
        loading.load(store, bad, name="file")
    assert [complaint.line for complaint in raised.value.complaints] == [3, 4, 5, 6]
    assert len(objects(store, kept, "charge")) == 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("day,amount\n", 1),
        ("date,amount,amount\n", 1),
        ('{"object":"charge"}\n', 1),
        ('{"object":"charge","id":"ch","currency":"usd","status":"succeeded","created":1,"amount":1}\n{"a":', 2),
        ('{"object":"casino","id":"in"}\n', 1),
        ('{"object":"charge","id":"ch","currency":"usd","status":"x","created":true,"amount":1}', 1),
        ("date,amount\n2026-01-01,1e999999\n", 2),
        ("date,amount\n2026-01-01,NaN\n", 2),
        ("date,amount,currency\n2026-01-01,1,dollars\n", 2),
        ('date,amount\n2026-01-01,"1\n', 2),
    ],
)
def test_what_cannot_be_read_is_named_by_its_line(text: str, line: int) -> None:
    assert line in complaints(text)


CHARGE = {
    "object": "charge", "id": "ch_1", "created": 1_750_000_000, "currency": "usd", "status": "succeeded",
    "captured": True, "amount": 500, "amount_captured": 500, "livemode": False,
}  # fmt: skip
EVENT = {
    "object": "event", "id": "evt_1", "type": "charge.succeeded", "created": 1_750_000_001, "livemode": False,
    "data": {"object": {**CHARGE, "id": "ch_2"}},
}  # fmt: skip
FILES = [
    json.dumps(CHARGE),
    json.dumps([CHARGE, {**CHARGE, "id": "ch_3"}], indent=1),
    json.dumps({"object": "list", "data": [CHARGE], "has_more": False}),
    "\n".join(map(json.dumps, [EVENT, CHARGE, {"object": "customer", "id": "cus_1"}])),
    "date,amount\n2026-01-01,5\n2026-01-02,-5\n",
    "date,amount,currency,customer\n2026-01-01T10:00:00+02:00,500,jpy,a@example.com\n",
    "date,amount\n2026-01-01,0.005\n",
    "date,amount,currency\n2026-01-01,5.5,jpy\n",
    "date,amount\n2026-01-01T10:00:00,5\n",
    "{",
    "[1]",
    json.dumps({"object": "nothing of Stripe's"}),
]


@pytest.mark.parametrize("text", FILES)
def test_what_assess_reads_is_read_here_too_and_nothing_else(text: str) -> None:
    """The two share no code, but they take the same files."""
    found = list(files.read(text.encode(), currency="usd"))
    refused = {each.line for each in found if isinstance(each, files.Complaint)}
    try:
        records = read_object_file(text.encode(), currency="usd", timezone="UTC").records
    except InvalidInput as error:
        assert {line["line"] for line in error.details["lines"]} == refused
    else:
        assert not refused
        states = {(r.state.kind, getattr(r.state, "amount_minor", None)) for r in records}
        assert {(each["object"], each["amount"]) for each in found if isinstance(each, dict)} == states


def test_bytes_that_are_not_text_are_named_by_their_line() -> None:
    (found,) = files.read(b"date,amount\n2026-01-01,1\n\xff\xfe", currency="usd")
    assert isinstance(found, files.Complaint)
    assert found.line == 3


@given(st.text(max_size=200) | st.text(max_size=80).map(lambda tail: f"date,amount\n{tail}"))
def test_any_text_gives_objects_or_complaints(text: str) -> None:
    for found in files.read(text.encode("utf-8", "surrogatepass"), currency="usd"):
        assert isinstance(found, dict | files.Complaint)


@given(st.decimals(min_value=0, max_value=10**6, places=2), st.dates(min_value=dt.date(1980, 1, 1)))
def test_amounts_and_days_survive(amount: Decimal, day: dt.date) -> None:
    (found,) = files.read(f"date,amount\n{day},{amount}\n".encode(), currency="usd")
    assert isinstance(found, dict)
    assert Decimal(found["amount"]) == amount * 100
    assert dt.datetime.fromtimestamp(found["created"], dt.UTC).date() == day


def test_the_sample_of_a_real_shop_is_loaded_whole(store: Store) -> None:
    if not CDNOW.exists():
        pytest.skip("../shared/data/cdnow-sample.csv is not here")
    rows = CDNOW.read_text().splitlines()[1:]
    account, survey = loading.load(store, CDNOW.read_bytes(), name="cdnow", shift_to_today=True)
    charges = objects(store, account, "charge")
    assert survey.objects == len(charges) == len(rows) == 6_919
    assert sum(c["amount"] for c in charges) == sum(int(Decimal(row.split(",")[1]) * 100) for row in rows)
    assert len({c["customer"] for c in charges}) == len({row.split(",")[3] for row in rows})

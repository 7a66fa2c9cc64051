"""Lists: every object exactly once, whatever the page size, the range and the direction."""

import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unit.sandbox.conftest import named, objects
from vaultra_sandbox import listing
from vaultra_sandbox.errors import StripeError
from vaultra_sandbox.store import Store

DAY = 86_400


def ids(samples: Store, path: str, *parameters: tuple[str, str], name: str = "fresh") -> tuple[list[str], bool]:
    listed = listing.LISTS[path]
    page = msgspec.json.decode(
        listing.page(samples, named(samples, name), listed, listing.parse(listed, list(parameters)))
    )
    assert (page["object"], page["url"]) == ("list", f"/v1/{path}")
    return [one["id"] for one in page["data"]], page["has_more"]


@given(
    limit=st.integers(1, 100),
    operators=st.tuples(st.sampled_from(["gt", "gte"]), st.sampled_from(["lt", "lte"])),
    bounds=st.tuples(st.integers(0, 60), st.integers(0, 60)),
    backwards=st.booleans(),
)
def test_pages_cover_a_range_exactly_once(
    samples: Store, limit: int, operators: tuple[str, str], bounds: tuple[int, int], backwards: bool
) -> None:
    charges = objects(samples, named(samples, "fresh"), "charge")
    # Bounds at the very moments of charges, where off-by-one errors live.
    low, high = (charges[place * (len(charges) - 1) // 60]["created"] for place in bounds)
    keep = {
        "gt": lambda moment: moment > low,
        "gte": lambda moment: moment >= low,
        "lt": lambda moment: moment < high,
        "lte": lambda moment: moment <= high,
    }
    expected = [c["id"] for c in reversed(charges) if all(keep[operator](c["created"]) for operator in operators)]
    base = [("limit", str(limit)), (f"created[{operators[0]}]", str(low)), (f"created[{operators[1]}]", str(high))]
    read: list[str] = []
    if backwards:
        cursor = charges[0]["id"]
        while True:
            page, more = ids(samples, "charges", *base, ("ending_before", cursor))
            read = page + read
            if not more:
                break
            cursor = page[0]
        expected = [id_ for id_ in expected if id_ != charges[0]["id"]]
    else:
        page, more = ids(samples, "charges", *base)
        read += page
        while more:
            page, more = ids(samples, "charges", *base, ("starting_after", read[-1]))
            read += page
    assert read == expected


def test_subscriptions_leave_out_the_canceled_unless_asked(samples: Store) -> None:
    everything = objects(samples, named(samples, "saas"), "subscription")
    canceled = {one["id"] for one in everything if one["status"] == "canceled"}
    assert canceled

    def all_pages(*parameters: tuple[str, str]) -> set[str]:
        read, more = ids(samples, "subscriptions", ("limit", "100"), *parameters, name="saas")
        while more:
            page, more = ids(
                samples, "subscriptions", ("limit", "100"), ("starting_after", read[-1]), *parameters, name="saas"
            )
            read += page
        return set(read)

    assert all_pages(("status", "canceled")) == canceled == all_pages(("status", "ended"))
    assert all_pages(("status", "all")) == {one["id"] for one in everything}
    assert all_pages() == {one["id"] for one in everything} - canceled


def test_balance_transactions_are_found_by_payout_type_and_source(samples: Store) -> None:
    payout = objects(samples, named(samples, "fresh"), "payout")[-1]
    read, more = ids(samples, "balance_transactions", ("payout", payout["id"]), ("limit", "100"))
    assert payout["balance_transaction"] in read and len(read) > 2 and not more
    of_type, _ = ids(samples, "balance_transactions", ("payout", payout["id"]), ("type", "payout"))
    assert of_type == [payout["balance_transaction"]]
    assert ids(samples, "balance_transactions", ("source", payout["id"]))[0] == [payout["balance_transaction"]]


def test_events_older_than_thirty_days_are_gone(samples: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ids(samples, "events", ("limit", "1"))[0]
    later = time.time() + 31 * DAY
    monkeypatch.setattr(time, "time", lambda: later)
    assert ids(samples, "events", ("limit", "1")) == ([], False)


def test_events_are_filtered_by_types(samples: Store) -> None:
    read, _ = ids(samples, "events", ("types[0]", "payout.created"), ("types[]", "payout.paid"), ("limit", "100"))
    events = {one["id"]: one["type"] for one in objects(samples, named(samples, "fresh"), "event")}
    assert {events[id_] for id_ in read} == {"payout.created", "payout.paid"}
    assert ids(samples, "events", ("delivery_success", "true"), ("limit", "1"))[0]
    assert ids(samples, "events", ("delivery_success", "false")) == ([], False)


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("charges", "limit", "0"),
        ("charges", "limit", "101"),
        ("charges", "limit", "ten"),
        ("charges", "created[gte]", "yesterday"),
        ("charges", "created[between]", "1"),
        ("charges", "created", str(2**70)),
        ("charges", "expand[]", "data.customer"),
        ("charges", "expand[]", "balance_transaction"),
        ("charges", "starting_after", "ch_nobody"),
        ("charges", "nonsense", "1"),
        ("refunds", "arrival_date[gt]", "1"),
        ("events", "delivery_success", "maybe"),
    ],
)
def test_a_bad_parameter_is_a_400_that_names_it(samples: Store, path: str, name: str, value: str) -> None:
    with pytest.raises(StripeError) as raised:
        ids(samples, path, (name, value))
    assert raised.value.status == 400
    assert raised.value.error["type"] == "invalid_request_error"
    assert raised.value.error["param"] == ("expand" if name == "expand[]" else name)

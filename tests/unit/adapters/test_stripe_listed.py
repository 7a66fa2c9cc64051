"""A page is read object by object."""

import msgspec
import pytest

from vaultra_adapters.stripe.listed import read_events, read_objects
from vaultra_core.errors import InvalidInput
from vaultra_core.ports.payments import Unread

GOOD = {
    "object": "charge", "id": "ch_1", "created": 20, "currency": "usd", "livemode": False, "amount": 5,
    "captured": True, "status": "succeeded",
}  # fmt: skip
EVENT = {"object": "event", "id": "evt_1", "type": "x.y", "created": 30, "livemode": False}


def raw(*objects: object) -> list[msgspec.Raw]:
    return [msgspec.Raw(msgspec.json.encode(one)) for one in objects]


def test_an_object_that_cannot_be_read_keeps_no_other_from_being_so() -> None:
    odd = {**GOOD, "id": "ch_2", "status": "vanished", "created": 10}
    page = read_objects("charge", raw(odd, GOOD, odd), True, 99)
    assert [record.state.id for record in page.records] == ["ch_1"]
    assert (page.count, page.oldest, page.cursor) == (3, 10, "ch_2")
    (first, second) = page.unread
    assert first == second == Unread(kind="charge", id="ch_2", listed_at=99, reason=first.reason)
    assert "vanished" in first.reason


def test_nor_does_an_event() -> None:
    page = read_events(raw(EVENT, {**EVENT, "id": "evt_2", "livemode": "yes"}), True, 99, account="acct_1")
    assert [(event.external_id, event.account) for event in page.events] == [("evt_1", "acct_1")]
    assert [(one.kind, one.id) for one in page.unread] == [("event", "evt_2")]
    assert page.cursor == "evt_2"


@pytest.mark.parametrize("thing", [{}, {"id": "ch_1"}, {"id": "", "created": 1}, {"id": "x" * 300, "created": 1}, 7])
def test_what_has_no_id_or_no_moment_cannot_be_paged_through(thing: object) -> None:
    with pytest.raises(InvalidInput):
        read_objects("charge", raw(thing), False, 99)

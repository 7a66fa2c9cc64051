"""One object, whole: what lists and events leave out of it is asked for."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

import msgspec

from vaultra_core.domain.ledger import Charge, Dispute, Payout, Record, Refund, Subscription
from vaultra_core.domain.stripe_objects import observe

# Path and parameters → the answer's body, and the moment (by Stripe's clock) at which it certainly was as it is shown.
Ask = Callable[[str, Mapping[str, Any]], Awaitable[tuple[bytes, int]]]

PAGE_SIZE: Final = 100
MOVE_MONEY: Final = (Charge.kind, Refund.kind, Dispute.kind, Payout.kind)
# Stripe expands four levels at most, and a subscription carries its first 20 items: tiers and the coupons of items can
# only be had, all of them, from the list of the items.
SUBSCRIPTION: Final = {"expand": ["discounts.source.coupon"]}
ITEMS: Final = {"expand": ["data.price.tiers", "data.discounts.source.coupon"]}


class _List(msgspec.Struct):
    data: list[msgspec.Raw]
    has_more: bool


class _Id(msgspec.Struct):
    id: str


_LIST: Final = msgspec.json.Decoder(_List)
_FIELDS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


async def retrieve(ask: Ask, path: str, kind: str, object_id: str) -> list[Record]:
    """The object and the balance transactions that name it, each as it was when the first request started.

    Raise `NotFound` when there is no such object, `InvalidInput` when it is not of this kind.
    """
    name = quote(object_id, safe="")
    body, observed_at = await ask(f"{path}/{name}", SUBSCRIPTION if kind == Subscription.kind else {})
    moved: list[msgspec.Raw] = []
    if kind == Subscription.kind:
        items = await _all(ask, "/v1/subscription_items", {"subscription": object_id, **ITEMS})
        fields = _FIELDS.decode(body)
        fields["items"] = msgspec.Raw(msgspec.json.encode({"object": "list", "data": items, "has_more": False}))
        body = msgspec.json.encode(fields)
    elif kind in MOVE_MONEY:
        moved = await _all(ask, "/v1/balance_transactions", {"source": object_id})
    records = list(observe(body, observed_at).records)
    for transaction in moved:
        records.extend(observe(bytes(transaction), observed_at).records)
    return records


async def _all(ask: Ask, path: str, parameters: Mapping[str, Any]) -> list[msgspec.Raw]:
    """A list to its end: short ones only, all of it is held."""
    found: list[msgspec.Raw] = []
    after: dict[str, str] = {}
    while True:
        body, _ = await ask(path, {"limit": PAGE_SIZE, **parameters, **after})
        page = _LIST.decode(body)
        found += page.data
        if not page.has_more or not page.data:
            return found
        after = {"starting_after": msgspec.json.decode(page.data[-1], type=_Id).id}

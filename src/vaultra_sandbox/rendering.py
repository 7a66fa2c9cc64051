"""What Stripe leaves out of a subscription unless it is asked for: tiers, coupons, and items beyond the twentieth."""

from collections.abc import Collection
from typing import Any, Final

import msgspec

ITEMS_SHOWN: Final = 20
TIERS: Final = "price.tiers"
DISCOUNTS: Final = "discounts"


def subscription(body: bytes, asked: Collection[str]) -> bytes:
    """A stored subscription as the API shows it; `asked` are the expanded paths below it."""
    shown = msgspec.json.decode(body)
    items = shown["items"]
    items["has_more"] = len(items["data"]) > ITEMS_SHOWN
    items["data"] = [
        _item(item, {path.removeprefix("items.data.") for path in asked}) for item in items["data"][:ITEMS_SHOWN]
    ]
    _name_discounts(shown, asked)
    return msgspec.json.encode(shown)


def items(body: bytes, asked: Collection[str]) -> list[dict[str, Any]]:
    """All items of a stored subscription, each as the API shows it."""
    return [_item(item, asked) for item in msgspec.json.decode(body)["items"]["data"]]


def _item(item: dict[str, Any], asked: Collection[str]) -> dict[str, Any]:
    price = item.get("price")
    if isinstance(price, dict) and TIERS not in asked:
        price.pop("tiers", None)
    _name_discounts(item, asked)
    return item


def _name_discounts(holder: dict[str, Any], asked: Collection[str]) -> None:
    """Discounts that a file brought along whole are ids until somebody asks for more."""
    if not any(path == DISCOUNTS or path.startswith(f"{DISCOUNTS}.") for path in asked):
        known = holder.get(DISCOUNTS) or []
        holder[DISCOUNTS] = [one["id"] if isinstance(one, dict) else one for one in known]

"""Stripe's API versions, and why there is one reader for all of them.

An event comes in the version of the endpoint that it is sent to, a list page in the one that the SDK pins, and the
inbox may hold both. A translator per version would read the same fields many times over and fail on the first version
that it has no branch for. Between versions Stripe moves or drops a field and never gives an old name a new meaning, so
a reader that knows every place of a fact needs no version: the shape itself says which one it is. These are the places.

- 2020: prices beside plans on subscription items, `*_decimal` beside whole amounts (`subscriptions._item`, `_amount`);
  `amount_captured` on charges (`translate._charge`)
- 2022-11-15: `charge.refunds` is no longer expanded, refunds come as objects of their own (`translate._charge`)
- 2024: several `discounts`, by id unless expanded, in place of one `discount` (`subscriptions._discounts`)
- 2025-03-31: `current_period_*` on the items of a subscription in place of itself (`subscriptions._item`)
- 2025-09-30: `discount.source.coupon` in place of `discount.coupon` (`subscriptions._discounts`)

What none of these places has makes an object unreadable, never wrong: required fields are required, a status that is
not known is refused, and such an event waits as a dead one for the code to learn its shape.
"""

import re
from typing import Final

# The newest version whose shapes were looked at: that of the pinned SDK.
KNOWN_THROUGH: Final = "2026-10-28"
_DATED: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.\w+)?")


def is_newer_than_known(api_version: str | None) -> bool:
    """Whether a version is of a later date than those whose shapes are known, or has no date at all.

    It is read all the same. None, as in events that Stripe makes for itself, is not newer.
    """
    if api_version is None:
        return False
    dated = _DATED.fullmatch(api_version)
    return dated is None or dated[1] > KNOWN_THROUGH

"""The Stripe account itself: where a business's currency and calendar come from."""

from collections.abc import Mapping
from typing import Any

import msgspec

from vaultra_core.domain.stripe_objects import wire
from vaultra_core.errors import InvalidInput


class StripeAccount(msgspec.Struct, frozen=True, kw_only=True):
    """`timezone` is an IANA name, `created` Unix seconds; both are None when the account does not say."""

    id: str
    currency: str
    timezone: str | None
    created: int | None
    display_name: str | None


def observe_account(raw: bytes | str | Mapping[str, Any]) -> StripeAccount:
    """Read a Stripe account. Raise `InvalidInput` when it does not have Stripe's shape."""
    try:
        seen = _DECODER.decode(msgspec.json.encode(raw) if isinstance(raw, Mapping) else raw)
    except (msgspec.DecodeError, UnicodeDecodeError, TypeError) as error:
        raise InvalidInput(f"This is not a Stripe account: {error}", reason=str(error)) from error
    return StripeAccount(
        id=seen.id,
        currency=(seen.default_currency or "usd").lower(),
        timezone=seen.settings.dashboard.timezone,
        created=seen.created,
        display_name=seen.settings.dashboard.display_name,
    )


_DECODER = msgspec.json.Decoder(wire.Account)

"""Currencies, fees and rates, as Stripe publishes them."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

# https://docs.stripe.com/currencies; the product has its own list, and that is the point.
ZERO_DECIMAL: Final = frozenset(
    ("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf")
)
THREE_DECIMAL: Final = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
DISPUTE_FEE: Final = 1_500  # minor units: what Stripe takes for a dispute in most countries


def exponent(currency: str) -> int:
    """Decimals of a currency's minor unit."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def card_fee(amount: int) -> int:
    """2.9 % + 30 minor units, rounded to the nearest: Stripe's usual price for a card."""
    return (amount * 29 + 500) // 1000 + 30


def settle(amount: int, source: str, target: str, rate: Decimal) -> int:
    """`amount` of `source` minor units in `target` minor units; `rate` is in whole units, as for one dollar."""
    exact = (amount * rate).scaleb(exponent(target) - exponent(source))
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))

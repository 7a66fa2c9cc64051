"""Exact amounts: integer minor units with their currency's exponent. No float ever touches money."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

# Stripe's own lists (https://docs.stripe.com/currencies). UGX is two-decimal in the API, whole units in payouts.
ZERO_DECIMAL: Final = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"]
)
THREE_DECIMAL: Final = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])


def exponent(currency: str) -> int:
    """How many decimals a currency's minor unit has: 0, 2 or 3. `currency` is a lower-case ISO 4217 code."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def to_major(minor: int, currency: str) -> Decimal:
    """1234 usd → 12.34; 1234 jpy → 1234."""
    return Decimal(minor).scaleb(-exponent(currency))


def to_minor(major: Decimal, currency: str) -> int:
    """12.34 usd → 1234, half cents rounded up (away from zero)."""
    return round_half_up(major.scaleb(exponent(currency)))


def convert(minor: int, source: str, target: str, rate: Decimal) -> int:
    """An amount in `source` minor units as `target` minor units, at `rate` target units per source unit (major)."""
    return round_half_up((minor * rate).scaleb(exponent(target) - exponent(source)))


def round_half_up(value: Decimal) -> int:
    """The nearest integer, halves away from zero."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def round_fraction(value: Fraction) -> int:
    """The nearest integer, halves away from zero, of an exact fraction."""
    return round_ratio(value.numerator, value.denominator)


def round_ratio(numerator: int, denominator: int) -> int:
    """The same of a ratio to a positive denominator."""
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return magnitude if numerator >= 0 else -magnitude

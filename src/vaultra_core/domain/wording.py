"""How figures read in sentences. Rounding happens here and nowhere else: data stay exact."""

import datetime as dt
import functools
from typing import Final

from vaultra_core.money import to_major

_FORMATS: Final = (",.0f", ",.1f", ",.2f", ",.3f", ",.4f")  # by the number of decimals


def percent(share: float) -> str:
    """0.0314 → "3.1 %": one decimal, two below 1 %, none from 10 % on when it is whole."""
    value = share * 100
    digits = 2 if 0 < abs(value) < 1 else 1
    return f"{_trimmed(value, digits)} %"


def number(value: float, digits: int = 2) -> str:
    """12345.5 → "12,345.5": at most so many decimals (up to 4), no trailing zeros."""
    return _trimmed(value, digits)


def money(minor: int, currency: str) -> str:
    """123456 usd → "1,234.56 USD"; whole units from 10,000 on, where cents only distract."""
    major = to_major(minor, currency)
    text = f"{major:,.0f}" if abs(major) >= 10_000 else f"{major:,}"
    return f"{text} {currency.upper()}"


def plural(count: int, noun: str) -> str:
    """1 chargeback, 1,200 chargebacks."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def there_were(count: int, noun: str) -> str:
    """There was 1 chargeback; there were 2 chargebacks."""
    return f"There {'was' if count == 1 else 'were'} {plural(count, noun)}"


@functools.lru_cache(maxsize=4096)  # the same few days stand in the advice of every business
def day(date: dt.date) -> str:
    """14 March 2026."""
    return f"{date.day} {date:%B %Y}"


def _trimmed(value: float, digits: int) -> str:
    text = format(value, _FORMATS[digits])  # written out: twenty times a score
    if digits:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text

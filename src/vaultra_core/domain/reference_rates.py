"""Reference exchange rates: what an amount is worth roughly, where its own rate is not known.

Euro foreign exchange reference rates of the European Central Bank for 2024-12-31, units per euro. They are dated on
purpose and never refreshed: a score of the past must not change because a rate of today has. Sums that depend on
them are marked as estimated.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from vaultra_core.money import exponent, round_half_up

PER_EURO: Final[Mapping[str, Decimal]] = {
    code: Decimal(rate)
    for code, rate in {
        "aud": "1.6772",
        "bgn": "1.9558",
        "brl": "6.4253",
        "cad": "1.4948",
        "chf": "0.9412",
        "cny": "7.5833",
        "czk": "25.185",
        "dkk": "7.4578",
        "eur": "1",
        "gbp": "0.82918",
        "hkd": "8.0686",
        "huf": "411.35",
        "idr": "16820.88",
        "ils": "3.7885",
        "inr": "88.9335",
        "isk": "143.90",
        "jpy": "163.06",
        "krw": "1532.15",
        "mxn": "21.5504",
        "myr": "4.6454",
        "nok": "11.7950",
        "nzd": "1.8532",
        "php": "60.301",
        "pln": "4.2750",
        "ron": "4.9743",
        "sek": "11.4590",
        "sgd": "1.4164",
        "thb": "35.676",
        "try": "36.7372",
        "usd": "1.0389",
        "zar": "19.6188",
    }.items()
}


def has_reference_rate(source: str, target: str) -> bool:
    """Whether amounts in `source` can be given in `target`, lower-case ISO 4217 codes."""
    return source == target or (source in PER_EURO and target in PER_EURO)


def at_reference_rate(minor: int, source: str, target: str) -> int | None:
    """An amount in minor units of `source` as minor units of `target`; None when one of them has no rate."""
    if source == target:
        return minor
    if not has_reference_rate(source, target):
        return None
    scale = exponent(target) - exponent(source)
    return round_half_up((minor * PER_EURO[target]).scaleb(scale) / PER_EURO[source])

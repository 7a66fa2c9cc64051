"""What an answer may state: figures and sentences, each with the handle that resolves to what it is made of."""

import enum
from decimal import Decimal

import msgspec

from vaultra_core.domain import wording
from vaultra_core.money import exponent, to_major


class Kind(enum.StrEnum):
    """What a figure counts."""

    SCORE = "score"  # 0–100
    POINTS = "points"  # of a score
    SHARE = "share"  # a fraction, read as per cent
    MONEY = "money"  # major units of `currency`
    COUNT = "count"
    DAYS = "days"


class Figure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A number with its meaning. `text` is how it reads; `handle` resolves to what it is made of."""

    label: str
    kind: Kind
    value: Decimal
    text: str
    handle: str
    currency: str | None = None


class Statement(msgspec.Struct, frozen=True):
    """A sentence of the rules, with figures in it. Whatever stands behind them is found by its handle."""

    text: str
    handle: str


Said = Figure | Statement


def score(value: int, handle: str, label: str = "Funding readiness score") -> Figure:
    return Figure(label=label, kind=Kind.SCORE, value=Decimal(value), text=str(value), handle=handle)


def points(value: float, handle: str, label: str) -> Figure:
    return Figure(label=label, kind=Kind.POINTS, value=_exact(value), text=wording.number(value), handle=handle)


def share(value: float, handle: str, label: str) -> Figure:
    return Figure(label=label, kind=Kind.SHARE, value=_exact(value), text=wording.percent(value), handle=handle)


def money(minor: int, currency: str, handle: str, label: str) -> Figure:
    return Figure(
        label=label,
        kind=Kind.MONEY,
        value=to_major(minor, currency),
        text=wording.money(minor, currency),
        handle=handle,
        currency=currency,
    )


def amount(major: Decimal, currency: str, handle: str, label: str) -> Figure:
    """Money that is in major units already."""
    return money(int(major.scaleb(exponent(currency))), currency, handle, label)


def count(value: float, handle: str, label: str) -> Figure:
    return Figure(label=label, kind=Kind.COUNT, value=_exact(value), text=wording.number(value), handle=handle)


def days(value: int, handle: str, label: str) -> Figure:
    return Figure(label=label, kind=Kind.DAYS, value=Decimal(value), text=wording.plural(value, "day"), handle=handle)


def leaves(data: object) -> list[object]:
    """What a tool's data ends in, in the order of its fields: figures and statements, texts, days, flags."""
    found: list[object] = []
    _gather(data, found)
    return found


def _gather(data: object, found: list[object]) -> None:
    # A list of evidence has a thousand parts, and to ask of each whether it is a struct takes as long as all the rest.
    if type(data) in (Figure, Statement):
        found.append(data)
    elif isinstance(data, list | tuple):
        for part in data:
            _gather(part, found)
    else:
        fields = getattr(data, "__struct_fields__", None)
        if fields is None:
            found.append(data)
        else:
            for name in fields:
                _gather(getattr(data, name), found)


def _exact(value: float) -> Decimal:
    return Decimal(repr(value))

"""Reading the files that `vaultra assess` reads: JSON Lines of Stripe objects, or CSV with date, amount, currency and
customer. A generator of objects or of complaints, so that a file of any length needs no memory."""

import csv
import datetime as dt
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import msgspec

from vaultra_sandbox import shapes
from vaultra_sandbox.ids import digest, mint

_COLUMNS: Final = frozenset(("date", "amount", "currency", "customer"))
_LARGEST: Final = 10**12  # minor units, and Unix seconds: beyond it somebody has mixed something up
# What an object must carry to be of any use, by kind.
_INTEGERS: Final[dict[str, tuple[str, ...]]] = {
    "charge": ("amount",),
    "refund": ("amount",),
    "dispute": ("amount",),
    "payout": ("amount", "arrival_date"),
    "subscription": (),
    "balance_transaction": ("amount", "fee", "net", "available_on"),
}


class Complaint(msgspec.Struct, frozen=True):
    """A line that cannot be used, and why."""

    line: int
    message: str


def read(data: bytes, *, currency: str) -> Iterator[dict[str, Any] | Complaint]:
    """The objects of a file; `currency` is meant where a CSV row names none."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        yield Complaint(data.count(b"\n", 0, error.start) + 1, "not UTF-8 text")
        return
    if text.lstrip()[:1] == "{":
        yield from _read_objects(text)
    else:
        yield from _read_rows(text, currency)


def _read_objects(text: str) -> Iterator[dict[str, Any] | Complaint]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            decoded = msgspec.json.decode(line)
        except msgspec.DecodeError as error:
            yield Complaint(number, f"not JSON: {error}")
            continue
        wrong = _wrong(decoded)
        yield Complaint(number, wrong) if wrong else decoded


def _wrong(decoded: Any) -> str | None:
    """What is wrong with an object, if anything is."""
    kind = decoded.get("object") if isinstance(decoded, dict) else None
    if not isinstance(kind, str) or kind not in _INTEGERS:
        return f"not a JSON object whose 'object' is one of {', '.join(_INTEGERS)}"
    if wrong := _wrong_field(kind, decoded):
        return f"{kind} {decoded.get('id')!r}: {wrong}"
    inline = decoded.get("balance_transaction")
    return _wrong(inline) if isinstance(inline, dict) else None


def _wrong_field(kind: str, decoded: dict[str, Any]) -> str | None:
    if not isinstance(decoded.get("id"), str) or not decoded["id"]:
        return "no id"
    if not isinstance(decoded.get("currency"), str) or not _is_currency(decoded["currency"]):
        return "'currency' is not three lower-case letters"
    if kind != "balance_transaction" and not isinstance(decoded.get("status"), str):
        return "no status"
    for name in ("created", *_INTEGERS[kind]):
        value = decoded.get(name)
        if type(value) is not int or abs(value) > _LARGEST:
            return f"'{name}' is not a sensible integer"
    return "'created' lies before 1970" if decoded["created"] < 0 else None


def _read_rows(text: str, currency: str) -> Iterator[dict[str, Any] | Complaint]:
    rows = csv.reader(text.splitlines(keepends=True), strict=True)
    header: list[str] | None = None
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield Complaint(rows.line_num, f"not CSV: {error}")
            return
        if row is None:
            break
        if not any(cell.strip() for cell in row):
            continue
        cells = [cell.strip() for cell in row]
        if header is None:
            header = [cell.lower() for cell in cells]
            if not {"date", "amount"} <= set(header) <= _COLUMNS or len(set(header)) != len(header):
                yield Complaint(rows.line_num, "the header must be date,amount[,currency][,customer]")
                return
        elif len(cells) != len(header):
            yield Complaint(rows.line_num, f"{len(cells)} values under {len(header)} columns")
        else:
            yield _row(rows.line_num, dict(zip(header, cells, strict=True)), currency)
    if header is None:
        yield Complaint(1, "the file is empty")


def _row(line: int, row: dict[str, str], default: str) -> dict[str, Any] | Complaint:
    """One purchase as a succeeded, captured charge at noon UTC of its day."""
    try:
        day = dt.datetime.strptime(row["date"], "%Y-%m-%d").replace(hour=12, tzinfo=dt.UTC)
        created = int(day.timestamp())
        if created < 0 or len(row["date"]) != len("2026-01-31"):
            raise ValueError
    except ValueError:
        return Complaint(line, f"'{row['date']}' is not a date since 1970 like 2026-01-31")
    currency = row.get("currency", "").lower() or default
    if not _is_currency(currency):
        return Complaint(line, f"'{currency}' is not a currency of three letters")
    try:
        exact = Decimal(row["amount"]).scaleb(shapes.exponent(currency))
        amount = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    except (ArithmeticError, ValueError):
        return Complaint(line, f"'{row['amount']}' is not an amount")
    if not 0 <= amount <= _LARGEST:
        return Complaint(line, f"{row['amount']} is not an amount that somebody paid")
    customer = row.get("customer") or None
    return shapes.charge(
        id=mint("ch", "csv", line, *(f"{name}={value}" for name, value in sorted(row.items()))),
        created=created,
        amount=amount,
        currency=currency,
        customer=f"cus_{digest('csv', customer, length=14)}" if customer else None,
        balance_transaction=None,
    )


def _is_currency(code: str) -> bool:
    return len(code) == 3 and code.isascii() and code.isalpha() and code.islower()

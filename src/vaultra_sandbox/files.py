"""Reading the files that `vaultra assess` reads: JSON of Stripe objects, lists and events, a line each or one document,
or CSV with date, amount, currency and customer. A generator of objects or of complaints."""

import csv
import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
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
# Kinds that an export may well contain and that no list of the sandbox serves.
_LEFT_OUT: Final = frozenset(
    (
        *("account", "application_fee", "checkout.session", "coupon", "customer", "discount", "invoice", "invoiceitem"),
        *("payment_intent", "payment_method", "plan", "price", "product", "promotion_code", "setup_intent", "source"),
        *("subscription_schedule", "transfer"),
    )
)


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
    if text.lstrip()[:1] in ("{", "["):
        yield from _read_objects(text)
    else:
        yield from _read_rows(text, currency)


def _read_objects(text: str) -> Iterator[dict[str, Any] | Complaint]:
    plain: set[str] = set()
    told: dict[str, tuple[int, dict[str, Any]]] = {}  # the latest state that an event showed, by object
    for number, decoded in _documents(text):
        if isinstance(decoded, Complaint):
            yield decoded
            continue
        event = decoded if isinstance(decoded, dict) and decoded.get("object") == "event" else None
        found = event["data"].get("object") if event and isinstance(event.get("data"), dict) else decoded
        if isinstance(found, dict) and found.get("object") in _LEFT_OUT:
            continue
        if wrong := _wrong(found):
            yield Complaint(number, wrong)
        elif event is None:
            plain.add(found["id"])
            yield found
        elif type(event.get("created")) is not int:
            yield Complaint(number, "the event has no 'created'")
        elif event["created"] >= told.get(found["id"], (0,))[0]:
            told[found["id"]] = event["created"], found
    # What stands in the file by itself was written after the events in it.
    yield from (found for name, (_, found) in told.items() if name not in plain)


def _documents(text: str) -> Iterator[tuple[int, Any]]:
    """Line number and value of each JSON value, those of lists and arrays one by one."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    try:
        msgspec.json.decode(first)
        lines = list(enumerate(text.split("\n"), start=1))
    except msgspec.DecodeError:
        lines = [(1, text)] if _is_json(text) else list(enumerate(text.split("\n"), start=1))
    for number, line in lines:
        if not line.strip():
            continue
        try:
            yield from ((number, each) for each in _flattened(msgspec.json.decode(line)))
        except (msgspec.DecodeError, RecursionError) as error:
            yield number, Complaint(number, f"not JSON: {error}")


def _is_json(text: str) -> bool:
    try:
        msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _flattened(value: Any) -> Iterator[Any]:
    if isinstance(value, dict) and value.get("object") == "list" and isinstance(value.get("data"), list):
        value = value["data"]
    if isinstance(value, list):
        for each in value:
            yield from _flattened(each)
    else:
        yield value


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
    """One purchase as a succeeded, captured charge, or a refund when its amount is negative; a day is its noon UTC."""
    created = _moment(row["date"])
    if created is None:
        return Complaint(line, f"'{row['date']}' is not a date since 1970 like 2026-01-31, nor a moment of RFC 3339")
    currency = row.get("currency", "").lower() or default
    if not _is_currency(currency):
        return Complaint(line, f"'{currency}' is not a currency of three letters")
    if not re.fullmatch(r"[+-]?\d{1,20}(\.\d{1,20})?", row["amount"], re.ASCII):
        return Complaint(line, f"'{row['amount']}' is not an amount")
    exact = Decimal(row["amount"]).scaleb(shapes.exponent(currency))
    if exact != (amount := int(exact)) or abs(amount) > _LARGEST:
        return Complaint(line, f"{row['amount']} is not an amount of {currency.upper()} that somebody paid")
    seed: tuple[str | int, ...] = ("csv", line, *(f"{name}={value}" for name, value in sorted(row.items())))
    if amount < 0:
        return shapes.refund(
            id=mint("re", *seed),
            created=created,
            of={"id": None, "currency": currency, "payment_intent": None},
            amount=-amount,
            balance_transaction=None,
            reason=None,
        )
    customer = row.get("customer") or None
    return shapes.charge(
        id=mint("ch", *seed),
        created=created,
        amount=amount,
        currency=currency,
        customer=f"cus_{digest('csv', customer, length=14)}" if customer else None,
        balance_transaction=None,
    )


def _moment(text: str) -> int | None:
    """Unix seconds of a date (its noon, UTC) or of a moment with its offset; None for anything else."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        text += "T12:00:00Z"
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", text):
        return None
    try:
        moment = int(dt.datetime.fromisoformat(text.upper()).timestamp())
    except (ValueError, OverflowError):
        return None
    return moment if 0 <= moment <= _LARGEST else None


def _is_currency(code: str) -> bool:
    return len(code) == 3 and code.isascii() and code.isalpha() and code.islower()

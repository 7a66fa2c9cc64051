"""Files of Stripe objects, as JSON Lines or CSV → records of the ledger. Every bad line is reported by its number."""

import csv
import datetime as dt
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import msgspec

from vaultra_core.domain.ledger import Charge, ChargeStatus, LedgerObject, Record, Refund, RefundStatus
from vaultra_core.domain.stripe_objects import observe, observe_event
from vaultra_core.domain.wording import plural
from vaultra_core.errors import InvalidInput
from vaultra_core.money import exponent
from vaultra_core.periods import day_start

LINES_SHOWN: Final = 20
# An object in a file was written after all events that the file may hold too, so it is newer than they are.
AFTER_ALL_EVENTS: Final = 253_370_764_800
# Objects of Stripe's that a dump may well contain, and that say nothing about the ledger.
LEFT_OUT: Final = frozenset(
    [
        "account",
        "application_fee",
        "checkout.session",
        "coupon",
        "customer",
        "discount",
        "invoice",
        "invoiceitem",
        "payment_intent",
        "payment_method",
        "plan",
        "price",
        "product",
        "promotion_code",
        "setup_intent",
        "source",
        "subscription_schedule",
        "transfer",
    ]
)
_COLUMNS: Final = ("date", "amount", "currency", "customer")
_LARGEST_AMOUNT: Final = 10**13


class ObjectFile(msgspec.Struct, frozen=True, kw_only=True):
    """What a file holds. `notices` say what was left out, in sentences for the person who passed the file."""

    records: list[Record]
    notices: list[str]


class _Line(msgspec.Struct, frozen=True):
    """Records of one line; `livemode` is None when the line does not say."""

    records: tuple[Record, ...]
    livemode: bool | None = None
    left_out: tuple[str, ...] = ()


def read_object_file(data: bytes, *, currency: str | None, timezone: str) -> ObjectFile:
    """Read a whole file. CSV rows that name no currency are in `currency` (default usd), their dates in `timezone`.

    Raise `InvalidInput` when a line is malformed: the message shows the first 20, `details["lines"]` has them as
    {line, reason}, `details["count"]` how many there are.
    """
    text = _decoded(data)
    read = _json_lines(text) if text.lstrip()[:1] in ("{", "[") else _csv_rows(text, currency or "usd", timezone)
    lines: list[_Line] = []
    bad: list[tuple[int, str]] = []
    for number, line in read:
        if isinstance(line, str):
            bad.append((number, line))
        else:
            lines.append(line)
    if bad:
        raise _malformed(bad)
    return _live_only(lines)


def _malformed(bad: list[tuple[int, str]]) -> InvalidInput:
    shown = bad[:LINES_SHOWN]
    message = "\n".join(f"line {number}: {reason}" for number, reason in shown)
    more = f"\nand {plural(len(bad) - len(shown), 'more line')}" if len(bad) > len(shown) else ""
    lines = [{"line": number, "reason": reason} for number, reason in shown]
    return InvalidInput(f"{plural(len(bad), 'line')} cannot be read:\n{message}{more}", lines=lines, count=len(bad))


def _decoded(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        raise _malformed([(number, "this is not UTF-8 text")]) from error
    if not text.strip():
        raise InvalidInput("The file is empty.", reason="empty")
    return text


def _live_only(lines: list[_Line]) -> ObjectFile:
    """Test-mode objects never mix with live ones: where there are live ones, the others are left out."""
    notices = []
    modes = Counter(line.livemode for line in lines)
    if modes[True] and modes[False]:
        test = [line for line in lines if line.livemode is False]
        charges = {record.state.id for line in test for record in line.records if isinstance(record.state, Charge)}
        lines = [line for line in lines if line.livemode is not False]
        kept = [line for line in lines if not (line.livemode is None and _refunds_one_of(charges, line))]
        count = len(test) + len(lines) - len(kept)
        lines = kept
        notices.append(f"{plural(count, 'test-mode object')} left out, since there are live ones.")
    for kind, count in sorted(Counter(kind for line in lines for kind in line.left_out).items()):
        notices.append(f"{plural(count, 'object')} of the kind {kind} left out: the rules do not use it.")
    records = [record for line in lines for record in line.records]
    if incomplete := sum(record.contested for record in records):
        notices.append(
            f"{plural(incomplete, 'subscription')} without expanded discounts or tiers: MRR may leave these out."
        )
    return ObjectFile(records=records, notices=notices)


def _refunds_one_of(charges: set[str], line: _Line) -> bool:
    return any(isinstance(record.state, Refund) and record.state.charge in charges for record in line.records)


def _json_lines(text: str) -> Iterator[tuple[int, _Line | str]]:
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not _is_json(lines[0][1]) and _is_json(text):
        lines = [(lines[0][0], text)]  # one document that is spread over many lines
    for number, line in lines:
        try:
            for each in _flattened(msgspec.json.decode(line)):
                yield number, _object(each)
        except InvalidInput as error:
            yield number, error.message
        except (msgspec.DecodeError, RecursionError) as error:
            yield number, f"this is not JSON: {error}"


def _is_json(text: str) -> bool:
    try:
        msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _flattened(value: Any) -> Iterator[Any]:
    """The objects of a JSON array, of a Stripe list, or the object itself."""
    if isinstance(value, dict) and value.get("object") == "list" and isinstance(value.get("data"), list):
        value = value["data"]
    if isinstance(value, list):
        for each in value:
            yield from _flattened(each)
    else:
        yield value


def _object(value: Any) -> _Line:
    if not isinstance(value, dict):
        raise InvalidInput("this is no Stripe object: it has no field `object` that tells its kind")
    kind = value.get("object")
    if kind == "event":
        records = tuple(observe_event(msgspec.json.encode(value)))
        return _Line(records, value["livemode"], () if records else ("event",))
    if isinstance(kind, str) and kind in LEFT_OUT:
        return _Line((), None, (kind,))
    observation = observe(value, AFTER_ALL_EVENTS)
    return _Line(observation.records, observation.livemode)


def _csv_rows(text: str, currency: str, timezone: str) -> Iterator[tuple[int, _Line | str]]:
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    end = 0  # the line on which the row before ended: a quoted field may hold line breaks
    while True:
        number = end + 1
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield rows.line_num, f"this is not CSV: {error}"
            return
        if row is None:
            return
        end = rows.line_num
        if not any(field.strip() for field in row):
            continue
        if header is None:
            header = _header(row, number)
            continue
        try:
            yield number, _Line((Record(state=_sale(row, header, number, currency, timezone), observed_at=0),))
        except InvalidInput as error:
            yield number, error.message


def _header(row: list[str], number: int) -> list[str]:
    header = [field.strip().lower() for field in row]
    expected = "the header names the columns date, amount, and if there are any currency and customer"
    if "date" not in header or "amount" not in header:
        raise _malformed([(number, f"{expected}; this is {','.join(row)[:80]!r}")])
    if unknown := [name for name in header if name not in _COLUMNS]:
        raise _malformed([(number, f"{expected}; there is also {unknown[0]!r}")])
    if len(set(header)) < len(header):
        raise _malformed([(number, f"{expected}, each once")])
    return header


def _sale(row: list[str], header: list[str], number: int, currency: str, timezone: str) -> LedgerObject:
    """One row: a sale, or a refund when its amount is negative. The customer is kept as a pseudonym only."""
    if len(row) != len(header):
        raise InvalidInput(f"there are {len(row)} fields for {len(header)} columns")
    fields = dict(zip(header, (field.strip() for field in row), strict=True))
    money = (fields.get("currency") or currency).lower()
    if not re.fullmatch("[a-z]{3}", money):
        raise InvalidInput(f"{money!r} is no currency: use a code such as usd")
    created, amount = _moment(fields["date"], timezone), _minor(fields["amount"], money)
    if amount < 0:
        return Refund(
            id=f"re_row_{number}",
            created=created,
            currency=money,
            amount_minor=-amount,
            status=RefundStatus.SUCCEEDED,
        )
    return Charge(
        id=f"ch_row_{number}",
        created=created,
        currency=money,
        amount_minor=amount,
        status=ChargeStatus.SUCCEEDED,
        captured=True,
        customer=_pseudonym(fields.get("customer", "")),
    )


def _moment(text: str, timezone: str) -> int:
    """A date is its first moment in the zone; a moment has its own offset."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            moment = day_start(dt.date.fromisoformat(text), timezone)
        elif re.fullmatch(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", text):
            moment = int(dt.datetime.fromisoformat(text.upper()).timestamp())
        else:
            raise ValueError
    except (ValueError, OverflowError):
        raise InvalidInput(f"{text!r} is no date: use YYYY-MM-DD or RFC 3339 with its offset") from None
    if not moment + 86_400 >= 0 or moment >= AFTER_ALL_EVENTS:
        raise InvalidInput(f"{text!r} lies outside 1970 to 9998")
    return moment


def _minor(text: str, currency: str) -> int:
    if not re.fullmatch(r"[+-]?\d{1,20}(\.\d{1,20})?", text, re.ASCII):
        raise InvalidInput(f"{text!r} is no amount: use a decimal number such as 29.33")
    minor = Decimal(text).scaleb(exponent(currency))
    if minor != minor.to_integral_value():
        raise InvalidInput(f"{text} has more decimals than {currency.upper()} has ({exponent(currency)})")
    if abs(minor) > _LARGEST_AMOUNT:
        raise InvalidInput(f"{text} is too large an amount")
    return int(minor)


def _pseudonym(customer: str) -> str | None:
    """The same customer always gets the same pseudonym; an e-mail address cannot be read from it."""
    if not customer:
        return None
    return f"cus_{hashlib.blake2b(customer.encode(), digest_size=12).hexdigest()}"

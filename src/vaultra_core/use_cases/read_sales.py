"""Sales as CSV: `date,amount[,currency][,customer]`, the columns in any order."""

import csv
import datetime as dt
import hashlib
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from vaultra_core.domain.ledger import Charge, ChargeStatus, LedgerObject, Refund, RefundStatus
from vaultra_core.errors import InvalidInput
from vaultra_core.money import exponent
from vaultra_core.periods import day_start

_COLUMNS: Final = ("date", "amount", "currency", "customer")
_LARGEST_AMOUNT: Final = 10**13  # minor units
_END: Final = 253_370_764_800  # the year 9999


def read_sales(text: str, currency: str, timezone: str) -> Iterator[tuple[int, LedgerObject | str]]:
    """The sales and refunds of a CSV text by the number of their line, or what is wrong with that line.

    Rows that name no currency are in `currency`, dates are days of `timezone`.
    """
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
        try:
            if header is None:
                header = _header(row)
            else:
                yield number, _sale(row, header, number, currency, timezone)
        except InvalidInput as error:
            yield number, error.message
            if header is None:
                return


def _header(row: list[str]) -> list[str]:
    header = [field.strip().lower() for field in row]
    expected = "the header names the columns date, amount, and if there are any currency and customer"
    if "date" not in header or "amount" not in header:
        raise InvalidInput(f"{expected}; this is {','.join(row)[:80]!r}")
    if unknown := [name for name in header if name not in _COLUMNS]:
        raise InvalidInput(f"{expected}; there is also {unknown[0]!r}")
    if len(set(header)) < len(header):
        raise InvalidInput(f"{expected}, each once")
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
    if not moment + 86_400 >= 0 or moment >= _END:
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

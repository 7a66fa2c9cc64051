"""Files of Stripe objects, as JSON Lines or CSV → records of the ledger. Every bad line is reported by its number."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from vaultra_core.domain.ledger import Charge, Record, Refund
from vaultra_core.domain.stripe_objects import observe, observe_event
from vaultra_core.domain.wording import plural
from vaultra_core.errors import InvalidInput
from vaultra_core.use_cases.read_sales import read_sales

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
    read = _json_lines(text) if text.lstrip()[:1] in ("{", "[") else _csv_lines(text, currency or "usd", timezone)
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


def _csv_lines(text: str, currency: str, timezone: str) -> Iterator[tuple[int, _Line | str]]:
    for number, sale in read_sales(text, currency, timezone):
        yield number, sale if isinstance(sale, str) else _Line((Record(state=sale, observed_at=0),))

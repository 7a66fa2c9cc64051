"""A file becomes a sandbox account, so that any history can be sent through OAuth, import, webhooks and dashboard."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import msgspec

from vaultra_sandbox import files, shapes
from vaultra_sandbox.ids import mint
from vaultra_sandbox.store import Account, Store

DAY: Final = 86_400
SHOWN: Final = 20  # complaints that are worth reading
# Every field of the objects that is a moment; `--shift-to-today` moves them together.
_MOMENTS: Final = frozenset(
    (
        *("created", "arrival_date", "available_on", "due_by", "start_date", "billing_cycle_anchor", "start", "end"),
        *("ended_at", "canceled_at", "cancel_at", "trial_start", "trial_end", "resumes_at"),
        *("current_period_start", "current_period_end"),
    )
)
Progress = Callable[[int], None]
_encode: Final = msgspec.json.Encoder().encode


class MalformedFile(Exception):
    """The file has lines that cannot be used; nothing was stored."""

    def __init__(self, complaints: list[files.Complaint], total: int) -> None:
        super().__init__(f"{total} malformed line(s); nothing was stored")
        self.complaints = complaints
        self.total = total


class Survey(msgspec.Struct, frozen=True):
    """What has to be known of a whole file before its first object can be stored."""

    objects: int
    currency: str
    first: int  # the earliest and the latest `created`
    last: int


def load(
    store: Store,
    data: bytes,
    *,
    name: str,
    shift_to_today: bool = False,
    currency: str = "usd",
    progress: Progress = lambda _count: None,
) -> tuple[Account, Survey]:
    """Make the account `name` of a file, or replace what it held; it stays connected if it was.

    Objects in the account's currency that lack a balance transaction get one. With `shift_to_today` all moments move
    by whole days, so that the last day of the file (UTC) becomes yesterday. Raise `MalformedFile`.
    """
    survey = _survey(data, currency)
    shift = 0
    if shift_to_today:
        shift = (int(time.time()) // DAY - 1 - survey.last // DAY) * DAY
    with store.writing():
        known = store.account(name=name)
        body = shapes.account(
            id=known.id if known else mint("acct", "loaded", name),
            created=survey.first + shift - DAY,
            name=f"{name} (from a file)",
            country="US",
            currency=survey.currency,
            timezone="Etc/UTC",
        )
        account = store.add_account(name, f"Loaded from a file: {survey.objects:,} objects.", body)
        store.clear(account)
        found = files.read(data, currency=currency)
        store.put(_rows(found, account, settles_in=survey.currency, shift=shift, seq=store.next_seq(), told=progress))
    return account, survey


def _survey(data: bytes, currency: str) -> Survey:
    complaints: list[files.Complaint] = []
    count = wrong = last = 0
    first = 2**62
    settled: Counter[str] = Counter()
    charged: Counter[str] = Counter()
    for found in files.read(data, currency=currency):
        if isinstance(found, files.Complaint):
            wrong += 1
            if len(complaints) < SHOWN:
                complaints.append(found)
            continue
        count += 1
        first, last = min(first, found["created"]), max(last, found["created"])
        moved = found if found["object"] == "balance_transaction" else found.get("balance_transaction")
        if isinstance(moved, dict):
            settled[moved["currency"]] += 1
        if found["object"] == "charge":
            charged[found["currency"]] += 1
    if not count and not wrong:
        wrong, complaints = 1, [files.Complaint(1, "the file holds no object")]
    if wrong:
        raise MalformedFile(complaints, wrong)
    # What money was settled in is the account's currency; without that, what customers paid in most often.
    frequent = settled or charged or Counter((currency,))
    return Survey(count, min(frequent, key=lambda code: (-frequent[code], code)), first, last)


def _rows(
    objects: Iterable[dict[str, Any] | files.Complaint],
    account: Account,
    *,
    settles_in: str,
    shift: int,
    seq: int,
    told: Progress,
) -> Iterator[tuple[Any, ...]]:
    for number, found in enumerate(objects, start=1):
        assert isinstance(found, dict)
        if shift:
            _shift(found, shift)
        if "livemode" in found:
            found["livemode"] = False  # whatever it was, it is test data here
        if found["object"] == "payout":
            # What a payout of a file consisted of nobody knows, as with Stripe's manual ones.
            found |= {"automatic": False, "reconciliation_status": "not_applicable"}
        for transaction in _transactions(account, found, settles_in):
            yield _row(seq, account, transaction)
            seq += 1
        yield _row(seq, account, found)
        seq += 1
        if number % 1000 == 0:
            told(number)


def _row(seq: int, account: Account, found: dict[str, Any]) -> tuple[Any, ...]:
    kind = found["object"]
    tag = found.get("type") if kind == "balance_transaction" else found.get("status")
    link = found.get("balance_transaction")
    return seq, account.number, kind, found["created"], found["id"], tag, link, None, _encode(found).decode()


def _transactions(account: Account, found: dict[str, Any], settles_in: str) -> list[dict[str, Any]]:
    """The balance transactions that an object brings along or lacks; the object is left with their ids."""
    if found["object"] == "dispute":
        known = [one for one in found.get("balance_transactions") or [] if isinstance(one, dict)]
        return known or _chargeback(account, found, settles_in)
    inline = found.get("balance_transaction")
    if isinstance(inline, dict):
        found["balance_transaction"] = inline["id"]
        return [inline]
    if inline is not None or found["object"] in ("balance_transaction", "subscription"):
        return []
    # A rate would have to be made up for another currency, and would then look like a fact.
    amount = _moved(found)
    if not amount or found["currency"] != settles_in:
        return []
    kind = found["object"]
    made = shapes.balance_transaction(
        id=mint("txn", account.id, found["id"]),
        created=found["created"],
        amount=amount,
        currency=settles_in,
        fee=shapes.card_fee(amount) if kind == "charge" else 0,
        type=kind,
        reporting_category=kind,
        source=found["id"],
        available_on=(found["created"] // DAY + 2) * DAY if kind == "charge" else found["created"],
    )
    found["balance_transaction"] = made["id"]
    return [made]


def _chargeback(account: Account, found: dict[str, Any], settles_in: str) -> list[dict[str, Any]]:
    """What a chargeback without balance transactions must have moved: its amount, and back again when it was won."""
    if found["currency"] != settles_in or found.get("status") not in ("needs_response", "under_review", "won", "lost"):
        return []
    amounts = {"dispute": -int(found["amount"])}
    if found["status"] == "won":
        amounts["dispute_reversal"] = int(found["amount"])
    found["balance_transactions"] = [
        shapes.balance_transaction(
            id=mint("txn", account.id, found["id"], category),
            created=found["created"],
            amount=amount,
            currency=settles_in,
            type="adjustment",
            reporting_category=category,
            source=found["id"],
            available_on=found["created"],
        )
        for category, amount in amounts.items()
    ]
    return list(found["balance_transactions"])


def _moved(found: dict[str, Any]) -> int:
    """What an object without a balance transaction must have moved on the balance."""
    status, amount = found.get("status"), int(found["amount"])
    if found["object"] == "charge":
        captured = found.get("amount_captured", amount) if found.get("captured", True) else 0
        return int(captured) if status == "succeeded" else 0
    if found["object"] == "refund":
        return -amount if status == "succeeded" else 0
    return -amount if status in ("paid", "in_transit") else 0


def _shift(value: Any, seconds: int) -> None:
    """Move every moment in an object, however deep."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in _MOMENTS and type(inner) is int:
                value[name] = inner + seconds
            elif isinstance(inner, dict | list):
                _shift(inner, seconds)
    elif isinstance(value, list):
        for inner in value:
            _shift(inner, seconds)

"""Accounts of any size for load tests: made from templates, in flat memory."""

import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final

import msgspec

from vaultra_sandbox import people, shapes
from vaultra_sandbox.ids import digest, mint
from vaultra_sandbox.store import Account, Store

DAY: Final = 86_400
CHUNK: Final = 20_000  # rows a transaction: other processes get their turn in between
CROWD: Final = 2_000  # customers
REFUNDS: Final = 0.01  # share of charges
DISPUTES: Final = 0.001
# kind, created, id, tag, balance transaction, payout, body
_Row = tuple[str, int, str, str, str | None, str | None, str]


def make(
    store: Store,
    *,
    name: str,
    charges: int,
    days: int = 730,
    seed: int = 0,
    progress: Callable[[int], None] = lambda _count: None,
) -> Account:
    """An account with that many charges spread evenly over the `days` up to today, with balance transactions, some
    refunds and disputes, and daily payouts that add up. US dollars, UTC. Replaces what the account held.

    `progress` hears the number of charges stored so far.
    """
    midnight = int(time.time()) // DAY * DAY
    with store.writing():
        body = shapes.account(
            id=mint("acct", "bulk", name),
            created=midnight - (days + 1) * DAY,
            name=f"{name} (load test)",
            country="US",
            currency="usd",
            timezone="Etc/UTC",
        )
        account = store.add_account(name, f"A load test with {charges:,} charges.", body)
        store.clear(account)
    rows = _Rows(account, charges=charges, days=days, seed=seed, midnight=midnight)
    stream = rows.stream()
    while chunk := list(islice(stream, CHUNK)):
        with store.writing():
            numbered = enumerate(chunk, start=store.next_seq())
            store.put((seq, account.number, *row) for seq, row in numbered)
        progress(rows.charged)
    return account


class _Rows:
    """The account's objects, day by day."""

    def __init__(self, account: Account, *, charges: int, days: int, seed: int, midnight: int) -> None:
        self.charged = 0
        self._charges, self._days, self._midnight = charges, days, midnight
        self._account = account
        self._tag = digest("bulk", account.id, seed, length=9)
        self._chance = random.Random(f"{seed}:{account.name}")  # noqa: S311
        self._crowd = [
            (mint("cus", account.id, number), _json(people.customer(self._chance, "US"))) for number in range(CROWD)
        ]
        self._balance = 0  # net of the day, waiting for its payout
        self._due: dict[int, list[tuple[str, int, dict[str, Any]]]] = defaultdict(list)

    def stream(self) -> Iterator[_Row]:
        for day in range(self._days):
            start = self._midnight - (self._days - day) * DAY
            paid_at = start + 3 * DAY  # cards settle after two days
            payout = f"po_{self._tag}{day:010d}" if paid_at < self._midnight else None
            self._balance = 0
            yield from self._sales(start, self._charges * (day + 1) // self._days - self.charged, payout)
            for kind, created, charge in self._due.pop(day, []):
                yield from self._returned(kind, created, charge, payout)
            if payout and self._balance > 0:
                yield from self._payout(payout, paid_at)

    def _sales(self, start: int, count: int, payout: str | None) -> Iterator[_Row]:
        chance, tag = self._chance.random, self._tag
        for place in range(count):
            self.charged += 1
            created = start + DAY * place // count
            amount = 500 + int(chance() * 19_500)
            fee = shapes.card_fee(amount)
            customer, billing = self._crowd[int(chance() * CROWD)]
            id_, transaction = f"ch_{tag}{self.charged:010d}", f"txn_{tag}{self.charged:010d}"
            available = (created // DAY + 2) * DAY
            self._balance += amount - fee
            moved = _TRANSACTION % (transaction, amount, available, created, fee, fee, amount - fee, id_)
            yield "balance_transaction", created, transaction, "charge", None, payout, moved
            body = _CHARGE % (id_, amount, amount, transaction, billing, created, customer, self.charged)
            fate = chance()
            if fate < DISPUTES + REFUNDS:
                kind = "dispute" if fate < DISPUTES else "refund"
                self._return_later(kind, created, msgspec.json.decode(body))
                if kind == "dispute":
                    body = body.replace('"disputed":false', '"disputed":true')
                else:
                    body = body.replace('"amount_refunded":0', f'"amount_refunded":{amount}')
                    body = body.replace('"refunded":false', '"refunded":true')
            yield "charge", created, id_, "succeeded", transaction, None, body

    def _return_later(self, kind: str, charged: int, charge: dict[str, Any]) -> None:
        last = self._midnight - 1
        created = min(last, charged + int(self._chance.uniform(1, 20) * DAY))
        day = self._days - 1 - (last - created) // DAY
        self._due[day].append((kind, created, charge))

    def _returned(self, kind: str, created: int, charge: dict[str, Any], payout: str | None) -> Iterator[_Row]:
        """A refund or a lost dispute with its balance transaction."""
        suffix = charge["id"].removeprefix("ch_")
        prefix, type_ = ("re", "refund") if kind == "refund" else ("dp", "adjustment")
        transaction = shapes.balance_transaction(
            id=f"txn_{prefix}{suffix}",
            created=created,
            amount=-charge["amount"],
            currency="usd",
            fee=0 if kind == "refund" else shapes.DISPUTE_FEE,
            type=type_,
            reporting_category=kind,
            source=f"{prefix}_{suffix}",
            available_on=created,
        )
        if kind == "refund":
            made = shapes.refund(
                id=f"re_{suffix}",
                created=created,
                of=charge,
                amount=charge["amount"],
                balance_transaction=transaction["id"],
                reason="requested_by_customer",
            )
        else:
            made = shapes.dispute(
                id=f"dp_{suffix}",
                created=created,
                of=charge,
                status="lost",
                reason="fraudulent",
                balance_transactions=[transaction],
            )
        self._balance += transaction["net"]
        yield "balance_transaction", created, transaction["id"], type_, None, payout, _json(transaction)
        yield kind, created, made["id"], made["status"], made.get("balance_transaction"), None, _json(made)

    def _payout(self, id_: str, created: int) -> Iterator[_Row]:
        transaction = shapes.balance_transaction(
            id=id_.replace("po_", "txn_po"),
            created=created,
            amount=-self._balance,
            currency="usd",
            type="payout",
            reporting_category="payout",
            source=id_,
            available_on=created,
        )
        sent = shapes.payout(
            id=id_,
            created=created,
            amount=self._balance,
            currency="usd",
            arrival_date=created,
            balance_transaction=transaction["id"],
            destination=mint("ba", self._account.id),
        )
        sent |= {"status": "paid", "reconciliation_status": "completed"}
        yield "balance_transaction", created, transaction["id"], "payout", None, id_, _json(transaction)
        yield "payout", created, id_, "paid", transaction["id"], None, _json(sent)


def _json(value: dict[str, Any]) -> str:
    return msgspec.json.encode(value).decode()


def _template(sample: dict[str, Any], **holes: str) -> str:
    """The JSON of an object as a format string: formatting beats encoding by far.

    A hole replaces a marked value: `"@name"` in the sample becomes its conversion, wherever it stands.
    """
    text = _json(sample).replace("%", "%%")
    for name, conversion in holes.items():
        if f'"@{name}"' not in text:
            raise ValueError(f"the sample has no @{name}")
        text = text.replace(f'"@{name}"', conversion)
    return text


def _charge_template() -> str:
    sample = shapes.charge(
        id="@text",
        created=0,
        amount=100,
        currency="usd",
        customer="@text",
        balance_transaction="@text",
        description="Load test",
    )
    card = sample["payment_method_details"]["card"]
    card["amount_authorized"] = 100
    sample |= {"amount": "@number", "amount_captured": "@number", "created": "@number", "billing_details": "@json"}
    sample |= {"payment_intent": "@intent"}
    return _template(sample, text='"%s"', number="%d", json="%s", intent='"pi_bulk%012d"')


def _transaction_template() -> str:
    sample = shapes.balance_transaction(
        id="@text",
        created=0,
        amount=100,
        currency="usd",
        fee=1,
        type="charge",
        reporting_category="charge",
        source="@text",
        available_on=0,
    )
    sample |= {"amount": "@number", "available_on": "@number", "created": "@number"}
    sample |= {"fee": "@number", "net": "@number"}
    sample["fee_details"][0]["amount"] = "@number"
    return _template(sample, text='"%s"', number="%d")


_CHARGE: Final = _charge_template()
_TRANSACTION: Final = _transaction_template()

"""What the tables must say, computed from Stripe's side alone: what was acknowledged, and what the lists show.

Nothing here comes from the product: other words, other code, plain dictionaries. The last state of each object is
what counts. Charges count when they succeeded and were captured, with the captured amount; refunds when they succeeded
and something had been captured; disputes when they are no inquiry; payouts on the day of their arrival, in time when
they were paid by the end of it.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final
from zoneinfo import ZoneInfo

import asyncpg
import httpx
import msgspec

from crash.load import Object, Told
from support.sandbox import SECRET_KEY

TABLES: Final = {
    "charge": "stripe_charges",
    "refund": "stripe_refunds",
    "dispute": "stripe_disputes",
    "payout": "stripe_payouts",
    "subscription": "stripe_subscriptions",
}
LISTS: Final = {
    "charge": "charges",
    "refund": "refunds",
    "dispute": "disputes",
    "payout": "payouts",
    "subscription": "subscriptions",
    "balance_transaction": "balance_transactions",
}
CHARGEBACKS: Final = {"needs_response", "under_review", "won", "lost"}
MONTH: Final = 30 * 86_400
KEPT: Final = 64  # customers of a day that are kept by name

Row = dict[str, Any]


class Differences:
    """What is wrong, by kind of wrong, with a few examples of each."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.examples: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, what: str, example: object) -> None:
        self.counts[what] += 1
        if len(self.examples[what]) < 3:
            self.examples[what].append(str(example))

    def compare(self, what: str, expected: dict[Any, Row], found: dict[Any, Row]) -> None:
        for key in expected.keys() | found.keys():
            want, have = expected.get(key), found.get(key)
            if have is None:
                self.add(f"{what}: missing", key)
            elif want is None:
                self.add(f"{what}: too many", key)
            elif fields := {name: (have.get(name), want[name]) for name in want if have.get(name) != want[name]}:
                self.add(f"{what}: different", f"{key}: {fields} (found, expected)")


def listed(sandbox_url: str, account: str, kind: str, *, most: int | None = None) -> list[Object]:
    """What the sandbox's list shows of an account, newest first."""
    headers = {"Authorization": f"Bearer {SECRET_KEY}", "Stripe-Account": account}
    query = {"limit": "100"} | ({"status": "all"} if kind == "subscription" else {})
    found: list[Object] = []
    with httpx.Client(base_url=f"{sandbox_url}/v1", headers=headers, timeout=30) as client:
        while True:
            cursor = {"starting_after": found[-1]["id"]} if found else {}
            page = client.get(f"/{LISTS[kind]}", params=query | cursor).raise_for_status().json()
            found += page["data"]
            if not page["has_more"] or (most is not None and len(found) >= most):
                return found


def state_of(shown: Object) -> Row:
    """What of an object must stand in its table."""
    kind = shown["object"]
    row: Row = {name: shown[name] for name in ("created", "currency", "status") if name in shown}
    if kind == "charge":
        row |= {name: shown[name] for name in ("captured", "customer", "balance_transaction")}
        row["amount_minor"] = shown["amount_captured"] if shown["captured"] else 0
    elif kind == "subscription":
        row["customer"] = shown["customer"]
    else:
        row["amount_minor"] = shown["amount"]
        row |= {"arrival_date": shown["arrival_date"]} if kind == "payout" else {"charge": shown["charge"]}
    return row | {"milestones": {}, "contested": False}


Ledger = dict[str, dict[str, Row]]  # kind → id → row


def expected_ledger(sandbox_url: str, account: str, events: Iterable[Told]) -> Ledger:
    """The last state of each object: that of its last event, else that of the list."""
    ledger: Ledger = {
        kind: {shown["id"]: state_of(shown) for shown in listed(sandbox_url, account, kind)} for kind in TABLES
    }
    last: dict[str, int] = {}
    for event in events:
        shown = event.shown
        rows = ledger[shown["object"]]
        milestones = dict(rows[shown["id"]]["milestones"]) if shown["id"] in rows else {}
        status = shown["status"]
        milestones[status] = min(milestones.get(status, event.moment), event.moment)
        if event.number > last.get(shown["id"], -1):
            last[shown["id"]] = event.number
            rows[shown["id"]] = state_of(shown)
        rows[shown["id"]]["milestones"] = milestones
    return ledger


def expected_days(ledger: Ledger, timezone: str) -> dict[dt.date, Row]:
    """One row per day with activity, of a business whose money is all in one currency."""
    days = _Days(ZoneInfo(timezone))
    days.add_charges(ledger["charge"].values())
    for refund in ledger["refund"].values():
        charge = ledger["charge"].get(refund["charge"], {"captured": True})
        if refund["status"] == "succeeded" and charge["captured"]:
            days.add(days.local(refund), refund_count=1, refunded_minor=refund["amount_minor"])
    for dispute in ledger["dispute"].values():
        if dispute["status"] in CHARGEBACKS:
            won = dispute["status"] == "won"
            amount = dispute["amount_minor"]
            days.add(days.local(dispute), chargeback_count=1, chargeback_minor=amount, chargeback_won_count=won)
    days.add_payouts(ledger["payout"].values())
    return days.rows()


class _Days:
    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._sums: defaultdict[dt.date, Counter[str]] = defaultdict(Counter)
        self._spent: defaultdict[dt.date, Counter[str]] = defaultdict(Counter)

    def local(self, row: Row) -> dt.date:
        return dt.datetime.fromtimestamp(row["created"], self._zone).date()

    def add(self, day: dt.date, **sums: int) -> None:
        for name, value in sums.items():
            self._sums[day][name] += value

    def add_charges(self, charges: Iterable[Row]) -> None:
        sales = [charge for charge in charges if charge["status"] == "succeeded" and charge["captured"]]
        first: dict[str, int] = {}
        for charge in sales:
            customer = charge["customer"]
            if customer is not None:
                first[customer] = min(charge["created"], first.get(customer, charge["created"]))
        for charge in charges:
            if charge["status"] == "failed":
                self.add(self.local(charge), failed_count=1)
        for charge in sales:
            day, amount, customer = self.local(charge), charge["amount_minor"], charge["customer"]
            self.add(day, charge_count=1, gross_minor=amount)
            if customer is not None:
                returns = charge["created"] - first[customer] > MONTH
                self.add(day, identified_minor=amount, returning_minor=amount * returns)
                self._spent[day][customer] += amount

    def add_payouts(self, payouts: Iterable[Row]) -> None:
        for payout in payouts:
            if payout["amount_minor"] <= 0 or payout["status"] == "canceled":
                continue
            arrival = dt.datetime.fromtimestamp(payout["arrival_date"], dt.UTC).date()
            self.add(arrival, payout_due_count=1, payout_due_minor=payout["amount_minor"])
            paid = payout["milestones"].get("paid", payout["arrival_date"])
            if payout["status"] == "paid" and dt.datetime.fromtimestamp(paid, dt.UTC).date() <= arrival:
                self.add(arrival, payout_ok_count=1, payout_ok_minor=payout["amount_minor"])

    def rows(self) -> dict[dt.date, Row]:
        blank = dict.fromkeys(DAY_FIELDS, 0)
        return {day: {**blank, **sums, "customers": _largest(self._spent[day])} for day, sums in self._sums.items()}


DAY_FIELDS: Final = (
    *("charge_count", "gross_minor", "estimated_minor", "failed_count", "refund_count", "refunded_minor"),
    *("chargeback_count", "chargeback_minor", "chargeback_won_count", "payout_due_count", "payout_due_minor"),
    *("payout_ok_count", "payout_ok_minor", "identified_minor", "returning_minor", "unconverted_count"),
)


def _largest(spent: Counter[str]) -> dict[str, int]:
    ordered = sorted(spent.items(), key=lambda entry: (-entry[1], entry[0]))
    return dict(ordered[:KEPT])


async def check_business(
    differences: Differences, database: "asyncpg.Connection[Any]", business: str, ledger: Ledger, timezone: str
) -> None:
    """Compare the ledger's tables and the days of one business with what must be there."""
    for kind, table in TABLES.items():
        rows = await database.fetch(f"SELECT * FROM {table} WHERE business_id = $1::text::uuid", business)
        differences.compare(f"ledger, {kind}", ledger[kind], {row["id"]: _row(row) for row in rows})
    days = await database.fetch("SELECT * FROM daily_activity WHERE business_id = $1::text::uuid", business)
    found = {row["day"]: _row(row) for row in days}
    differences.compare("days", expected_days(ledger, timezone), found)


async def check_balance(
    differences: Differences, database: "asyncpg.Connection[Any]", business: str, sandbox_url: str, account: str
) -> None:
    """Every listed charge has its balance transaction in the ledger, and none is there that Stripe does not show."""
    shown = {
        entry["id"]: {"amount_minor": entry["amount"], "net_minor": entry["net"], "source": entry["source"]}
        for entry in listed(sandbox_url, account, "balance_transaction")
    }
    rows = await database.fetch(
        "SELECT * FROM stripe_balance_transactions WHERE business_id = $1::text::uuid", business
    )
    found = {row["id"]: {name: row[name] for name in ("amount_minor", "net_minor", "source")} for row in rows}
    of_charges = {id_: row for id_, row in shown.items() if (row["source"] or "").startswith("ch_")}
    expected = of_charges | {id_: row for id_, row in shown.items() if id_ in found}
    differences.compare("ledger, balance transaction", expected, found)


async def check_inbox(
    differences: Differences, database: "asyncpg.Connection[Any]", events: Iterable[Told], acknowledged: set[int]
) -> set[int]:
    """Each acknowledged event is there once and applied; the numbers of the events that are in effect."""
    rows = await database.fetch("SELECT stripe_event_id, processed_at, outcome, dead_at FROM stripe_events")
    held: defaultdict[str, list[Any]] = defaultdict(list)
    for row in rows:
        held[row["stripe_event_id"]].append(row)
    in_effect = set()
    for event in events:
        found = held.pop(event.id, [])
        if len(found) > 1:
            differences.add("inbox: doubled", event.id)
        if found:
            in_effect.add(event.number)
            if found[0]["processed_at"] is None or found[0]["outcome"] != "applied":
                differences.add("inbox: not applied", dict(found[0]))
        elif event.number in acknowledged:
            differences.add("inbox: acknowledged and lost", event.id)
    for id_ in held:
        if id_.startswith("evt_crash"):
            differences.add("inbox: never sent", id_)
    for row in await database.fetch(_WRONGLY_WAITING):
        differences.add("inbox: state and queue differ", dict(row))
    return in_effect | acknowledged


# What waits is kept beside the events, and is to be just those that are neither applied nor dead.
_WRONGLY_WAITING: Final = """
    SELECT e.stripe_event_id, w.event_id FROM stripe_events e FULL JOIN waiting_events w ON w.event_id = e.id
    WHERE (w.event_id IS NOT NULL) <> (e.id IS NOT NULL AND e.processed_at IS NULL AND e.dead_at IS NULL)
"""

RESULTS: Final = {
    "daily_activity": (),
    "financial_metric_snapshots": ("id", "created_at"),
    "readiness_scores": ("id", "created_at"),
    "recommendations": ("id", "created_at", "updated_at"),
}


async def results(database: "asyncpg.Connection[Any]") -> dict[str, Counter[str]]:
    """Everything that is computed, so that it can be compared with itself after computing it anew."""
    found = {}
    for table, without in RESULTS.items():
        rows = await database.fetch(f"SELECT (to_jsonb(t) - $1::text[])::text AS row FROM {table} t", list(without))
        found[table] = Counter(row["row"] for row in rows)
    return found


def compare_results(differences: Differences, before: dict[str, Counter[str]], after: dict[str, Counter[str]]) -> None:
    for table in RESULTS:
        for row in (before[table] - after[table]).elements():
            differences.add(f"recomputed, {table}: other than it was", row[:300])
        for row in (after[table] - before[table]).elements():
            differences.add(f"recomputed, {table}: was missing", row[:300])


def _row(row: Any) -> Row:
    decoded = dict(row)
    for name in ("milestones", "customers"):
        if isinstance(decoded.get(name), str):
            decoded[name] = msgspec.json.decode(decoded[name])
    return decoded


def those_of(account: str, events: Iterable[Told], in_effect: set[int]) -> Iterator[Told]:
    return (event for event in events if event.account == account and event.number in in_effect)

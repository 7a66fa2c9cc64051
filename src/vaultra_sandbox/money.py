"""Money that moves on a sample business's balance: refunds, disputes, payouts. It adds up to the last minor unit."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from vaultra_sandbox import shapes
from vaultra_sandbox.ids import mint

if TYPE_CHECKING:
    from vaultra_sandbox.simulation import Simulation

DAY: Final = 86_400


def move(
    books: "Simulation",
    *,
    id: str,  # noqa: A002
    amount: int,
    type: str,  # noqa: A002
    category: str,
    source: str,
    fee: int = 0,
    rate: Decimal | None = None,
    description: str | None = None,
    payable: bool = True,
) -> dict[str, Any]:
    """Store a balance transaction; a `payable` one waits for the next payout."""
    created = books.stamp()
    # Cards settle after two days, at midnight UTC; what is taken away is taken at once.
    available = (created // DAY + 2) * DAY if amount > 0 and type == "charge" else created
    transaction = shapes.balance_transaction(
        id=id,
        created=created,
        amount=amount,
        currency=books.profile.currency,
        fee=fee,
        type=type,
        reporting_category=category,
        source=source,
        available_on=available,
        exchange_rate=rate,
        description=description,
    )
    if available <= created:
        transaction["status"] = "available"
    books.journal.put(transaction)
    if payable:
        books.state.unpaid.append((id, transaction["net"], available + books.state.ahead))
    return transaction


def refund(books: "Simulation", charge: str, share: float) -> None:
    """Give back a share of what is left of a charge."""
    paid = books.journal.get(charge)
    left = paid["amount"] - paid["amount_refunded"]
    amount = left if share >= 1 else round(left * share)
    if amount <= 0 or paid["disputed"]:
        return
    id_, transaction = books.mint("re"), books.mint("txn")
    reason = books.chance.choice(("requested_by_customer", "requested_by_customer", "duplicate", None))
    given = shapes.refund(
        id=id_, created=books.stamp(), of=paid, amount=amount, balance_transaction=transaction, reason=reason
    )
    _give_back(books, paid, amount, id=transaction, type="refund", category="refund", source=id_)
    before = {"amount_refunded": paid["amount_refunded"], "refunded": paid["refunded"]}
    paid["amount_refunded"] += amount
    paid["refunded"] = paid["amount_refunded"] == paid["amount"]
    books.journal.put(given, link=transaction)
    books.journal.put(paid)
    books.emit("refund.created", given)
    books.emit("charge.refunded", paid, before)


def dispute(books: "Simulation", charge: str) -> None:
    """A customer disputes a charge: an inquiry that may escalate, or a chargeback that takes the money at once."""
    paid, chance = books.journal.get(charge), books.chance
    if paid["refunded"]:
        return
    inquiry = books.owes("inquiry", books.profile.inquiries)
    id_ = books.mint("dp")
    opened = shapes.dispute(
        id=id_,
        created=books.stamp(),
        of=paid,
        status="warning_needs_response" if inquiry else "needs_response",
        reason=chance.choice(("fraudulent", "product_not_received", "product_unacceptable", "general")),
        balance_transactions=[],
    )
    if not inquiry:
        _withdraw(books, opened, paid)
    paid["disputed"] = True
    books.journal.put(opened)
    books.journal.put(paid)
    books.emit("charge.dispute.created", opened)
    if not inquiry:
        books.emit("charge.dispute.funds_withdrawn", opened)
    soon, later = (books.time + round(chance.uniform(*days) * DAY) for days in ((2, 8), (20, 60)))
    if inquiry:
        escalates = books.owes("escalation", 0.3)
        books.plan(later, "dispute_turns", dispute=id_, status="needs_response" if escalates else "warning_closed")
    else:
        books.plan(soon, "dispute_turns", dispute=id_, status="under_review")


def dispute_turns(books: "Simulation", dispute: str, status: str) -> None:
    """A dispute goes on to its next status."""
    current = books.journal.get(dispute)
    before, current["status"] = {"status": current["status"]}, status
    events = ["charge.dispute.updated"]
    if status == "needs_response":  # an inquiry has escalated
        _withdraw(books, current, books.journal.get(current["charge"]))
        current["payment_method_details"]["card"]["case_type"] = "chargeback"
        current["is_charge_refundable"] = False
        events.append("charge.dispute.funds_withdrawn")
    elif status in ("won", "lost", "warning_closed"):
        events = ["charge.dispute.closed"]
    if status == "won":
        taken = current["balance_transactions"][0]
        back = move(
            books,
            id=books.mint("txn"),
            amount=-taken["amount"],
            type="adjustment",
            category="dispute_reversal",
            source=current["id"],
            rate=_rate(taken),
            description="Chargeback reversal",
        )
        current["balance_transactions"] = [taken, back]
        events.append("charge.dispute.funds_reinstated")
    if status in ("needs_response", "under_review"):
        current["evidence_details"]["has_evidence"] = status == "under_review"
        wait = books.chance.uniform(*((2, 8) if status == "needs_response" else (25, 70)))
        won = books.owes("won", 0.35)
        after = "under_review" if status == "needs_response" else "won" if won else "lost"
        books.plan(books.time + round(wait * DAY), "dispute_turns", dispute=dispute, status=after)
    books.journal.put(current)
    for event in events:
        books.emit(event, current, before if event == "charge.dispute.updated" else None)


def payout(books: "Simulation") -> None:
    """Pay out what is available; nothing when the balance is not positive."""
    state, now = books.state, books.time
    due = [entry for entry in state.unpaid if entry[2] <= now]
    total = sum(net for _, net, _ in due)
    if total <= 0:
        return
    state.unpaid = [entry for entry in state.unpaid if entry[2] > now]
    id_, transaction = books.mint("po"), books.mint("txn")
    created = books.stamp()
    arrival = _business_day(created // DAY * DAY, 2)
    moved = move(books, id=transaction, amount=-total, type="payout", category="payout", source=id_, payable=False)
    sent = shapes.payout(
        id=id_,
        created=created,
        amount=total,
        currency=books.profile.currency,
        arrival_date=arrival,
        balance_transaction=moved["id"],
        destination=mint("ba", books.account),
    )
    books.journal.put(sent, link=transaction)
    for entry, _, _ in [*due, (transaction, 0, 0)]:
        books.journal.pay_out(entry, id_)
    books.emit("payout.created", sent)
    ok = not books.owes("payout failure", books.profile.payout_failures(books.age()))
    books.plan(arrival + 4 * 3_600 + state.ahead, "payout_arrives", payout=id_, ok=ok)


def payout_arrives(books: "Simulation", payout: str, ok: bool) -> None:
    """The bank takes the money, or sends it back to the balance."""
    sent = books.journal.get(payout)
    sent["status"] = "paid" if ok else "failed"
    sent["reconciliation_status"] = "completed"
    if not ok:
        sent["failure_code"], sent["failure_message"] = "account_closed", "The bank account has been closed."
        returned = move(
            books,
            id=books.mint("txn"),
            amount=sent["amount"],
            type="payout_failure",
            category="payout_reversal",
            source=payout,
        )
        sent["failure_balance_transaction"] = returned["id"]
    books.journal.put(sent)
    books.emit("payout.paid" if ok else "payout.failed", sent, {"status": "in_transit"})


def _withdraw(books: "Simulation", dispute: dict[str, Any], paid: dict[str, Any]) -> None:
    taken = _give_back(
        books,
        paid,
        dispute["amount"],
        id=books.mint("txn"),
        type="adjustment",
        category="dispute",
        source=dispute["id"],
        fee=shapes.DISPUTE_FEE,
    )
    dispute["balance_transactions"] = [taken]


def _give_back(books: "Simulation", paid: dict[str, Any], amount: int, **details: Any) -> dict[str, Any]:
    """Take `amount` (of the charge's currency) off the balance, at the rate at which the charge came in."""
    came = books.journal.get(paid["balance_transaction"])
    rate = _rate(came)
    settled = amount if rate is None else shapes.settle(amount, paid["currency"], books.profile.currency, rate)
    return move(books, amount=-settled, rate=rate, **details)


def _rate(transaction: dict[str, Any]) -> Decimal | None:
    rate = transaction["exchange_rate"]
    return None if rate is None else Decimal(str(rate))


def _business_day(midnight: int, days: int) -> int:
    """The midnight (UTC) that lies `days` business days later."""
    day = dt.datetime.fromtimestamp(midnight, dt.UTC)
    while days:
        day += dt.timedelta(days=1)
        days -= day.weekday() < 5
    return int(day.timestamp())

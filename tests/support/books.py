"""Books of a small account that add up: objects, and the balance transactions that Stripe would show beside them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from hypothesis import strategies as st

from support.histories import at, charge, dispute, payout, refund
from vaultra_core.domain.ledger import (
    BalanceTransaction,
    ChargeStatus,
    DisputeStatus,
    Payout,
    PayoutStatus,
    RefundStatus,
)
from vaultra_core.domain.reconciliation import CATEGORIES, Movable, Statement, itemised
from vaultra_core.money import convert
from vaultra_core.periods import utc_day

FIRST = dt.date(2025, 6, 1)
SPAN = 12
DAYS = tuple(FIRST + dt.timedelta(days=n) for n in range(SPAN))
RATES = {"usd": None, "eur": "1.08345", "jpy": "0.00631", "kwd": "3.2541"}
FATES = ("kept", "refunded", "partly", "refund failed", "refund pending", "lost", "won", "review", "inquiry", "bounced")


@dataclass
class Books:
    objects: dict[str, Movable] = field(default_factory=dict)
    transactions: dict[str, BalanceTransaction] = field(default_factory=dict)
    released: set[str] = field(default_factory=set)
    items: dict[str, int] = field(default_factory=dict)  # what Stripe says that payouts consist of

    def put(self, state: Movable | BalanceTransaction) -> None:
        if isinstance(state, BalanceTransaction):
            self.transactions[state.id] = state
        else:
            self.objects[state.id] = state

    def move(self, day: int, source: Movable, category: str, amount: int, fee: int = 0) -> BalanceTransaction:
        """Book `amount` of the source's currency on the balance, which is in dollars."""
        rate = RATES[source.currency]
        settled = amount if rate is None else convert(amount, source.currency, "usd", Decimal(rate))
        moved = BalanceTransaction(
            id=f"txn_{len(self.transactions)}",
            created=at(DAYS[day], 13),
            currency="usd",
            amount_minor=settled,
            fee_minor=fee,
            net_minor=settled - fee,
            available_on=at(DAYS[day], 13),
            reporting_category=category,
            exchange_rate=rate,
            source=source.id,
        )
        self.put(moved)
        return moved

    def statement(self, days: Sequence[dt.date] = DAYS) -> Statement:
        """What the storage port says that these days are judged by."""
        own = {t.id for t in self.transactions.values() if utc_day(t.created) in days}
        named = {
            (CATEGORIES[t.reporting_category], t.source)
            for t in self.transactions.values()
            if t.id in own and t.reporting_category in CATEGORIES
        }
        objects = [o for o in self.objects.values() if utc_day(o.created) in days or (o.kind, o.id) in named]
        ids = {o.id for o in objects}
        transactions = [t for t in self.transactions.values() if t.id in own or t.source in ids]
        return Statement(objects=objects, transactions=transactions, released=self.released)


@st.composite
def books(draw: st.DrawFn, *, paid_out: bool = False) -> Books:
    """`paid_out` makes sure that there is a payout whose items can be listed."""
    made = Books()
    waiting: list[int] = []
    if paid_out:
        large = charge(98, at(DAYS[0]), 10_000_000)
        made.put(large)
        waiting.append(made.move(0, large, "charge", large.amount_minor, fee=290_030).net_minor)
    for number in range(draw(st.integers(1, 5))):
        waiting += _sale(made, number, draw)
    made.move(0, charge(99, at(DAYS[0])), "fee", -25)  # nothing in the ledger stands behind a fee
    if sum(waiting) > 0:
        _payout(made, sum(waiting), draw, paid_out=paid_out)
    made.items = {paid.id: paid.amount_minor for paid in itemised(list(made.objects.values()), DAYS)}
    return made


def _sale(made: Books, number: int, draw: st.DrawFn) -> list[int]:
    """A charge and what became of it; the nets that wait for a payout."""
    currency = draw(st.sampled_from(sorted(RATES)))
    amount = draw(st.integers(100, 200_000))
    day = draw(st.integers(0, 5))
    later = draw(st.integers(day, 8))
    fate = draw(st.sampled_from([*FATES, "failed", "authorised", "released"]))
    status = ChargeStatus.FAILED if fate in ("failed", "bounced") else ChargeStatus.SUCCEEDED
    captured = fate not in ("failed", "authorised", "released")
    sold = charge(number, at(DAYS[day]), amount if captured else 0, currency=currency, status=status, captured=captured)
    made.put(sold)
    if fate == "released":
        made.released.add(sold.id)
        made.put(refund(number, at(DAYS[later]), amount, currency=currency, charge=sold.id))
    if not captured:
        return []
    moved = [made.move(later if fate == "kept" else day, sold, "charge", amount, fee=30)]
    if fate == "bounced":
        moved.append(made.move(later, sold, "charge_failure", -amount))
    if fate in ("refunded", "partly", "refund failed", "refund pending"):
        back = amount if fate == "refunded" else draw(st.integers(1, amount))
        state = {"refund failed": RefundStatus.FAILED, "refund pending": RefundStatus.PENDING}.get(
            fate, RefundStatus.SUCCEEDED
        )
        given = refund(number, at(DAYS[later]), back, currency=currency, status=state, charge=sold.id)
        made.put(given)
        if fate != "refund pending":
            moved.append(made.move(later, given, "refund", -back))
        if fate == "refund failed":
            moved.append(made.move(later, given, "refund_failure", back))
    if fate in ("lost", "won", "review", "inquiry"):
        states = {
            "lost": DisputeStatus.LOST,
            "won": DisputeStatus.WON,
            "review": DisputeStatus.UNDER_REVIEW,
            "inquiry": DisputeStatus.WARNING_NEEDS_RESPONSE,
        }
        against = dispute(number, at(DAYS[later]), amount, currency=currency, status=states[fate], charge=sold.id)
        made.put(against)
        if fate != "inquiry":
            moved.append(made.move(later, against, "dispute", -amount, fee=1500))
        if fate == "won":
            moved.append(made.move(later, against, "dispute_reversal", amount))
    return [entry.net_minor for entry in moved]


def _payout(made: Books, amount: int, draw: st.DrawFn, *, paid_out: bool) -> None:
    statuses = [PayoutStatus.PAID, PayoutStatus.FAILED, PayoutStatus.IN_TRANSIT]
    status = PayoutStatus.PAID if paid_out else draw(st.sampled_from(statuses))
    automatic = paid_out or draw(st.booleans())
    sent: Payout = payout(1, str(DAYS[10]), amount, status=status, automatic=automatic)
    made.put(sent)
    made.move(8, sent, "payout", -amount)
    if status is PayoutStatus.FAILED:
        made.move(10, sent, "payout_reversal", amount)

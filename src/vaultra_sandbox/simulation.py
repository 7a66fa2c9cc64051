"""A sample business lives: sales, refunds, disputes, subscriptions and payouts, one after the other.

The business has a clock of its own, which runs with the real one and can be moved ahead (`tick`, `--speed`). What
happens is stamped with the real time, never later: a reader must not find objects from the future. All chance comes
from the seed and the number of the step, so that the same seed makes the same business, in one go or over restarts.
"""

import datetime as dt
import heapq
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from vaultra_sandbox import money, shapes, subscriptions
from vaultra_sandbox.ids import mint
from vaultra_sandbox.journal import Journal
from vaultra_sandbox.people import NOBODY, customer
from vaultra_sandbox.profiles import Profile

DAY: Final = 86_400


class State(msgspec.Struct):
    """Where a business stands between two steps."""

    seed: str
    anchor: int  # the moment from which ages are counted
    clock: int  # the business's own time: everything up to here has happened
    ahead: int = 0  # seconds by which that clock has been moved ahead of the real one
    steps: int = 0  # how many things have happened; also what makes ids and chances distinct
    customers: int = 0
    shares: dict[str, float] = {}  # what is owed to each share that `Simulation.owes` counts
    agenda: list[tuple[int, int, str, dict[str, Any]]] = []  # a heap of what comes: when, order, what, with what
    unpaid: list[tuple[str, int, int]] = []  # balance transactions not paid out: id, net, when available


class Simulation:
    """One step of one business: everything on its agenda up to a moment."""

    def __init__(self, profile: Profile, account: str, state: State, journal: Journal, *, now: int) -> None:
        self.profile = profile
        self.account = account
        self.state = state
        self.journal = journal
        self.zone = ZoneInfo(profile.timezone)
        self.time = state.clock  # the business's time of what happens at the moment
        self.chance = random.Random(state.seed)  # noqa: S311 (made-up data)
        self._now = now
        self._actions: dict[str, Callable[..., None]] = {
            "day": self._day,
            "sale": self._sale,
            "refund": lambda charge, share: money.refund(self, charge, share),
            "dispute": lambda charge: money.dispute(self, charge),
            "dispute_turns": lambda dispute, status: money.dispute_turns(self, dispute, status),
            "payout": lambda: money.payout(self),
            "payout_arrives": lambda payout, ok: money.payout_arrives(self, payout, ok),
            "subscribe": lambda whale=False: subscriptions.subscribe(self, whale),
            "renew": lambda subscription, tries=0: subscriptions.renew(self, subscription, tries),
        }

    def run(self, until: int) -> None:
        """Let the business's clock go on to `until`."""
        state = self.state
        while state.agenda and state.agenda[0][0] <= until:
            self.time, number, action, arguments = heapq.heappop(state.agenda)
            self.chance = random.Random(f"{state.seed}:{number}")  # noqa: S311
            self._actions[action](**arguments)
        state.clock = max(state.clock, until)

    def plan(self, at: int, action: str, **arguments: Any) -> None:
        """Put something on the agenda."""
        self.state.steps += 1
        heapq.heappush(self.state.agenda, (at, self.state.steps, action, arguments))

    def stamp(self) -> int:
        """The moment that goes into objects: the real time of what happens."""
        return min(self.time - self.state.ahead, self._now)

    def age(self) -> int:
        """Days since the anchor."""
        return (self.time - self.state.anchor) // DAY

    def owes(self, what: str, share: float) -> bool:
        """Whether it is the turn of something that happens in that share of cases.

        Shares are counted, not drawn: a small business is too small for chance to even out, and its life should be
        the same story whatever the day on which it is told.
        """
        owed = self.state.shares.get(what, 0.5) + share
        turn = owed >= 1
        self.state.shares[what] = owed - turn
        return turn

    def mint(self, prefix: str) -> str:
        """A new id."""
        self.state.steps += 1
        return mint(prefix, self.account, self.state.steps)

    def emit(self, type: str, object: dict[str, Any], previous: dict[str, Any] | None = None) -> None:  # noqa: A002
        self.journal.emit(type, object, at=self.stamp(), previous=previous)

    def person(self, number: int) -> tuple[str, dict[str, Any]]:
        """The customer id and the billing details of the customer with that number."""
        id_ = mint("cus", self.account, number)
        return id_, customer(random.Random(id_), self.profile.country)  # noqa: S311

    def local_midnight(self, days: int = 0) -> int:
        """The start of the business's day, `days` from the current one."""
        today = dt.datetime.fromtimestamp(self.time, self.zone).date()
        return int(dt.datetime.combine(today + dt.timedelta(days), dt.time(), self.zone).timestamp())

    def charge(
        self,
        *,
        amount: int,
        currency: str,
        customer: str | None,
        billing: dict[str, Any],
        description: str,
        declined: bool = False,
    ) -> dict[str, Any]:
        """A charge with its balance transaction and event, and with what will become of it."""
        id_, transaction = self.mint("ch"), None if declined else self.mint("txn")
        charge = shapes.charge(
            id=id_,
            created=self.stamp(),
            amount=amount,
            currency=currency,
            customer=customer,
            billing=billing,
            balance_transaction=transaction,
            description=description,
            failure_code="card_declined" if declined else None,
        )
        if transaction is not None:
            rate = self._rate(currency)
            settled = amount if rate is None else shapes.settle(amount, currency, self.profile.currency, rate)
            money.move(
                self,
                id=transaction,
                amount=settled,
                fee=shapes.card_fee(settled),
                type="charge",
                category="charge",
                source=id_,
                rate=rate,
                description=description,
            )
            self._fate(id_)
        self.journal.put(charge, link=transaction)
        self.emit("charge.failed" if declined else "charge.succeeded", charge)
        return charge

    def _fate(self, charge: str) -> None:
        """Whether this charge will be refunded or disputed is decided when it is made."""
        age, chance = self.age(), self.chance
        if self.owes("dispute", self.profile.disputes(age)):
            self.plan(self.time + round(chance.uniform(4, 24) * DAY), "dispute", charge=charge)
        elif self.owes("refund", self.profile.refunds(age)):
            share = chance.choice((1.0, 1.0, 0.5))
            self.plan(self.time + round(chance.uniform(0.1, 12) * DAY), "refund", charge=charge, share=share)

    def _rate(self, currency: str) -> Decimal | None:
        """The day's exchange rate to the account's currency; None for that currency itself."""
        if currency == self.profile.currency:
            return None
        base = Decimal(self.profile.currencies[currency][1])
        drift = Decimal(1) + Decimal(self.age() % 60 - 30) / 1000
        return (base * drift).quantize(Decimal("0.000001"))

    def _day(self) -> None:
        """Plan a day: its sales, sign-ups and payout, and the next day."""
        profile, chance = self.profile, self.chance
        midnight, age = self.time, self.age()
        weekday = dt.datetime.fromtimestamp(midnight, self.zone).weekday()
        opens, closes = (hour * 3_600 for hour in profile.opens)
        sales = profile.sales(age) * profile.weekdays[weekday] * chance.uniform(0.8, 1.2)
        for action, rate in (("sale", sales), ("subscribe", profile.signups(age))):
            turns = self.owes(action, rate)
            while turns:
                turns = self.owes(action, 0.0)
                self.plan(midnight + chance.randrange(opens, closes), action)
        if profile.payout_every == "daily" or weekday == 0:
            self.plan(midnight + 1_800, "payout")
        self.plan(self.local_midnight(1), "day")

    def _sale(self) -> None:
        profile, state, chance = self.profile, self.state, self.chance
        customer_id, billing = None, NOBODY
        if not self.owes("walk-in", profile.walk_ins):
            if self.owes("regular", profile.regulars) and state.customers:
                number = chance.randrange(state.customers)
            else:
                number = state.customers
                state.customers += 1
            customer_id, billing = self.person(number)
        amount = round(chance.choice(profile.prices) * profile.price_growth(self.age()))
        currency, spot = profile.currency, chance.random()
        for other, (share, rate) in profile.currencies.items():
            if spot < share:
                # The same price, in round figures of the customer's currency.
                scale = Decimal(10) ** (shapes.exponent(other) - shapes.exponent(currency))
                amount = int(amount * scale / Decimal(rate)) // 100 * 100
                currency = other
                break
            spot -= share
        details = {"customer": customer_id, "billing": billing, "description": profile.product}
        if self.owes("declined", profile.declined):
            self.charge(amount=amount, currency=currency, declined=True, **details)  # type: ignore[arg-type]
            if chance.random() < 0.4:
                return
        self.charge(amount=amount, currency=currency, **details)  # type: ignore[arg-type]

"""The load: what happens at some businesses, as Stripe's events, the same for the same seed.

Each object belongs to one story, and a story's events are in the order in which things happened: the oracle takes the
truth from that order, not from the moments that the product orders by. New objects live in the past, so that many
days are touched. What happens to payouts that Stripe's lists show as well happens after those lists were read.
"""

import random
from collections.abc import Iterator
from itertools import count
from typing import Any, Final, NamedTuple

import msgspec

from vaultra_sandbox import shapes

DAY: Final = 86_400
LIVED: Final = 120  # days in which new objects begin
LATER: Final = 6 * 3600  # seconds after the beginning: whatever happens then, no list has seen yet
SHUFFLED: Final = 400  # events that may overtake each other

Object = dict[str, Any]


class Subject(msgspec.Struct):
    """A business that things happen to, with some of what Stripe's lists show of it."""

    account: str
    customers: list[str]
    paid: list[Object]  # payouts that may still fail


class Told(NamedTuple):
    """One event. Of two about the same object the one with the higher number is the truth."""

    number: int
    account: str
    moment: int  # Unix seconds
    shown: Object  # the object as it was then
    type: str

    @property
    def id(self) -> str:
        return f"evt_crash{self.number:010d}"

    def body(self) -> bytes:
        """The event as Stripe sends it."""
        event = shapes.event(
            id=self.id, created=self.moment, type=self.type, object=self.shown, previous=None, pending=1
        )
        return msgspec.json.encode({**event, "account": self.account})


class Load:
    """`events()` in the order of the stories, `shuffled()` in the order of sending; both again and again the same."""

    def __init__(self, subjects: list[Subject], *, events: int, seed: int, now: int, ties: bool) -> None:
        self.total = events
        self._subjects = subjects
        self._seed = seed
        self._now = now
        self._ties = ties

    def events(self) -> Iterator[Told]:
        stories = _Stories(self._seed, self._now, self._ties)
        paid = [[*subject.paid] for subject in self._subjects]
        numbers = count()
        while True:
            place = stories.chance.randrange(len(self._subjects))
            for moment, type_, shown in stories.tell(self._subjects[place], paid[place]):
                number = next(numbers)
                if number == self.total:
                    return
                yield Told(number, self._subjects[place].account, moment, shown, type_)

    def shuffled(self) -> Iterator[Told]:
        chance = random.Random(f"order {self._seed}")
        held: list[Told] = []
        for event in self.events():
            held.append(event)
            if len(held) > SHUFFLED:
                yield held.pop(chance.randrange(len(held)))
        chance.shuffle(held)
        yield from held


Chapter = tuple[int, str, Object]


class _Stories:
    def __init__(self, seed: int, now: int, ties: bool) -> None:
        self.chance = random.Random(f"stories {seed}")
        self._now = now
        self._ties = ties
        self._seed = seed
        self._ids = count()

    def tell(self, subject: Subject, paid: list[Object]) -> Iterator[Chapter]:
        kinds = (self._sale, self._authorisation, self._decline, self._refund, self._dispute, self._payout)
        (kind,) = self.chance.choices(kinds, weights=(40, 8, 8, 14, 18, 12))
        if kind == self._payout and paid and self.chance.random() < 0.5:
            return self._payout_fails_late(paid)
        return kind(subject)

    def _after(self, moment: int, longest: int) -> int:
        """Some time later, but not after now; with ties, sometimes in the very second."""
        if self._ties and self.chance.random() < 0.25:
            return moment
        return min(moment + self.chance.randrange(1, longest), max(self._now, moment + 1))

    def _id(self, prefix: str) -> str:
        return f"{prefix}_crash{self._seed}x{next(self._ids):010d}"

    def _charge(self, subject: Subject, **more: Any) -> Object:
        if self.chance.random() < 0.5:
            customer = self.chance.choice(subject.customers)
        else:
            customer = f"cus_crash{self.chance.randrange(300)}"
        # Not now: who was first, in one second, is nothing that a customer's first charge could depend on.
        created = self._now - self.chance.randrange(DAY, LIVED * DAY)
        return shapes.charge(
            id=self._id("ch"),
            created=created,
            amount=self.chance.randrange(100, 50_000),
            currency="usd",
            customer=customer if self.chance.random() < 0.9 else None,
            **{"balance_transaction": None, **more},
        )

    def _sale(self, subject: Subject) -> Iterator[Chapter]:
        charge = self._charge(subject)
        yield charge["created"], "charge.succeeded", charge
        if self.chance.random() < 0.3:
            settled = charge | {"balance_transaction": charge["id"].replace("ch_", "txn_")}
            yield self._after(charge["created"], DAY), "charge.updated", settled

    def _authorisation(self, subject: Subject) -> Iterator[Chapter]:
        charge = self._charge(subject, captured=False)
        yield charge["created"], "charge.succeeded", charge
        if self.chance.random() < 0.7:
            part = self.chance.randrange(1, charge["amount"] + 1)
            captured = charge | {"captured": True, "amount_captured": part}
            yield self._after(charge["created"], 5 * DAY), "charge.captured", captured
        else:
            # Releasing an authorisation makes a refund, though no money goes back.
            refund = self._refund_of(charge, charge["amount"])
            yield refund["created"], "refund.created", refund

    def _decline(self, subject: Subject) -> Iterator[Chapter]:
        charge = self._charge(subject)
        if self.chance.random() < 0.5:
            yield charge["created"], "charge.pending", charge | {"status": "pending", "paid": False}
        if self.chance.random() < 0.3:
            yield self._after(charge["created"], DAY), "charge.succeeded", charge
        else:
            failed = charge | {"status": "failed", "paid": False, "captured": False, "amount_captured": 0}
            yield self._after(charge["created"], DAY), "charge.failed", failed

    def _refund(self, subject: Subject) -> Iterator[Chapter]:
        charge = self._charge(subject)
        yield charge["created"], "charge.succeeded", charge
        part = self.chance.randrange(1, charge["amount"] + 1)
        refund = self._refund_of(charge, part) | {"status": "pending"}
        yield refund["created"], "refund.created", refund
        moment = self._after(refund["created"], 3 * DAY)
        done = refund | {"status": self.chance.choice(("succeeded", "succeeded", "succeeded", "failed"))}
        yield moment, "refund.updated", done
        if done["status"] == "succeeded" and self.chance.random() < 0.15:  # the customer's bank sends it back
            yield self._after(moment, 3 * DAY), "refund.failed", done | {"status": "failed"}
        yield moment, "charge.refunded", charge | {"amount_refunded": part, "refunded": part == charge["amount"]}

    def _refund_of(self, charge: Object, amount: int) -> Object:
        created = self._after(charge["created"], 10 * DAY)
        return shapes.refund(
            id=self._id("re"), created=created, of=charge, amount=amount, balance_transaction=None, reason=None
        )

    def _dispute(self, subject: Subject) -> Iterator[Chapter]:
        charge = self._charge(subject)
        yield charge["created"], "charge.succeeded", charge
        inquiry = self.chance.random() < 0.4
        begun = "warning_needs_response" if inquiry else "needs_response"
        moment = self._after(charge["created"], 15 * DAY)
        dispute = shapes.dispute(
            id=self._id("dp"), created=moment, of=charge, status=begun, reason="fraudulent", balance_transactions=[]
        )
        yield moment, "charge.dispute.created", dispute
        course = ["under_review", self.chance.choice(("won", "lost"))]
        if inquiry:
            escalates = self.chance.random() < 0.5
            course = ["warning_under_review", *(["needs_response", *course] if escalates else ["warning_closed"])]
        for status in course:
            moment = self._after(moment, 5 * DAY)
            closed = status in ("won", "lost", "warning_closed")
            yield moment, f"charge.dispute.{'closed' if closed else 'updated'}", dispute | {"status": status}

    def _payout(self, subject: Subject) -> Iterator[Chapter]:
        created = self._now - self.chance.randrange(4 * DAY, LIVED * DAY)
        arrival = (created // DAY + 2) * DAY
        payout = shapes.payout(
            id=self._id("po"),
            created=created,
            amount=self.chance.randrange(1_000, 500_000) * (-1 if self.chance.random() < 0.05 else 1),
            currency="usd",
            arrival_date=arrival,
            balance_transaction=self._id("txn"),
            destination="ba_crash",
        )
        yield created, "payout.created", payout
        if self.chance.random() < 0.1:
            yield self._after(created, DAY), "payout.canceled", payout | {"status": "canceled"}
            return
        paid_at = arrival + self.chance.randrange(-DAY, int(1.5 * DAY))
        yield paid_at, "payout.paid", payout | {"status": "paid"}
        if self.chance.random() < 0.3:
            yield self._after(paid_at, 4 * DAY), "payout.failed", payout | {"status": "failed"}

    def _payout_fails_late(self, paid: list[Object]) -> Iterator[Chapter]:
        payout = paid.pop()
        yield self._now + LATER + self.chance.randrange(DAY), "payout.failed", payout | {"status": "failed"}

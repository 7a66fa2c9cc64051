"""Subscriptions of a sample business: sign-up, trial, renewal, unpaid renewals, and the end."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from vaultra_sandbox import shapes
from vaultra_sandbox.ids import mint

if TYPE_CHECKING:
    from vaultra_sandbox.profiles import Plan
    from vaultra_sandbox.simulation import Simulation

DAY: Final = 86_400
RETRIES: Final = 3  # declined renewals are tried again this often, then the subscription ends


def subscribe(books: "Simulation", whale: bool) -> None:
    """A new customer takes a plan; some start with a trial, some with a discount."""
    profile, state = books.profile, books.state
    turn = state.customers
    plan = profile.whale if whale and profile.whale else profile.plans[turn % len(profile.plans)]
    customer, _ = books.person(state.customers)
    state.customers += 1
    start, id_ = books.stamp(), books.mint("sub")
    trial = not whale and books.owes("trial", 0.15)
    trial_end = start + 14 * DAY if trial else None
    discounts = [_discount(books, id_, customer, start)] if not whale and books.owes("discount", 0.1) else []
    taken = shapes.subscription(
        id=id_,
        created=start,
        customer=customer,
        price=_price(books, plan),
        quantity=(1, 1, 2, 1, 3)[turn % 5] if plan.name == "Team" else 1,
        period_end=trial_end or _next(start, plan.interval),
        trial_end=trial_end,
        discounts=discounts,
    )
    taken["metadata"] = {"customer_number": str(state.customers - 1)}
    books.journal.put(taken)
    books.emit("customer.subscription.created", taken)
    if trial_end:
        books.plan(trial_end + state.ahead, "renew", subscription=id_)
    else:
        _bill(books, taken)


def renew(books: "Simulation", subscription: str, tries: int) -> None:
    """A period is over: bill the next one, unless the customer has had enough."""
    current = books.journal.get(subscription)
    profile, chance = books.profile, books.chance
    whale = _whale(books, current)
    if not whale and (tries >= RETRIES or (tries == 0 and books.owes("churn", profile.churn))):
        _end(books, current, "payment_failed" if tries else "cancellation_requested")
        return
    declined = not whale and (books.owes("retry", 0.6) if tries else books.owes("unpaid", profile.unpaid))
    if declined:
        _bill(books, current, declined=True)
        if current["status"] != "past_due":
            before, current["status"] = {"status": current["status"]}, "past_due"
            books.journal.put(current)
            books.emit("customer.subscription.updated", current, before)
        books.plan(books.time + round(chance.uniform(4, 7) * DAY), "renew", subscription=subscription, tries=tries + 1)
        return
    item = current["items"]["data"][0]
    before = {"status": current["status"]}
    current["status"] = "active"
    # The period begins where the last one ended, however late it is paid; after a jump of the clock, now.
    start = max(item["current_period_end"], books.stamp() - 30 * DAY)
    item["current_period_start"] = start
    item["current_period_end"] = _next(start, item["price"]["recurring"]["interval"])
    books.journal.put(current)
    books.emit("customer.subscription.updated", current, before)
    _bill(books, current)


def _bill(books: "Simulation", subscription: dict[str, Any], *, declined: bool = False) -> None:
    """Charge one period; a paid one plans the next renewal."""
    item = subscription["items"]["data"][0]
    customer, billing = books.person(int(subscription["metadata"]["customer_number"]))
    amount = item["price"]["unit_amount"] * item["quantity"]
    for id_ in subscription["discounts"]:
        found = books.journal.get(id_)
        if found["end"] is None or found["end"] > books.stamp():
            amount = round(amount * (100 - books.journal.get(found["source"]["coupon"])["percent_off"]) / 100)
    books.charge(
        amount=amount,
        currency=item["price"]["currency"],
        customer=customer,
        billing=billing,
        description="Subscription update",
        declined=declined,
    )
    if not declined:
        books.plan(item["current_period_end"] + books.state.ahead, "renew", subscription=subscription["id"])


def _end(books: "Simulation", subscription: dict[str, Any], reason: str) -> None:
    now = books.stamp()
    subscription.update(status="canceled", canceled_at=now, ended_at=now)
    subscription["cancellation_details"]["reason"] = reason
    books.journal.put(subscription)
    books.emit("customer.subscription.deleted", subscription)


def _discount(books: "Simulation", subscription: str, customer: str, start: int) -> str:
    months = books.chance.choice((3, 6, None))
    percent = books.chance.choice((10, 20, 25))
    end = None
    if months:
        end = start + round(months * 30.4375 * DAY)
    coupon = shapes.coupon(id=books.mint("co"), created=start, percent_off=percent, months=months)
    discount = shapes.discount(
        id=books.mint("di"), coupon=coupon["id"], customer=customer, subscription=subscription, start=start, end=end
    )
    books.journal.put(coupon)
    books.journal.put(discount)
    id_: str = discount["id"]
    return id_


def _price(books: "Simulation", plan: "Plan") -> dict[str, Any]:
    return shapes.price(
        id=mint("price", books.account, plan.name),
        product=mint("prod", books.account, plan.name),
        created=books.state.anchor - books.profile.days * DAY,
        currency=books.profile.currency,
        amount=plan.amount,
        interval=plan.interval,
    )


def _whale(books: "Simulation", subscription: dict[str, Any]) -> bool:
    whale = books.profile.whale
    price = subscription["items"]["data"][0]["price"]["id"]
    return whale is not None and price == mint("price", books.account, whale.name)


def _next(start: int, interval: str) -> int:
    """The end of a period, in calendar months where the interval is one (the 31st becomes the 28th and stays)."""
    if interval in ("day", "week"):
        return start + {"day": 1, "week": 7}[interval] * DAY
    moment = dt.datetime.fromtimestamp(start, dt.UTC)
    months = moment.month - 1 + {"month": 1, "year": 12}[interval]
    return int(
        moment.replace(year=moment.year + months // 12, month=months % 12 + 1, day=min(moment.day, 28)).timestamp()
    )

"""What a sample business is like: data and small functions of its age, from which `simulation` makes its history.

`age` is in days, 0 on the day the store was made, negative before. All amounts are minor units.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

Rate = Callable[[int], float]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription plan that customers sign up to."""

    name: str
    amount: int
    interval: str = "month"


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """One sample business."""

    name: str  # what scripts call it
    title: str
    line: str  # what the consent page says
    country: str = "US"
    currency: str = "usd"
    timezone: str = "America/New_York"
    mcc: str
    product: str
    days: int  # how long it has been selling
    opens: tuple[int, int] = (9, 18)  # hours of the day, local
    weekdays: tuple[float, ...] = (1.0,) * 7  # how busy Monday … Sunday are
    sales: Rate = lambda _age: 0.0  # one-off charges a day
    prices: tuple[int, ...] = ()
    price_growth: Rate = lambda _age: 1.0
    regulars: float = 0.5  # share of sales to a customer who has bought before
    walk_ins: float = 0.0  # share of sales without a customer
    declined: float = 0.02  # share of attempts that fail
    refunds: Rate = lambda _age: 0.0  # chance of a refund per charge
    disputes: Rate = lambda _age: 0.0  # chance of a dispute per charge
    inquiries: float = 0.1  # share of disputes that start as an inquiry
    payout_every: str = "weekly"
    payout_failures: Rate = lambda _age: 0.0
    currencies: Mapping[str, tuple[float, str]] = {}  # currency → (share of sales, settlement units per unit)
    plans: tuple[Plan, ...] = ()  # taken in turn, so that revenue is much the same whatever the seed
    signups: Rate = lambda _age: 0.0  # new subscriptions a day
    founders: int = 0  # subscriptions in the first month
    churn: float = 0.0  # chance that a subscription ends at a renewal
    unpaid: float = 0.0  # chance that a renewal is declined at first
    whale: Plan | None = None  # one customer who dwarfs the others

    @property
    def schedule(self) -> dict[str, Any]:
        """Stripe's payout schedule."""
        weekly = {"weekly_anchor": "monday"} if self.payout_every == "weekly" else {}
        return {"delay_days": 2, "interval": self.payout_every, **weekly}

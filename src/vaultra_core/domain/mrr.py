"""Monthly recurring revenue: what subscriptions bring per 30.4375-day month, in exact fractions until the last step."""

import datetime as dt
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final

import msgspec

from vaultra_core.domain.activity import History
from vaultra_core.domain.ledger import Discount, PriceTier, Subscription, SubscriptionItem, SubscriptionStatus
from vaultra_core.domain.reference_rates import PER_EURO, has_reference_rate
from vaultra_core.money import exponent, round_fraction
from vaultra_core.periods import DAY_SECONDS, MONTH_DAYS, PERIOD_DAYS, day_start, window

MONTHS: Final = {"year": Fraction(12), "month": Fraction(1), "week": 7 / MONTH_DAYS, "day": 1 / MONTH_DAYS}
PAST_DUE_SECONDS: Final = 30 * DAY_SECONDS  # then a payment is not expected any more

_NEVER: Final = frozenset([SubscriptionStatus.INCOMPLETE, SubscriptionStatus.INCOMPLETE_EXPIRED])
_STOPPED: Final = frozenset([SubscriptionStatus.UNPAID, SubscriptionStatus.PAUSED])


class RecurringRevenue(msgspec.Struct, frozen=True, kw_only=True):
    """MRR at the end of a day and its movements over the 30 days before, minor units.

    All are None without subscriptions, and when the price of one that counts is not known. `unconverted` counts
    subscriptions that are left out because their currency has no rate.
    """

    mrr_minor: int | None = None
    new_minor: int | None = None
    churned_minor: int | None = None
    unconverted: int = 0


def recurring_revenue(history: History, as_of: dt.date) -> RecurringRevenue:
    """MRR as of the end of a day. Subscriptions that start later are not seen, those that end later still run."""
    standing = _standing(history, as_of)
    if standing is None:
        return RecurringRevenue()
    try:
        minor = {name: _sum(those, history.currency, moment) for name, (those, moment) in standing.behind.items()}
    except _PriceUnknown:
        return RecurringRevenue(unconverted=standing.unconverted)
    return RecurringRevenue(
        mrr_minor=minor["mrr"],
        new_minor=minor["new_mrr"],
        churned_minor=minor["churned_mrr"],
        unconverted=standing.unconverted,
    )


def subscriptions_behind(name: str, history: History, as_of: dt.date) -> list[tuple[Subscription, int | None]]:
    """The subscriptions that `mrr`, `new_mrr` or `churned_mrr` counts, by id, each with its minor units per month: None
    where its price is not known."""
    standing = _standing(history, as_of)
    if standing is None:
        return []
    those, moment = standing.behind[name]
    return [(each, _alone(each, history.currency, moment)) for each in sorted(those, key=lambda each: each.id)]


def _alone(subscription: Subscription, currency: str, moment: int) -> int | None:
    try:
        return _sum([subscription], currency, moment)
    except _PriceUnknown:
        return None


class _Standing(msgspec.Struct, frozen=True):
    """By figure, the subscriptions it counts and the moment at which they are priced."""

    behind: dict[str, tuple[list[Subscription], int]]
    unconverted: int


def _standing(history: History, as_of: dt.date) -> _Standing | None:
    """How subscriptions stand at the end of a day; None when there are none."""
    if not history.subscriptions:
        return None
    end = day_start(as_of + dt.timedelta(days=1), history.timezone)
    start = day_start(window(as_of, PERIOD_DAYS)[0], history.timezone)
    known = [subscription for subscription in history.subscriptions if subscription.started_at < end]
    if not known:
        return None
    kept = [subscription for subscription in known if has_reference_rate(subscription.currency, history.currency)]
    now = {subscription.id: subscription for subscription in kept if _counts(subscription, end)}
    before = {subscription.id: subscription for subscription in kept if _counts(subscription, start)}
    new = [s for s in now.values() if s.id not in before and _pays_since(s) >= start]
    churned = [s for s in before.values() if s.ended_at is not None and s.ended_at < end]
    behind = {"mrr": (list(now.values()), end), "new_mrr": (new, end), "churned_mrr": (churned, start)}
    return _Standing(behind, len(known) - len(kept))


def _counts(subscription: Subscription, moment: int) -> bool:
    """Whether a subscription brings recurring revenue just before `moment`, as far as its present state tells."""
    return _runs(subscription, moment) and _pays(subscription, moment)


def _runs(subscription: Subscription, moment: int) -> bool:
    """Begun and past its trial, and not over."""
    if _pays_since(subscription) >= moment:
        return False
    if subscription.ended_at is not None:
        return subscription.ended_at >= moment
    return subscription.status is not SubscriptionStatus.CANCELED


def _pays(subscription: Subscription, moment: int) -> bool:
    status = subscription.status
    if status in _NEVER:
        return False
    # A status that an event dates after the moment did not hold yet.
    if subscription.milestones.get(status, 0) >= moment:
        return True
    if status is SubscriptionStatus.PAST_DUE:
        return moment - _past_due_since(subscription) <= PAST_DUE_SECONDS
    in_endless_trial = status is SubscriptionStatus.TRIALING and subscription.trial_end is None
    return not (subscription.paused or status in _STOPPED or in_endless_trial)


def _pays_since(subscription: Subscription) -> int:
    return max(subscription.started_at, subscription.trial_end or 0)


def _past_due_since(subscription: Subscription) -> int:
    """When the payment failed: an event says so, or else the bill of the running period is the one that is open."""
    starts = [item.current_period_start for item in subscription.items if item.current_period_start is not None]
    return subscription.milestones.get("past_due") or max(starts, default=subscription.started_at)


class _PriceUnknown(Exception):
    """A price that counts was not shown to us."""


def _sum(subscriptions: Iterable[Subscription], currency: str, moment: int) -> int:
    total = Fraction(0)
    for subscription in subscriptions:
        total += _monthly(subscription, moment) * _rate(subscription.currency, currency)
    return round_fraction(total)


def _rate(source: str, target: str) -> Fraction:
    if source == target:
        return Fraction(1)
    scale = Fraction(10) ** (exponent(target) - exponent(source))
    return Fraction(PER_EURO[target]) / Fraction(PER_EURO[source]) * scale


def _monthly(subscription: Subscription, moment: int) -> Fraction:
    """Minor units per month, net of the discounts in force at a moment. Metered items are not recurring."""
    items = [item for item in subscription.items if not item.metered]
    total = Fraction(0)
    for item in items:
        total += _discounted(_bill(item), item.discounts, moment) / _months(item)
    # An amount off the whole bill comes with every bill: with the most frequent one when items are billed differently.
    cycle = min((_months(item) for item in items), default=Fraction(1))
    return _discounted(total * cycle, subscription.discounts, moment) / cycle


def _months(item: SubscriptionItem) -> Fraction:
    return MONTHS[item.interval] * item.interval_count


def _discounted(bill: Fraction, discounts: Sequence[Discount], moment: int) -> Fraction:
    """What is left of a bill: discounts apply one after the other, and never below zero."""
    for discount in discounts:
        if (discount.starts_at or 0) >= moment or (discount.ends_at is not None and discount.ends_at < moment):
            continue
        if discount.percent_off is not None:
            bill *= 1 - Fraction(discount.percent_off) / 100
        elif discount.amount_off_minor is not None:
            bill -= discount.amount_off_minor
    return max(bill, Fraction(0))


def _bill(item: SubscriptionItem) -> Fraction:
    """What one billing of an item costs, minor units."""
    if item.tiers_mode is None:
        if item.unit_amount is None:
            raise _PriceUnknown
        return item.quantity * Fraction(item.unit_amount)
    if not item.tiers:
        raise _PriceUnknown
    return _volume(item) if item.tiers_mode == "volume" else _graduated(item)


def _volume(item: SubscriptionItem) -> Fraction:
    """All units at the price of the tier that the quantity falls into."""
    tier = next((t for t in item.tiers if t.up_to is None or item.quantity <= t.up_to), item.tiers[-1])
    return item.quantity * _per_unit(tier) + _flat(tier)


def _graduated(item: SubscriptionItem) -> Fraction:
    """Each unit at the price of its own tier; a tier's flat amount is due once it is reached."""
    total, below = Fraction(0), 0
    for tier in item.tiers:
        top = item.quantity if tier.up_to is None else min(item.quantity, tier.up_to)
        if top > below or below == 0:
            total += max(top - below, 0) * _per_unit(tier) + _flat(tier)
        below = max(top, below)
        if top == item.quantity:
            break
    return total


def _per_unit(tier: PriceTier) -> Fraction:
    return Fraction(tier.unit_amount or 0)


def _flat(tier: PriceTier) -> Fraction:
    return Fraction(tier.flat_amount or 0)

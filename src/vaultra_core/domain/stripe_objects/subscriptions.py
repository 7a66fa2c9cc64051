"""Subscriptions, the one object whose shape has moved between API versions."""

from decimal import Decimal
from typing import Final

from vaultra_core.domain import ledger
from vaultra_core.domain.stripe_objects import wire
from vaultra_core.errors import InvalidInput

INTERVALS: Final = frozenset(["day", "week", "month", "year"])


def subscription_state(seen: wire.Subscription) -> tuple[ledger.Subscription, bool]:
    """The state, and whether the API left parts of it out that its MRR depends on.

    Left out are items beyond the first page, tiers and discounts that were not expanded (events never expand). A
    retrieve that expands `discounts` (with their coupons) and `items.data.price.tiers` brings them.
    """
    discounts, discounts_missing = _discounts(seen.discounts, seen.discount)
    items = [_item(item, seen) for item in seen.items.data]
    currencies = [price.currency for item in seen.items.data if (price := item.price or item.plan) and price.currency]
    currency = seen.currency or (currencies[0] if currencies else None)
    if currency is None:
        raise InvalidInput(f"The subscription {seen.id} has no currency.", id=seen.id)
    state = ledger.Subscription(
        id=seen.id,
        created=seen.created,
        currency=currency.lower(),
        status=seen.status,
        customer=seen.customer.id if isinstance(seen.customer, wire.Ref) else seen.customer,
        started_at=seen.created if seen.start_date is None else seen.start_date,
        trial_end=seen.trial_end,
        ended_at=seen.ended_at,
        paused=seen.pause_collection is not None,
        items=tuple(item for item, _ in items),
        discounts=discounts,
    )
    return state, seen.items.has_more or discounts_missing or any(missing for _, missing in items)


def _item(seen: wire.Item, subscription: wire.Subscription) -> tuple[ledger.SubscriptionItem, bool]:
    # A price is repeated in the older shape of a plan; the price is the better of the two.
    if seen.price is not None and seen.price.recurring is not None:
        price, recurring = seen.price, seen.price.recurring
        unit_amount = _amount(price.unit_amount_decimal, price.unit_amount)
        transform = price.transform_quantity
        terms = recurring.interval, recurring.interval_count, recurring.usage_type
        scheme, tiers, tiers_mode = price.billing_scheme, price.tiers, price.tiers_mode
    elif seen.plan is not None:
        plan = seen.plan
        unit_amount = _amount(plan.amount_decimal, plan.amount)
        transform = plan.transform_usage
        terms = plan.interval, plan.interval_count, plan.usage_type
        scheme, tiers, tiers_mode = plan.billing_scheme, plan.tiers, plan.tiers_mode
    else:
        raise InvalidInput(f"The subscription item {seen.id} has neither a recurring price nor a plan.", id=seen.id)
    interval, interval_count, usage_type = terms
    if interval not in INTERVALS:
        raise InvalidInput(f"The subscription item {seen.id} is billed every {interval!r}.", id=seen.id)
    tiered, metered = scheme == "tiered", usage_type == "metered"
    discounts, discounts_missing = _discounts(seen.discounts, None)
    item = ledger.SubscriptionItem(
        id=seen.id,
        quantity=_packages(1 if seen.quantity is None else seen.quantity, transform),
        interval=interval,
        interval_count=interval_count,
        unit_amount=None if tiered else unit_amount,
        metered=metered,
        tiers_mode=tiers_mode if tiered else None,
        tiers=tuple(_tier(tier) for tier in tiers or ()) if tiered else (),
        # 2025-03-31 "basil" moved the current period from the subscription to its items.
        current_period_start=(
            subscription.current_period_start if seen.current_period_start is None else seen.current_period_start
        ),
        discounts=discounts,
    )
    return item, discounts_missing or (tiered and not metered and not tiers)


def _tier(seen: wire.Tier) -> ledger.PriceTier:
    if isinstance(seen.up_to, str) and seen.up_to != "inf":
        raise InvalidInput(f"A price tier ends at {seen.up_to!r}.")
    return ledger.PriceTier(
        up_to=seen.up_to if isinstance(seen.up_to, int) else None,
        unit_amount=_amount(seen.unit_amount_decimal, seen.unit_amount),
        flat_amount=_amount(seen.flat_amount_decimal, seen.flat_amount),
    )


def _discounts(
    seen: tuple[str | wire.Discount, ...] | None, single: wire.Discount | None
) -> tuple[tuple[ledger.Discount, ...], bool]:
    """The discounts that reduce every bill, and whether some were only named.

    A coupon that is used once lowers one invoice, not what recurs. API versions before 2024-06-20 repeat the first of
    `discounts` in `discount`, which is then the only one expanded.
    """
    listed = list(seen or ())
    if single is not None and all(isinstance(entry, str) for entry in listed[1:]) and not _expanded(listed[:1]):
        listed[:1] = [single]
    known, missing = [], False
    for entry in listed:
        coupon = None if isinstance(entry, str) else (entry.source.coupon if entry.source else None) or entry.coupon
        if isinstance(entry, str) or not isinstance(coupon, wire.Coupon):
            missing = True
        elif coupon.duration != "once":
            known.append(
                ledger.Discount(
                    percent_off=_amount(coupon.percent_off, None),
                    amount_off_minor=coupon.amount_off,
                    starts_at=entry.start,
                    ends_at=entry.end,
                )
            )
    return tuple(known), missing


def _expanded(listed: list[str | wire.Discount]) -> bool:
    return bool(listed) and isinstance(listed[0], wire.Discount)


def _packages(quantity: int, transform: wire.Transform | None) -> int:
    """Prices per package: 7 seats in packages of 5 are 1 or 2 units, as the price says."""
    if transform is None:
        return quantity
    return quantity // transform.divide_by if transform.round == "down" else -(-quantity // transform.divide_by)


def _amount(exact: Decimal | None, whole: int | None) -> str | None:
    """A decimal string of minor units: the exact field, which older API versions lack, or the whole one."""
    if exact is None:
        return None if whole is None else str(whole)
    if not exact.is_finite() or abs(exact.adjusted()) > 18:
        raise InvalidInput(f"The amount {exact} is out of range.")
    return str(exact)

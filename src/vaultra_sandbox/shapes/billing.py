"""Subscriptions and what they consist of."""

from typing import Any

from vaultra_sandbox.ids import mint

Object = dict[str, Any]


def price(*, id: str, product: str, created: int, currency: str, amount: int, interval: str) -> Object:  # noqa: A002
    """A flat recurring price, once per `interval` and unit."""
    return {
        "id": id,
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": created,
        "currency": currency,
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": product,
        "recurring": {
            "interval": interval,
            "interval_count": 1,
            "meter": None,
            "trial_period_days": None,
            "usage_type": "licensed",
        },
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring",
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
    }


def subscription(
    *,
    id: str,  # noqa: A002
    created: int,
    customer: str,
    price: Object,
    quantity: int,
    period_end: int,
    trial_end: int | None,
    discounts: list[str],
) -> Object:
    """A running subscription with one item. Periods stand on the item, as since version 2025-03-31."""
    return {
        "id": id,
        "object": "subscription",
        "application": None,
        "application_fee_percent": None,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": trial_end or created,
        "billing_mode": {"type": "classic"},
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": "charge_automatically",
        "created": created,
        "currency": price["currency"],
        "customer": customer,
        "days_until_due": None,
        "default_payment_method": None,
        "description": None,
        "discounts": discounts,
        "ended_at": None,
        "items": {
            "object": "list",
            "data": [
                {
                    "id": mint("si", id),
                    "object": "subscription_item",
                    "created": created,
                    "current_period_end": period_end,
                    "current_period_start": created,
                    "discounts": [],
                    "metadata": {},
                    "price": price,
                    "quantity": quantity,
                    "subscription": id,
                    "tax_rates": [],
                }
            ],
            "has_more": False,
            "total_count": 1,
            "url": f"/v1/subscription_items?subscription={id}",
        },
        "latest_invoice": None,
        "livemode": False,
        "metadata": {},
        "on_behalf_of": None,
        "pause_collection": None,
        "schedule": None,
        "start_date": created,
        "status": "trialing" if trial_end else "active",
        "test_clock": None,
        "trial_end": trial_end,
        "trial_start": created if trial_end else None,
    }


def coupon(*, id: str, created: int, percent_off: int, months: int | None) -> Object:  # noqa: A002
    """A percentage off, for some months or for good."""
    return {
        "id": id,
        "object": "coupon",
        "amount_off": None,
        "created": created,
        "currency": None,
        "duration": "repeating" if months else "forever",
        "duration_in_months": months,
        "livemode": False,
        "max_redemptions": None,
        "metadata": {},
        "name": f"{percent_off} % off",
        "percent_off": percent_off,
        "redeem_by": None,
        "times_redeemed": 1,
        "valid": True,
    }


def discount(*, id: str, coupon: str, customer: str, subscription: str, start: int, end: int | None) -> Object:  # noqa: A002
    """A coupon applied to a subscription, until `end` or for good."""
    return {
        "id": id,
        "object": "discount",
        "checkout_session": None,
        "customer": customer,
        "end": end,
        "invoice": None,
        "invoice_item": None,
        "promotion_code": None,
        "source": {"coupon": coupon, "type": "coupon"},
        "start": start,
        "subscription": subscription,
        "subscription_item": None,
    }

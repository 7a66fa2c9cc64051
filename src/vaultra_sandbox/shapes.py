"""Stripe's objects as its API renders them at version 2026-10-28.endive, complete enough for a reader to be misled by
the same fields as in life. Amounts are minor units, times Unix seconds. Nothing here decides anything."""

import random
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from vaultra_sandbox.ids import digest, mint
from vaultra_sandbox.people import NOBODY

API_VERSION: Final = "2026-10-28.endive"
# https://docs.stripe.com/currencies; the product has its own list, and that is the point.
ZERO_DECIMAL: Final = frozenset(
    ("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf")
)
THREE_DECIMAL: Final = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
DISPUTE_FEE: Final = 1_500  # minor units: what Stripe takes for a dispute in most countries

Object = dict[str, Any]


def exponent(currency: str) -> int:
    """Decimals of a currency's minor unit."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def card_fee(amount: int) -> int:
    """2.9 % + 30 minor units, rounded to the nearest: Stripe's usual price for a card."""
    return (amount * 29 + 500) // 1000 + 30


def settle(amount: int, source: str, target: str, rate: Decimal) -> int:
    """`amount` of `source` minor units in `target` minor units; `rate` is in whole units, as for one dollar."""
    exact = (amount * rate).scaleb(exponent(target) - exponent(source))
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def charge(
    *,
    id: str,  # noqa: A002
    created: int,
    amount: int,
    currency: str,
    customer: str | None,
    billing: Object = NOBODY,
    balance_transaction: str | None,
    description: str | None = None,
    failure_code: str | None = None,
    captured: bool = True,
) -> Object:
    """A card charge: succeeded, or failed when there is a `failure_code`."""
    failed = failure_code is not None
    card = random.Random(customer or id)  # noqa: S311 (a made-up card, always the same for the same customer)
    brand = card.choice(("visa", "visa", "mastercard", "amex"))
    return {
        "id": id,
        "object": "charge",
        "amount": amount,
        "amount_captured": amount if captured and not failed else 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": balance_transaction,
        "billing_details": billing,
        "calculated_statement_descriptor": "SANDBOX",
        "captured": captured and not failed,
        "created": created,
        "currency": currency,
        "customer": customer,
        "description": description,
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": failure_code,
        "failure_message": "Your card was declined." if failed else None,
        "fraud_details": {},
        "livemode": False,
        "metadata": {},
        "on_behalf_of": None,
        "outcome": {
            "advice_code": None,
            "network_advice_code": None,
            "network_decline_code": "51" if failed else None,
            "network_status": "declined_by_network" if failed else "approved_by_network",
            "reason": failure_code,
            "risk_level": "normal",
            "seller_message": "The bank declined the payment." if failed else "Payment complete.",
            "type": "issuer_declined" if failed else "authorized",
        },
        "paid": not failed,
        "payment_intent": mint("pi", id),
        "payment_method": mint("pm", customer or id),
        "payment_method_details": {
            "card": {
                "amount_authorized": amount,
                "brand": brand,
                "checks": {"address_line1_check": "pass", "address_postal_code_check": "pass", "cvc_check": "pass"},
                "country": billing["address"]["country"],
                "exp_month": card.randrange(1, 13),
                "exp_year": 2030 + card.randrange(4),
                "fingerprint": digest("card", customer or id, length=16),
                "funding": "credit",
                "installments": None,
                "last4": f"{card.randrange(10_000):04}",
                "mandate": None,
                "network": brand,
                "network_token": {"used": False},
                "three_d_secure": None,
                "wallet": None,
            },
            "type": "card",
        },
        "receipt_email": billing["email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "failed" if failed else "succeeded",
        "transfer_data": None,
        "transfer_group": None,
    }


def balance_transaction(
    *,
    id: str,  # noqa: A002
    created: int,
    amount: int,
    currency: str,
    fee: int = 0,
    type: str,  # noqa: A002
    reporting_category: str,
    source: str,
    available_on: int,
    exchange_rate: Decimal | None = None,
    description: str | None = None,
) -> Object:
    """Money that moved on the balance, in the settlement currency."""
    return {
        "id": id,
        "object": "balance_transaction",
        "amount": amount,
        "available_on": available_on,
        "balance_type": "payments",
        "created": created,
        "currency": currency,
        "description": description,
        # A JSON number, as Stripe sends it. Rates have few enough digits to survive the trip through a double.
        "exchange_rate": None if exchange_rate is None else float(exchange_rate),
        "fee": fee,
        "fee_details": [
            {
                "amount": fee,
                "application": None,
                "currency": currency,
                "description": "Dispute fee" if type == "adjustment" else "Stripe processing fees",
                "type": "stripe_fee",
            }
        ]
        if fee
        else [],
        "net": amount - fee,
        "reporting_category": reporting_category,
        "source": source,
        "status": "pending",
        "type": type,
    }


def refund(
    *,
    id: str,  # noqa: A002
    created: int,
    of: Object,
    amount: int,
    balance_transaction: str | None,
    reason: str | None,
) -> Object:
    """A refund of the charge `of`, in the charge's currency."""
    return {
        "id": id,
        "object": "refund",
        "amount": amount,
        "balance_transaction": balance_transaction,
        "charge": of["id"],
        "created": created,
        "currency": of["currency"],
        "destination_details": {"card": {"reference_status": "pending", "type": "refund"}, "type": "card"},
        "metadata": {},
        "payment_intent": of["payment_intent"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }


def dispute(
    *,
    id: str,  # noqa: A002
    created: int,
    of: Object,
    status: str,
    reason: str,
    balance_transactions: list[Object],
) -> Object:
    """A dispute of the whole charge `of`; an inquiry when its status starts with `warning_`."""
    inquiry = status.startswith("warning_")
    billing = of["billing_details"]
    return {
        "id": id,
        "object": "dispute",
        "amount": of["amount"],
        "balance_transactions": balance_transactions,
        "charge": of["id"],
        "created": created,
        "currency": of["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {
            "customer_email_address": billing["email"],
            "customer_name": billing["name"],
            "customer_purchase_ip": None,
            "uncategorized_text": None,
        },
        "evidence_details": {
            "due_by": created + 9 * 86_400,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": of["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": of["payment_method_details"]["card"]["brand"],
                "case_type": "inquiry" if inquiry else "chargeback",
                "network_reason_code": "10.4",
            },
            "type": "card",
        },
        "reason": reason,
        "status": status,
    }


def payout(
    *,
    id: str,  # noqa: A002
    created: int,
    amount: int,
    currency: str,
    arrival_date: int,
    balance_transaction: str,
    destination: str,
) -> Object:
    """An automatic payout on its way."""
    return {
        "id": id,
        "object": "payout",
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": arrival_date,
        "automatic": True,
        "balance_transaction": balance_transaction,
        "created": created,
        "currency": currency,
        "description": "STRIPE PAYOUT",
        "destination": destination,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "in_progress",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "in_transit",
        "trace_id": None,
        "type": "bank_account",
    }


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


def event(*, id: str, created: int, type: str, object: Object, previous: Object | None, pending: int) -> Object:  # noqa: A002
    """An event with the object as it was at that moment."""
    data = {"object": object} if previous is None else {"object": object, "previous_attributes": previous}
    return {
        "id": id,
        "object": "event",
        "api_version": API_VERSION,
        "created": created,
        "data": data,
        "livemode": False,
        "pending_webhooks": pending,
        "request": {"id": None, "idempotency_key": None},
        "type": type,
    }


def account(
    *,
    id: str,  # noqa: A002
    created: int,
    name: str,
    country: str,
    currency: str,
    timezone: str,
    mcc: str | None = None,
    product: str | None = None,
    schedule: Object | None = None,
) -> Object:
    """A connected Standard account."""
    return {
        "id": id,
        "object": "account",
        "business_profile": {
            "annual_revenue": None,
            "estimated_worker_count": None,
            "mcc": mcc,
            "name": name,
            "product_description": product,
            "support_address": None,
            "support_email": "help@example.com",
            "support_phone": None,
            "support_url": None,
            "url": "https://shop.example.com",
        },
        "business_type": "company",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": country,
        "created": created,
        "default_currency": currency,
        "details_submitted": True,
        "email": "owner@example.com",
        "external_accounts": {
            "object": "list",
            "data": [],
            "has_more": False,
            "total_count": 0,
            "url": f"/v1/accounts/{id}/external_accounts",
        },
        "metadata": {},
        "payouts_enabled": True,
        "requirements": {"currently_due": [], "disabled_reason": None, "eventually_due": [], "past_due": []},
        "settings": {
            "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
            "card_payments": {"statement_descriptor_prefix": None},
            "dashboard": {"display_name": name, "timezone": timezone},
            "payments": {"statement_descriptor": name.upper()[:22]},
            "payouts": {
                "debit_negative_balances": True,
                "schedule": schedule or {"delay_days": 2, "interval": "daily"},
                "statement_descriptor": None,
            },
        },
        "tos_acceptance": {"date": created},
        "type": "standard",
    }

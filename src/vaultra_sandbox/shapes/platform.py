"""What a platform sees of its connected accounts."""

from typing import Any, Final

API_VERSION: Final = "2026-10-28.endive"

Object = dict[str, Any]


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

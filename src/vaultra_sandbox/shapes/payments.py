"""What happens between a shop and its customers."""

import random
from typing import Any

from vaultra_sandbox.ids import digest, mint
from vaultra_sandbox.people import NOBODY

Object = dict[str, Any]


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

"""Errors in Stripe's shape (https://docs.stripe.com/api/errors)."""

from typing import Any


class StripeError(Exception):
    """What the API answers instead of an object; `status` is the HTTP status."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str = "invalid_request_error",  # noqa: A002 (Stripe's word)
        code: str | None = None,
        param: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        optional = {"code": code, "param": param}
        self.error: dict[str, Any] = {
            "message": message,
            "type": type,
            **{name: value for name, value in optional.items() if value is not None},
        }
        if code:
            self.error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"


class OAuthError(Exception):
    """What the token endpoint answers (RFC 6749, section 5.2)."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.body = {"error": error, "error_description": description}


def missing(kind: str, id: str, *, status: int = 404, param: str = "id") -> StripeError:  # noqa: A002
    """`resource_missing`; Stripe writes kinds without underscores here."""
    name = {"balance_transaction": "balance transaction"}.get(kind, kind)
    return StripeError(status, f"No such {name}: '{id}'", code="resource_missing", param=param)

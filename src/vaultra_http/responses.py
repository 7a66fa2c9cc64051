"""The error answers of the OpenAPI document, told once."""

from typing import Any

import msgspec
from litestar.openapi import ResponseSpec

_MEANING = {
    400: "The request does not fit its schema.",
    401: "Nobody is signed in.",
    403: "Not a member of that business, or the role is too low.",
    404: "No such thing.",
    409: "It exists already, or somebody was faster.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "Well-formed, but senseless.",
    429: "Too many tries.",
    503: "A dependency is down.",
}


class ErrorBody(msgspec.Struct):
    code: str
    message: str
    details: dict[str, Any]
    request_id: str


class ErrorEnvelope(msgspec.Struct):
    error: ErrorBody


def errors(*statuses: int) -> dict[int, ResponseSpec]:
    """What a route may answer besides its success; 503 is always possible."""
    return {
        status: ResponseSpec(data_container=ErrorEnvelope, description=_MEANING[status], generate_examples=False)
        for status in sorted({*statuses, 503})
    }


PUBLIC_READ = errors(400)
PUBLIC_WRITE = errors(400, 413, 415)
PERSONAL_READ = errors(400, 401)
PERSONAL_WRITE = errors(400, 401, 413, 415)
BUSINESS_READ = errors(400, 401, 403, 404)
BUSINESS_WRITE = errors(400, 401, 403, 404, 409, 413, 415, 422)
TO_STRIPE = {302: ResponseSpec(data_container=None, description="To Stripe's consent page.", generate_examples=False)}

"""The one table from error to status, and the one envelope around every error."""

import logging
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from vaultra_core.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    RateLimited,
    Unauthorized,
    Unavailable,
    Unprocessable,
    VaultraError,
)

logger = logging.getLogger(__name__)

STATUS: dict[type[VaultraError], int] = {
    InvalidInput: 400,
    Unauthorized: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Unprocessable: 422,
    RateLimited: 429,
    Unavailable: 503,
}

# What the framework raises by itself, by status.
FRAMEWORK_CODES = {
    400: "VALIDATION_ERROR",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "RATE_LIMITED",
}

OWN_DEPENDENCIES = {"database", "queue"}

AnyRequest = Request[Any, Any, Any]


def envelope(
    request: AnyRequest,
    status: int,
    code: str,
    message: str,
    details: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response[Any]:
    error = _error(request, code, message, details)
    return Response({"error": error}, status_code=status, headers=headers, media_type="application/json")


def _error(request: AnyRequest, code: str, message: str, details: dict[str, Any] | None) -> dict[str, Any]:
    return {"code": code, "message": message, "details": details or {}, "request_id": request_id(request)}


def error_body(request: AnyRequest, error: VaultraError) -> dict[str, Any]:
    """The envelope of an error whose answer has begun already: the last event of a stream."""
    return {"error": _error(request, error.code, error.message, error.details)}


def request_id(request: AnyRequest) -> str:
    return str(request.scope.get("state", {}).get("request_id", ""))


def on_vaultra_error(request: AnyRequest, error: VaultraError) -> Response[Any]:
    status = STATUS.get(type(error))
    if status is None:
        return on_unexpected(request, error)
    headers, message = {}, error.message
    if isinstance(error, RateLimited | Unavailable):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unavailable) and (dependency := error.details["dependency"]) in OWN_DEPENDENCIES:
        # Why is for whoever runs the server: addresses, accounts, paths.
        logger.warning("%s", error.message)
        message = f"The {dependency} does not answer at the moment. Try again shortly."
    if isinstance(error, Unauthorized):
        headers["WWW-Authenticate"] = "Bearer"
    return envelope(request, status, error.code, message, error.details, headers)


def on_framework_error(request: AnyRequest, error: HTTPException) -> Response[Any]:
    if error.status_code >= 500:
        return on_unexpected(request, error)
    details: dict[str, Any] = {}
    message = error.detail
    if isinstance(error, ValidationException):
        message, details = _validation(error)
    elif error.status_code == 404:
        message = "There is nothing here."
    code = FRAMEWORK_CODES.get(error.status_code, "VALIDATION_ERROR")
    headers = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
    return envelope(request, error.status_code, code, message, details, headers)


def _validation(error: ValidationException) -> tuple[str, dict[str, Any]]:
    """The first complaint of the framework in our words: which field, and why."""
    extra = error.extra if isinstance(error.extra, list) else []
    first = next((item for item in extra if isinstance(item, dict)), {})
    field, reason = first.get("key"), first.get("message") or error.detail
    message = f"{field}: {reason}" if field else str(reason)
    return message, {"field": field, "reason": reason} if field else {"reason": reason}


def on_too_deep(request: AnyRequest, error: RecursionError) -> Response[Any]:
    """The JSON decoder goes down one Python frame per level; nothing of ours recurses."""
    del error
    return envelope(request, 400, InvalidInput.code, "The body is nested too deeply.", {"reason": "nested too deeply"})


def on_unexpected(request: AnyRequest, error: Exception) -> Response[Any]:
    logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return envelope(request, 500, "INTERNAL_ERROR", "Something went wrong on our side. It has been logged.")

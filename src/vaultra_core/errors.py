"""Every error that Vaultra raises on purpose: one tree, stable codes, no HTTP.

A leaf says what went wrong in the caller's words. `vaultra_http.errors` owns the one table from code to status.
"""

from typing import Any, ClassVar


class VaultraError(Exception):
    """The root. `message` is fit for a person, `details` for a program."""

    code: ClassVar[str] = "INTERNAL_ERROR"

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class InvalidInput(VaultraError):
    """The input does not fit its schema: wrong type, missing, malformed."""

    code = "VALIDATION_ERROR"


class Unprocessable(VaultraError):
    """Well-formed, but senseless: a range that ends before it starts."""

    code = "UNPROCESSABLE"


class Unauthorized(VaultraError):
    """Nobody is signed in, or the credentials are wrong or expired."""

    code = "UNAUTHORIZED"


class Forbidden(VaultraError):
    """Signed in, but not allowed: no member of that business, or the role is too low."""

    code = "FORBIDDEN"


class NotFound(VaultraError):
    """No such thing, or it belongs to somebody else, which looks the same from outside."""

    code = "NOT_FOUND"


class Conflict(VaultraError):
    """It exists already, or somebody else was faster."""

    code = "CONFLICT"


class RateLimited(VaultraError):
    """Too many tries; `details["retry_after"]` is in seconds."""

    code = "RATE_LIMITED"

    def __init__(self, message: str, *, retry_after: int, **details: Any) -> None:
        super().__init__(message, retry_after=retry_after, **details)
        self.retry_after = retry_after


class Unavailable(VaultraError):
    """A dependency is down; `details["dependency"]` says which, `retry_after` is in seconds."""

    code = "UNAVAILABLE"

    def __init__(self, message: str, *, dependency: str, retry_after: int = 5) -> None:
        super().__init__(message, dependency=dependency, retry_after=retry_after)
        self.retry_after = retry_after

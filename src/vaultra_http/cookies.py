"""The cookies of a session. Scripts cannot read them, other sites cannot send them, and they go to /auth alone."""

import datetime as dt
from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Response
from litestar.datastructures import Cookie

from vaultra_core.use_cases.open_session import Opened

REFRESH: Final = "vaultra_refresh"
DEVICE: Final = "vaultra_device"
PATH: Final = "/api/v1/auth"
DEVICE_SECONDS: Final = 400 * 86_400


def keep_session(response: Response[Any], opened: Opened, public_url: str) -> None:
    """Hand a new session's tokens to the browser."""
    keep_refresh_token(response, opened.refresh_token, opened.expires_at, public_url)
    response.set_cookie(_cookie(DEVICE, opened.device_token, public_url, max_age=DEVICE_SECONDS))


def keep_refresh_token(response: Response[Any], token: str, expires_at: dt.datetime, public_url: str) -> None:
    seconds = int((expires_at - dt.datetime.now(dt.UTC)).total_seconds())
    response.set_cookie(_cookie(REFRESH, token, public_url, max_age=max(0, seconds)))


def forget_session(response: Response[Any], public_url: str) -> None:
    """The device cookie stays: that this browser was once signed in is still true."""
    response.set_cookie(_cookie(REFRESH, "", public_url, max_age=0))


def is_secure(public_url: str) -> bool:
    """Everything but this very machine is reached by https, or not at all."""
    parts = urlsplit(public_url)
    return parts.scheme == "https" or parts.hostname not in ("localhost", "127.0.0.1", "::1")


def _cookie(name: str, value: str, public_url: str, *, max_age: int) -> Cookie:
    return Cookie(
        key=name,
        value=value,
        max_age=max_age,
        path=PATH,
        httponly=True,
        samesite="strict",
        secure=is_secure(public_url),
    )

"""The cookies. Scripts cannot read them, and each goes to the one path that needs it.

Those of a session are not sent from other sites. That of a journey (to Google, to Stripe) shows on the way back that it
began in this very browser, so it has to come along when another site leads back here: Lax.
"""

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


def journey_cookie(name: str, value: str, *, path: str, public_url: str, life: dt.timedelta) -> Cookie:
    """What the browser brings back from a journey that may take so long. Without a value: it is over."""
    return Cookie(
        key=name,
        value=value,
        max_age=int(life.total_seconds()) if value else 0,
        path=path,
        httponly=True,
        samesite="lax",
        secure=is_secure(public_url),
    )


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

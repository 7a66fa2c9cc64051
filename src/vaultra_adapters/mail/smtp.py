import ipaddress
import ssl
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib

from vaultra_adapters.mail.compose import Composer
from vaultra_core.domain.mail import Mail
from vaultra_core.errors import Unavailable, Unprocessable

SECONDS = 20  # for one mail, connecting included


class SmtpMailer:
    """Sends through the server of an `smtp://` or `smtps://` URL, always encrypted but to this very machine.

    `smtps` speaks TLS from the first byte (port 465), `smtp` asks for it with STARTTLS (port 587) and does not go on
    without: an eavesdropper who hides the server's offer gets neither password nor mail.
    """

    def __init__(self, url: str, composer: Composer) -> None:
        self._composer = composer
        parts = urlsplit(url)
        implicit = parts.scheme == "smtps"
        self._options: dict[str, Any] = {
            "hostname": parts.hostname,
            "port": parts.port or (465 if implicit else 587),
            "username": unquote(parts.username) if parts.username else None,
            "password": unquote(parts.password) if parts.password else None,
            "use_tls": implicit,
            "start_tls": False if implicit else None if _is_this_machine(parts.hostname) else True,
            "timeout": SECONDS,
        }

    async def send(self, mail: Mail) -> None:
        await self._deliver(self._composer.compose(mail), mail.to)

    async def _deliver(self, message: EmailMessage, to: str) -> None:
        try:
            await aiosmtplib.send(message, recipients=[to], **self._options)
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _meaning(max(refused.code for refused in error.recipients)) from error
        except (aiosmtplib.SMTPDataError, aiosmtplib.SMTPSenderRefused) as error:
            raise _meaning(error.code) from error
        except aiosmtplib.SMTPNotSupported as error:
            raise Unprocessable("The mail server cannot take this address.") from error
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError) as error:
            raise Unavailable(f"The mail server does not answer: {type(error).__name__}", dependency="mail") from error


def _meaning(code: int) -> Unavailable | Unprocessable:
    """5xx means never, 4xx not now (RFC 5321, 4.2.1). The server's own words may hold the address: they stay out."""
    if code >= 500:
        return Unprocessable(f"The mail server refuses this mail ({code}).")
    return Unavailable(f"The mail server puts this mail off ({code}).", dependency="mail")


def _is_this_machine(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False

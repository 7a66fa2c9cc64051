"""Mail: the outbox that it waits in, and the one who carries it."""

import datetime as dt
from typing import Protocol
from uuid import UUID

import msgspec

from vaultra_core.domain.mail import Mail


class WaitingMail(msgspec.Struct, frozen=True):
    """A mail in the outbox, and how many times sending it was begun, this time included."""

    mail: Mail
    attempts: int


class Outbox(Protocol):
    """Mails that wait, written in the transaction that causes them. Wake `Job.SEND_MAIL` after the commit."""

    async def add(self, mail: Mail) -> None: ...

    async def claim(self, now: dt.datetime, *, limit: int, seconds: int) -> list[WaitingMail]:
        """The mails whose time has come, oldest first; nobody else is given them for so many seconds."""

    async def put_off(self, mail_id: UUID, until: dt.datetime, error: str) -> None:
        """It could not be sent for this reason; its time comes again at `until`."""

    async def remove(self, mail_id: UUID) -> None:
        """It was sent, or never will be: nothing is kept of it."""


class Mailer(Protocol):
    async def send(self, mail: Mail) -> None:
        """Hand a mail over, with a text and an HTML part; a mail sent twice carries the same Message-ID.

        Raise `Unavailable(dependency="mail")` when it may go well later, `Unprocessable` when it never will.
        """

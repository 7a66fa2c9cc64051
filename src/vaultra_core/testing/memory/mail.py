import datetime as dt
from uuid import UUID

import msgspec

from vaultra_core.domain.mail import Mail
from vaultra_core.errors import Conflict
from vaultra_core.ports.mail import WaitingMail
from vaultra_core.testing.memory.transaction import MemoryCollection


class Kept(msgspec.Struct, frozen=True):
    mail: Mail
    due_at: dt.datetime
    attempts: int = 0


class MemoryOutbox(MemoryCollection):
    async def add(self, mail: Mail) -> None:
        if mail.id in self._rows("mail_outbox"):
            raise Conflict("This mail is in the outbox already.")
        self._rows("mail_outbox")[mail.id] = Kept(mail, mail.created_at)

    async def claim(self, now: dt.datetime, *, limit: int, seconds: int) -> list[WaitingMail]:
        due = sorted(
            (kept for kept in self._rows("mail_outbox").values() if kept.due_at <= now),
            key=lambda kept: (kept.due_at, kept.mail.id),
        )
        claimed: list[WaitingMail] = []
        for kept in due:
            if len(claimed) < limit and self._transaction.try_hold("mail", kept.mail.id):
                later = now + dt.timedelta(seconds=seconds)
                self._rows("mail_outbox")[kept.mail.id] = Kept(kept.mail, later, kept.attempts + 1)
                claimed.append(WaitingMail(kept.mail, kept.attempts + 1))
        return claimed

    async def put_off(self, mail_id: UUID, until: dt.datetime, error: str) -> None:
        del error  # kept for whoever looks into the database
        kept = self._rows("mail_outbox").get(mail_id)
        if kept is not None:
            self._rows("mail_outbox")[mail_id] = msgspec.structs.replace(kept, due_at=until)

    async def remove(self, mail_id: UUID) -> None:
        self._rows("mail_outbox").pop(mail_id, None)

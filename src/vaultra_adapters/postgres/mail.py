import datetime as dt
from uuid import UUID

import msgspec
from sqlalchemy import delete, insert, select, update

from vaultra_adapters.postgres.rows import Collection, columns_for, to_row, to_struct
from vaultra_adapters.postgres.tables import mail_outbox
from vaultra_core.domain.mail import Mail
from vaultra_core.ports.mail import WaitingMail

O = mail_outbox.c  # noqa: E741 - as short as the other tables' names here
COLUMNS = columns_for(mail_outbox, Mail)


class PostgresOutbox(Collection):
    async def add(self, mail: Mail) -> None:
        row = {**to_row(mail), "content": msgspec.to_builtins(mail.content), "due_at": mail.created_at}
        await self._connection.execute(insert(mail_outbox).values(row))

    async def claim(self, now: dt.datetime, *, limit: int, seconds: int) -> list[WaitingMail]:
        due = (
            select(O.id).where(O.due_at <= now).order_by(O.due_at, O.id).limit(limit).with_for_update(skip_locked=True)
        )
        claimed = await self._connection.execute(
            update(mail_outbox)
            .where(O.id.in_(due.cte("due").select()))
            .values(due_at=now + dt.timedelta(seconds=seconds), attempts=O.attempts + 1)
            .returning(*COLUMNS, O.attempts)
        )
        waiting = [WaitingMail(to_struct(Mail, row), row.attempts) for row in claimed]
        return sorted(waiting, key=lambda one: (one.mail.created_at, one.mail.id))

    async def put_off(self, mail_id: UUID, until: dt.datetime, error: str) -> None:
        await self._connection.execute(
            update(mail_outbox).where(O.id == mail_id).values(due_at=until, last_error=error[:500])
        )

    async def remove(self, mail_id: UUID) -> None:
        await self._connection.execute(delete(mail_outbox).where(O.id == mail_id))

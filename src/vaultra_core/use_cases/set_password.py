import datetime as dt
from uuid import UUID

import msgspec

from vaultra_core.domain.accounts import User
from vaultra_core.domain.mail import Mail, PasswordChanged
from vaultra_core.identity import new_id
from vaultra_core.ports.storage import UnitOfWork

NEWS_LIFE = dt.timedelta(days=7)


async def set_password(
    work: UnitOfWork, user: User, hashed: str, now: dt.datetime, *, keep: UUID | None = None
) -> User:
    """Store a new password, sign every other browser out (but the session to `keep`), and tell the owner by mail."""
    changed = msgspec.structs.replace(user, hashed_password=hashed, updated_at=now)
    await work.users.save(changed)
    await work.sessions.remove_all(user.id, but=keep)
    news = PasswordChanged(name=user.name, link="/auth/forgot")
    until = now + NEWS_LIFE
    await work.outbox.add(Mail(id=new_id(), to=user.email, content=news, created_at=now, useful_until=until))
    return changed

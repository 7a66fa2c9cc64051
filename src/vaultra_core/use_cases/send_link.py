import datetime as dt
import secrets

from vaultra_core.domain.accounts import User
from vaultra_core.domain.mail import Content, Mail, ResetPassword, VerifyEmail
from vaultra_core.domain.sessions import RESET_LIFE, VERIFY_LIFE, LinkPurpose, fingerprint
from vaultra_core.identity import new_id
from vaultra_core.ports.storage import UnitOfWork


async def send_link(work: UnitOfWork, user: User, purpose: LinkPurpose, now: dt.datetime) -> None:
    """Put a mail with a fresh single-use link for this person into the outbox. An older link is dead from now on."""
    token = secrets.token_urlsafe(32)
    content: Content
    if purpose is LinkPurpose.RESET_PASSWORD:
        life, content = RESET_LIFE, ResetPassword(name=user.name, link=f"/auth/reset#token={token}")
    else:
        life, content = VERIFY_LIFE, VerifyEmail(name=user.name, link=f"/auth/verify#token={token}")
    await work.links.put(user.id, purpose, fingerprint(token), now + life)
    mail = Mail(id=new_id(), to=user.email, content=content, created_at=now, useful_until=now + life)
    await work.outbox.add(mail)

import msgspec

from vaultra_core.domain.audit import AuditAction, audited
from vaultra_core.domain.sessions import LinkPurpose, fingerprint
from vaultra_core.errors import InvalidInput
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import UnitOfWorkFactory

DEAD_LINK = "This link was used already, or it is too old: ask for a new one."


class VerifyEmail:
    """Take the token out of the mail for the proof that mail to this address reaches its owner."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def execute(self, token: str) -> None:
        """Raise `InvalidInput` when the token is unknown, used or too old."""
        now = self._clock.now()
        async with self._unit_of_work() as work:
            user_id = await work.links.take(LinkPurpose.VERIFY_EMAIL, fingerprint(token), now)
            user = await work.users.get(user_id) if user_id else None
            if user is None:
                raise InvalidInput(DEAD_LINK, field="token", reason="dead link")
            await work.users.save(msgspec.structs.replace(user, email_verified_at=now, updated_at=now))
            await work.audit.add(audited(AuditAction.EMAIL_VERIFIED, now, actor_id=user.id))
            await work.commit()

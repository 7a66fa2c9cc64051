import datetime as dt

import msgspec

from vaultra_core.domain.accounts import User
from vaultra_core.domain.audit import AuditAction, audited
from vaultra_core.errors import Conflict, Unauthorized
from vaultra_core.identity import new_id
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.sign_in import Identity
from vaultra_core.ports.storage import UnitOfWork, UnitOfWorkFactory
from vaultra_core.use_cases.open_session import Opened, OpenSession

STATE_LIFE = dt.timedelta(minutes=10)


class SignInWithGoogle:
    """Sign in whoever Google says it is: the person whom this issuer and subject belong to, and nobody else.

    The first time, a new account is made, or the one with the same address is linked. That needs a confirmed address
    on both sides. Else somebody could sign up with an address that is not theirs, wait for its owner to come with
    Google, and share the account with them.
    """

    def __init__(self, unit_of_work: UnitOfWorkFactory, open_session: OpenSession, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._open_session = open_session
        self._clock = clock

    async def execute(self, identity: Identity, *, state: str) -> Opened:
        """Raise `Unauthorized` when this state was used already or the address is not confirmed at Google, `Conflict`
        when there is an account with this address that must be signed in to by its password first."""
        now = self._clock.now()
        async with self._unit_of_work() as work:
            if not await work.integrations.consume_state(f"google:{state}", now + STATE_LIFE):
                raise Unauthorized("This sign-in was used already: start again.", reason="replayed")
            user = await work.users.by_google(identity.issuer, identity.subject)
            if user is None:
                user = await self._linked(work, identity, now)
            opened = await self._open_session.execute(work, user, now)
            await work.audit.add(audited(AuditAction.SIGNED_IN, now, actor_id=user.id, by="google"))
            await work.commit()
        return opened

    @staticmethod
    async def _linked(work: UnitOfWork, identity: Identity, now: dt.datetime) -> User:
        if not identity.email_verified or not identity.email:
            raise Unauthorized("Google has not confirmed your e-mail address.", reason="email_unverified")
        known = await work.users.by_email(identity.email)
        if known is None:
            user = User(
                id=new_id(),
                email=identity.email,
                name=identity.name[:200],
                avatar_url=identity.avatar_url,
                email_verified_at=now,
                google_issuer=identity.issuer,
                google_subject=identity.subject,
                created_at=now,
                updated_at=now,
            )
            await work.users.add(user)
            await work.audit.add(audited(AuditAction.SIGNED_UP, now, actor_id=user.id, by="google"))
            return user
        if known.email_verified_at is None or known.google_subject is not None:
            raise Conflict(
                "There is an account with this address. Sign in with its password and confirm the address first.",
                reason="account_exists",
            )
        user = msgspec.structs.replace(
            known, google_issuer=identity.issuer, google_subject=identity.subject, updated_at=now
        )
        await work.users.save(user)
        await work.audit.add(audited(AuditAction.GOOGLE_LINKED, now, actor_id=user.id))
        return user

import msgspec

from vaultra_core.domain.tokens import SECRET_START, USED_EVERY, TokenScope, digest_of
from vaultra_core.errors import Unauthorized
from vaultra_core.identity import Caller, Role
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import UnitOfWorkFactory


class Granted(msgspec.Struct, frozen=True):
    """What a token stands for at this moment."""

    caller: Caller
    scope: TokenScope


class AuthenticateToken:
    """Who comes with a personal token: its person, in its one business, with no more than its scope allows.

    Asked anew at every call, so that a revoked token, an ended membership and a lowered role count at once.
    """

    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def execute(self, secret: str, *, audience: str) -> Granted:
        """Raise `Unauthorized` for anything that is not a good token made for this audience; which fault it was
        is not told."""
        refused = Unauthorized("This is no good personal token.", reason="invalid")
        if not secret.startswith(SECRET_START) or not secret.isascii():
            raise refused
        now = self._clock.now()
        async with self._unit_of_work() as work:
            token = await work.tokens.by_digest(digest_of(secret))
            if token is None or token.audience != audience or token.expires_at <= now:
                raise refused
            role = await work.businesses.role_of(token.user_id, token.business_id)
            if role is None:
                raise refused
            if token.last_used_at is None or now - token.last_used_at >= USED_EVERY:
                await work.tokens.used(token.id, now)
                await work.commit()
        # A reading token is a viewer's, whatever its owner may do.
        held = role if token.scope is TokenScope.ACT else Role.VIEWER
        return Granted(Caller(token.user_id, token.business_id, held), token.scope)

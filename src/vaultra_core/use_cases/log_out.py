import contextlib
from uuid import UUID

from vaultra_core.domain.audit import AuditAction, audited
from vaultra_core.errors import Unauthorized
from vaultra_core.ports.runtime import AccessTokens, Clock, RefreshTokens
from vaultra_core.ports.storage import UnitOfWorkFactory


class LogOut:
    """End the session of whichever tokens a browser shows. What rests on it is refused from now on."""

    def __init__(
        self, unit_of_work: UnitOfWorkFactory, access: AccessTokens, refresh: RefreshTokens, clock: Clock
    ) -> None:
        self._unit_of_work = unit_of_work
        self._access = access
        self._refresh = refresh
        self._clock = clock

    async def execute(self, *, access_token: str | None, refresh_token: str | None) -> None:
        """Without effect when no token is good: whoever asks is signed out then."""
        now = self._clock.now()
        ended = set[UUID]()
        with contextlib.suppress(Unauthorized):
            ended.add(self._access.read(access_token or "", now).session_id)
        with contextlib.suppress(Unauthorized):
            ended.add(self._refresh.read(refresh_token or "", now))
        async with self._unit_of_work() as work:
            for session_id in sorted(ended):
                session = await work.sessions.lock(session_id)
                if session is not None:
                    await work.sessions.remove(session.user_id, session_id)
                    await work.audit.add(audited(AuditAction.SIGNED_OUT, now, actor_id=session.user_id))
            await work.commit()

import datetime as dt

from vaultra_core.domain.audit import AuditAction, audited
from vaultra_core.domain.tokens import (
    LONGEST_DAYS,
    MOST_TOKENS,
    SHOWN,
    PersonalToken,
    TokenScope,
    digest_of,
    new_secret,
)
from vaultra_core.errors import Conflict, InvalidInput
from vaultra_core.identity import Caller, Role, new_id
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import TenantUnitOfWorkFactory


class CreateToken:
    """Make a personal token for the caller's business. Its secret is shown this once."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def execute(
        self, caller: Caller, *, name: str, scope: TokenScope, audience: str, days: int
    ) -> tuple[PersonalToken, str]:
        """The token and its secret. `days` is its life, `audience` the address that it will be good for.

        Raise `Forbidden` when a viewer asks for `act`, `Conflict` when the person has MOST_TOKENS already.
        """
        if scope is TokenScope.ACT:
            caller.require(Role.ADMIN)
        if not 1 <= days <= LONGEST_DAYS:
            raise InvalidInput(f"A token lives 1 to {LONGEST_DAYS} days.", field="expires_in_days", reason="range")
        now, secret = self._clock.now(), new_secret()
        token = PersonalToken(
            id=new_id(),
            user_id=caller.user_id,
            business_id=caller.business_id,
            name=name,
            scope=scope,
            audience=audience,
            prefix=secret[:SHOWN],
            digest=digest_of(secret),
            created_at=now,
            expires_at=now + dt.timedelta(days=days),
        )
        async with self._unit_of_work(caller) as work:
            if len(await work.tokens.of_user(caller.user_id)) >= MOST_TOKENS:
                raise Conflict(f"You have {MOST_TOKENS} tokens: revoke one first.", most=MOST_TOKENS)
            await work.tokens.add(token)
            await work.audit.add(
                audited(
                    AuditAction.TOKEN_CREATED,
                    now,
                    actor_id=caller.user_id,
                    business_id=caller.business_id,
                    target=str(token.id),
                    scope=scope.value,
                )
            )
            await work.commit()
        return token, secret

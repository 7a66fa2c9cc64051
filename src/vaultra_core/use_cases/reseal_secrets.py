from typing import Final
from uuid import UUID

import msgspec

from vaultra_core.ports.secrets import BrokenSeal, SecretBox
from vaultra_core.ports.storage import UnitOfWorkFactory

TOKEN: Final = "integration_accounts.access_token_encrypted"  # noqa: S105 - a column; it is part of every seal
BATCH: Final = 200


class Resealed(msgspec.Struct, frozen=True):
    """How many secrets were sealed anew, how many had the newest key already, and which businesses' did not open."""

    resealed: int
    current: int
    broken: list[UUID]


class ResealSecrets:
    """Seal every kept secret with the newest key, so that the older ones can be taken off the ring."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, secrets: SecretBox) -> None:
        self._unit_of_work = unit_of_work
        self._secrets = secrets

    async def execute(self) -> Resealed:
        """Commits in batches: started again after an interruption, it goes on with what is left."""
        resealed = current = 0
        broken: list[UUID] = []
        after: UUID | None = None
        while True:
            async with self._unit_of_work() as work:
                batch = await work.integrations.tokens(after=after, limit=BATCH)
                for token in batch:
                    try:
                        if self._secrets.is_current(token.sealed):
                            current += 1
                            continue
                        secret = self._secrets.open(token.sealed, business_id=token.business_id, column=TOKEN)
                    except BrokenSeal:
                        broken.append(token.business_id)
                        continue
                    sealed = self._secrets.seal(secret, business_id=token.business_id, column=TOKEN)
                    resealed += await work.integrations.swap_token(token, sealed)
                await work.commit()
            if not batch:
                return Resealed(resealed, current, broken)
            after = batch[-1].integration_id

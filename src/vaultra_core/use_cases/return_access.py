import asyncio
import logging

from vaultra_core.domain.accounts import IntegrationStatus
from vaultra_core.errors import Unavailable
from vaultra_core.ports.payments import PaymentsProvider
from vaultra_core.ports.returns import AccessReturn
from vaultra_core.ports.runtime import Clock
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.use_cases.backoff import backoff

logger = logging.getLogger(__name__)

AT_ONCE = 5
LEASE_SECONDS = 120  # longer than the retries of one call take


class ReturnAccess:
    """Give back, at the platform, the access to accounts that are connected here no more; at least once each.

    No transaction is open meanwhile. What does not go well is tried again, less and less often, until it does.
    """

    def __init__(self, unit_of_work: UnitOfWorkFactory, provider: PaymentsProvider, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._provider = provider
        self._clock = clock

    async def execute(self) -> int:
        """Work until nothing is due; how many were given back."""
        done = 0
        while True:
            async with self._unit_of_work() as work:
                waiting = await work.returns.claim(self._clock.now(), limit=AT_ONCE, seconds=LEASE_SECONDS)
                known = await work.integrations.by_account([one.external_id for one in waiting])
                wanted = {name for name, one in known.items() if one.status is not IntegrationStatus.REVOKED}
                for external_id in wanted:  # connected again in the meantime
                    await work.returns.remove(external_id)
                await work.commit()
            if not waiting:
                return done
            left = [one for one in waiting if one.external_id not in wanted]
            done += sum(await asyncio.gather(*map(self._give_back, left)))

    async def _give_back(self, waiting: AccessReturn) -> bool:
        try:
            await self._provider.deauthorize(waiting.external_id)
        except Unavailable as error:
            logger.warning("access to %s is still to be given back: %s", waiting.external_id, error.message)
            await self._put_off(waiting, error.message)
            return False
        except Exception:
            # Whatever it is, it must not stop the others.
            logger.exception("giving back access to %s failed", waiting.external_id)
            await self._put_off(waiting, "Something went wrong on our side.")
            return False
        async with self._unit_of_work() as work:
            await work.returns.remove(waiting.external_id)
            await work.commit()
        return True

    async def _put_off(self, waiting: AccessReturn, error: str) -> None:
        later = self._clock.now() + backoff(waiting.attempts, first=5, factor=2, most=3600)
        async with self._unit_of_work() as work:
            await work.returns.put_off(waiting.external_id, later, error)
            await work.commit()

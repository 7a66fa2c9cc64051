import datetime as dt
from collections.abc import Sequence

from vaultra_core.domain.rate_limits import Tries
from vaultra_core.errors import RateLimited
from vaultra_core.ports.storage import UnitOfWork


async def count_tries(work: UnitOfWork, tries: Sequence[Tries], now: dt.datetime) -> None:
    """Count a try under each of these, and commit. Raise `RateLimited`, and count nothing, when one is used up."""
    for one in tries:
        wait = await work.rate_limits.take(one, now)
        if wait is not None:
            raise RateLimited(f"Too many tries: wait {wait} seconds.", retry_after=wait)
    await work.commit()

import logging
from collections.abc import Awaitable, Callable
from uuid import UUID

from vaultra_core.ports.storage import UnitOfWork, UnitOfWorkFactory

logger = logging.getLogger(__name__)

BATCH = 50


async def drain(
    unit_of_work: UnitOfWorkFactory,
    find_due: Callable[[UnitOfWork, int], Awaitable[list[UUID]]],
    work_on: Callable[[UUID], Awaitable[None]],
) -> int:
    """Work on every business that is due until none is; how many were done.

    One that fails is logged and left for the next run, and does not stop the others.
    """
    done, failed = 0, set[UUID]()
    while True:
        async with unit_of_work() as work:
            due = [business for business in await find_due(work, BATCH + len(failed)) if business not in failed]
        if not due:
            return done
        for business_id in due:
            try:
                await work_on(business_id)
                done += 1
            except Exception:
                logger.exception("business %s failed", business_id)
                failed.add(business_id)

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from vaultra_core.ports.storage import UnitOfWork, UnitOfWorkFactory
from vaultra_core.use_cases.together import together

logger = logging.getLogger(__name__)

FOUND = 5_000  # businesses that one look finds: each look reads the state of all of them
BATCH = 100  # businesses that one transaction works on
WORTH_A_BATCH = 20  # for fewer, what a transaction costs by itself is more than what two at a time save


async def drain(
    unit_of_work: UnitOfWorkFactory,
    find_due: Callable[[UnitOfWork, int], Awaitable[list[UUID]]],
    work_on: Callable[[Sequence[UUID]], Awaitable[None]],
    *,
    at_once: int = BATCH,
    under_way: int = 1,
) -> int:
    """Work on every business that is due, so many in a batch; how many were done.

    What becomes due meanwhile is for the next run: whoever makes it due asks for one.

    With two batches under way the database works for one while this process works on the other. A business that fails
    is logged and left for the next run, and does not stop the others.
    """
    done, failed = 0, set[UUID]()
    places = asyncio.Semaphore(under_way)

    async def in_turn(batch: Sequence[UUID]) -> set[UUID]:
        async with places:
            return await failures(batch, work_on)

    while True:
        limit = FOUND + len(failed)
        async with unit_of_work() as work:
            found = await find_due(work, limit)
        due = [business for business in found if business not in failed]
        if not due:
            return done
        parts = batches(due, fair_size(len(due), under_way, at_once))
        failed = failed.union(*await together(in_turn(batch) for batch in parts))
        done += len(set(due) - failed)
        if len(found) < limit:  # that was all: another look costs as much as this one
            return done


async def failures(batch: Sequence[UUID], work_on: Callable[[Sequence[UUID]], Awaitable[None]]) -> set[UUID]:
    """Work on a batch, and on each of its businesses alone should that fail; those that fail even then."""
    try:
        await work_on(batch)
    except Exception:  # a fault in one business, of whatever kind, is not to stop the others
        if len(batch) == 1:
            logger.exception("business %s failed", batch[0])
            return set(batch)
        alone = [await failures([business_id], work_on) for business_id in batch]
        return set[UUID]().union(*alone)
    return set()


def fair_size(count: int, hands: int, at_once: int = BATCH) -> int:
    """Businesses of one batch, so that each hand gets as many batches, and none waits for the others in the end."""
    turns = -(-count // (hands * at_once)) or 1
    return min(at_once, max(WORTH_A_BATCH, -(-count // (hands * turns))))


def batches(businesses: Sequence[UUID], size: int = BATCH) -> list[list[UUID]]:
    """In the order of their ids, which is the one they lie in: neighbours share pages."""
    ordered = iter(sorted(businesses))
    return list(iter(lambda: list(itertools.islice(ordered, size)), []))

import asyncio
import contextlib
import logging

from taskiq import AsyncBroker, InMemoryBroker
from taskiq.kicker import AsyncKicker
from taskiq_redis import RedisStreamBroker

from vaultra_core.errors import Unavailable
from vaultra_core.ports.runtime import Job

logger = logging.getLogger(__name__)

COALESCE_SECONDS = 0.05


def make_broker(redis_url: str | None) -> AsyncBroker:
    """Redis streams, or without a URL a queue inside this process. Either only carries wake-ups."""
    if redis_url is None:
        return InMemoryBroker(max_stored_results=1)
    return RedisStreamBroker(
        url=redis_url,
        queue_name="vaultra",
        consumer_group_name="vaultra",
        consumer_id="0",  # what was sent before the group existed counts too
        maxlen=10_000,  # acknowledged entries are not deleted by themselves
        xread_count=10,
    )


class TaskiqJobQueue:
    """Sends wake-ups over Taskiq. Wake-ups for one job within 50 ms are one: the run that follows sees all work."""

    def __init__(self, broker: AsyncBroker) -> None:
        self._broker = broker
        self._coming: dict[Job, asyncio.Task[None]] = {}

    def wake(self, job: Job) -> None:
        if job not in self._coming:
            self._coming[job] = asyncio.create_task(self._send(job))

    async def _send(self, job: Job) -> None:
        await asyncio.sleep(COALESCE_SECONDS)
        del self._coming[job]
        try:
            await AsyncKicker[[], None](job.value, self._broker, labels={}).kiq()
        except Exception as error:  # a wake-up that is lost costs seconds, whatever lost it
            logger.warning("wake-up of %s was not sent, the sweep will come by: %r", job, error)

    async def ping(self) -> None:
        if not isinstance(self._broker, RedisStreamBroker):
            return
        from redis.asyncio import Redis, RedisError  # noqa: PLC0415 - only where there is a Redis

        try:
            async with asyncio.timeout(2), Redis(connection_pool=self._broker.connection_pool) as redis:
                await redis.ping()
        except (RedisError, OSError):  # TimeoutError is one
            raise Unavailable("The queue cannot be reached.", dependency="queue") from None

    async def close(self) -> None:
        """Send what is still held back."""
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*self._coming.values())

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


class Argon2Hasher:
    """Argon2id (19 MiB, 2 passes, 1 lane: the OWASP minimum), off the event loop, two at a time.

    The cap keeps a burst of log-ins from taking all memory and both cores.
    """

    def __init__(self, *, at_once: int = 2) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._places = asyncio.Semaphore(at_once)
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        async with self._places:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, password: str, hashed: str | None) -> bool:
        if self._nobodys is None:
            self._nobodys = await self.hash("nobody has this password")
        async with self._places:
            good = await asyncio.to_thread(self._matches, password, hashed or self._nobodys)
        return good and hashed is not None

    def _matches(self, password: str, hashed: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

"""Passwords are hashed beside the event loop, two at a time, and for nobody as for somebody."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from vaultra_adapters.identity.argon2_hasher import Argon2Hasher


class Slow:
    """Stands in for the library: its calls last until the test lets them go on. Knows who called, and how many."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.threads: set[int] = set()
        self.at_once = self.most_at_once = self.calls = 0
        self._lock = threading.Lock()

    def hash(self, password: str) -> str:
        with self._lock:
            self.calls += 1
            self.threads.add(threading.get_ident())
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        self.go_on.wait(60)
        with self._lock:
            self.at_once -= 1
        return f"hash of {password}"

    def verify(self, hashed: str, password: str) -> bool:
        return self.hash(password) == hashed


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def hasher(slow: Slow) -> Argon2Hasher:
    hasher = Argon2Hasher()
    hasher._hasher = slow  # type: ignore[assignment] # it is called in the same two ways
    return hasher


async def until(check: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not check():  # noqa: ASYNC110 - threads set no event of the loop's
            await asyncio.sleep(0)


async def test_the_loop_goes_on_while_a_password_is_hashed(hasher: Argon2Hasher, slow: Slow) -> None:
    slow.go_on.set()  # in the loop's own thread it would wait for itself
    assert await hasher.hash("a") == "hash of a"
    assert await hasher.verify("a", "hash of a")
    assert threading.get_ident() not in slow.threads


async def test_no_more_than_two_are_hashed_at_once(hasher: Argon2Hasher, slow: Slow) -> None:
    hashing = [asyncio.create_task(hasher.hash(str(number))) for number in range(6)]
    await until(lambda: slow.at_once >= 2)
    for _ in range(100):  # whoever else wants a place has had its turn to take one
        await asyncio.sleep(0)
    slow.go_on.set()
    await asyncio.gather(*hashing)
    assert slow.most_at_once == 2


async def test_nobody_costs_the_same_work_as_somebody(hasher: Argon2Hasher, slow: Slow) -> None:
    slow.go_on.set()
    await hasher.verify("any", None)  # makes the hash that nobody's password is compared with
    work = []
    for hashed in (None, "hash of another"):
        before = slow.calls
        assert not await hasher.verify("any", hashed)
        work.append(slow.calls - before)
    assert work == [1, 1]


async def test_nobody_has_no_password_that_opens(hasher: Argon2Hasher, slow: Slow) -> None:
    slow.go_on.set()
    assert not await hasher.verify("nobody has this password", None)


async def test_what_is_stored_is_argon2id_with_the_memory_and_passes_that_are_promised() -> None:
    stored = await Argon2Hasher().hash("correct horse battery")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await Argon2Hasher().verify("correct horse battery", stored)
    assert not await Argon2Hasher().verify("incorrect horse battery", stored)
    assert not await Argon2Hasher().verify("correct horse battery", "no hash at all")

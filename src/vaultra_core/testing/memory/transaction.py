"""Transactions in memory: own changes over committed rows, published at commit, and locks held until the end.

Reads see what others have committed in the meantime (PostgreSQL's READ COMMITTED), because that is what the use cases
are written for.
"""

import asyncio
from collections import defaultdict
from collections.abc import Hashable, Iterator, MutableMapping
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Rows(MutableMapping[K, V], Generic[K, V]):
    """One table as one transaction sees it."""

    def __init__(self, committed: dict[K, V]) -> None:
        self._committed = committed
        self._written: dict[K, V] = {}
        self._deleted: set[K] = set()

    def __getitem__(self, key: K) -> V:
        if key in self._deleted:
            raise KeyError(key)
        return self._written[key] if key in self._written else self._committed[key]

    def __setitem__(self, key: K, value: V) -> None:
        self._deleted.discard(key)
        self._written[key] = value

    def __delitem__(self, key: K) -> None:
        self[key]  # KeyError when there is no such row
        self._written.pop(key, None)
        self._deleted.add(key)

    def __iter__(self) -> Iterator[K]:
        yield from [key for key in {**self._committed, **self._written} if key not in self._deleted]

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def publish(self) -> None:
        self._committed.update(self._written)
        for key in self._deleted:
            self._committed.pop(key, None)
        self._written, self._deleted = {}, set()


class Committed:
    """What all transactions share: the committed tables, and who holds which lock."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[Any, Any]] = defaultdict(dict)
        self.holders: dict[Hashable, Transaction] = {}
        self.released = asyncio.Condition()


class Transaction:
    def __init__(self, committed: Committed) -> None:
        self._shared = committed
        self._rows: dict[str, Rows[Any, Any]] = {}

    def rows(self, table: str) -> Rows[Any, Any]:
        if table not in self._rows:
            self._rows[table] = Rows(self._shared.tables[table])
        return self._rows[table]

    def try_hold(self, *lock: Hashable) -> bool:
        """Take a lock until the transaction ends; False when another one has it (SKIP LOCKED)."""
        return self._shared.holders.setdefault(lock, self) is self

    async def hold(self, *lock: Hashable) -> None:
        """Take a lock until the transaction ends, waiting for whoever has it (FOR UPDATE)."""
        async with self._shared.released:
            await self._shared.released.wait_for(lambda: self.try_hold(*lock))

    async def commit(self) -> None:
        for rows in self._rows.values():
            rows.publish()
        await self.end()

    async def end(self) -> None:
        """Forget what was not committed and give the locks back."""
        self._rows.clear()
        async with self._shared.released:
            for lock in [lock for lock, holder in self._shared.holders.items() if holder is self]:
                del self._shared.holders[lock]
            self._shared.released.notify_all()


class MemoryCollection:
    """What the collections of one unit of work share."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def _rows(self, table: str) -> Rows[Any, Any]:
        return self._transaction.rows(table)

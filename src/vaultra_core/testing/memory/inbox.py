import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID
from zlib import crc32

import msgspec

from vaultra_core.ports.storage import PARTITIONS, UNKNOWN_ACCOUNT, Backlog, InboxStats, StripeEvent
from vaultra_core.testing.memory.transaction import MemoryCollection


class Entry(msgspec.Struct, frozen=True):
    """An event with its place in the inbox."""

    event: StripeEvent
    due: dt.datetime
    outcome: str | None = None
    done_at: dt.datetime | None = None

    @property
    def waits(self) -> bool:
        return self.outcome is None and self.event.dead_at is None

    @property
    def partition(self) -> int:
        return crc32((self.event.account or "").encode()) % PARTITIONS


class MemoryInbox(MemoryCollection):
    async def accept(self, events: Sequence[StripeEvent]) -> int:
        known = {entry.event.stripe_event_id for entry in self._entries()}
        new = 0
        for event in sorted(events, key=lambda event: event.stripe_event_id):
            await self._transaction.hold("event id", event.stripe_event_id)
            if event.stripe_event_id not in known:
                known.add(event.stripe_event_id)
                self._put(Entry(event, event.created_at))
                new += 1
        return new

    async def partitions(self, now: dt.datetime) -> list[int]:
        return sorted({entry.partition for entry in self._due(now)})

    async def claim(self, now: dt.datetime, *, partition: int, limit: int, alone: bool = False) -> list[StripeEvent]:
        claimed: list[StripeEvent] = []
        if alone and not self._transaction.try_hold("partition", partition):
            return claimed
        waiting = [entry for entry in self._due(now) if entry.partition == partition]
        for entry in sorted(waiting, key=lambda entry: entry.event.id):
            if len(claimed) < limit and self._transaction.try_hold("event", entry.event.id):
                claimed.append(entry.event)
        return claimed

    async def mark_applied(self, outcomes: Mapping[UUID, str], now: dt.datetime) -> None:
        for event_id, outcome in outcomes.items():
            entry = self._rows("inbox").get(event_id)
            if entry is not None:
                event = msgspec.structs.replace(entry.event, last_error=None)
                self._put(msgspec.structs.replace(entry, event=event, outcome=outcome, done_at=now))

    async def mark_failed(self, event_id: UUID, error: str, *, retry_at: dt.datetime | None, now: dt.datetime) -> None:
        entry: Entry | None = self._rows("inbox").get(event_id)
        if entry is not None:
            event = msgspec.structs.replace(
                entry.event,
                attempts=entry.event.attempts + 1,
                last_error=error,
                dead_at=None if retry_at else now,
            )
            self._put(msgspec.structs.replace(entry, event=event, due=retry_at or now))

    async def dead(self, *, limit: int) -> list[StripeEvent]:
        dead = [(event.dead_at, event.id, event) for entry in self._entries() if (event := entry.event).dead_at]
        return [event for _, _, event in sorted(dead)[:limit]]

    async def replay(self, stripe_event_ids: Collection[str] | None, now: dt.datetime) -> int:
        dead = [entry for entry in self._entries() if entry.event.dead_at]
        wanted = [e for e in dead if stripe_event_ids is None or e.event.stripe_event_id in stripe_event_ids]
        for entry in wanted:
            self._put(Entry(msgspec.structs.replace(entry.event, dead_at=None, attempts=0), now))
        return len(wanted)

    async def readmit(self, account: str) -> int:
        wanted = [e for e in self._entries() if e.event.account == account and e.outcome == UNKNOWN_ACCOUNT]
        for entry in wanted:
            self._put(Entry(msgspec.structs.replace(entry.event, attempts=0), entry.due))
        return len(wanted)

    async def forget_unknown(self, before: dt.datetime) -> int:
        unknown = [entry for entry in self._entries() if entry.outcome == UNKNOWN_ACCOUNT]
        old = [entry for entry in unknown if entry.done_at is not None and entry.done_at < before]
        for entry in old:
            del self._rows("inbox")[entry.event.id]
        return len(old)

    async def refill(self, event_id: UUID, payload: bytes) -> None:
        entry: Entry | None = self._rows("inbox").get(event_id)
        if entry is not None:
            self._put(msgspec.structs.replace(entry, event=msgspec.structs.replace(entry.event, payload=payload)))

    async def waiting(self) -> int:
        return sum(entry.waits for entry in self._entries())

    async def backlog(self, account: str) -> Backlog:
        own = [entry for entry in self._entries() if entry.event.account == account]
        return Backlog(
            waiting=sum(entry.waits for entry in own), dead=sum(entry.event.dead_at is not None for entry in own)
        )

    async def stats(self) -> InboxStats:
        entries = self._entries()
        outcomes = Counter("waiting" if e.waits else "dead" if e.event.dead_at else e.outcome or "" for e in entries)
        versions = Counter(msgspec.json.decode(e.event.payload).get("api_version") or "none" for e in entries)
        return InboxStats(dict(outcomes), dict(versions))

    def _due(self, now: dt.datetime) -> list[Entry]:
        return [entry for entry in self._entries() if entry.waits and entry.due <= now]

    def _entries(self) -> list[Entry]:
        return list(self._rows("inbox").values())

    def _put(self, entry: Entry) -> None:
        self._rows("inbox")[entry.event.id] = entry

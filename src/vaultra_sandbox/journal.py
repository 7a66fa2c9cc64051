"""What one account's simulation reads and writes in one step: objects as dictionaries, kept in one transaction."""

from typing import Any, Final

import msgspec

from vaultra_sandbox import shapes
from vaultra_sandbox.ids import mint
from vaultra_sandbox.listing import EVENTS_KEPT
from vaultra_sandbox.store import Account, Store

_encode: Final = msgspec.json.Encoder().encode


class Journal:
    """Collects objects and events of one account; `write` stores them. Use it inside `Store.writing`."""

    def __init__(self, store: Store, account: Account, *, now: int) -> None:
        self._store = store
        self._account = account
        self._first_event = now - EVENTS_KEPT  # what is older would not be listed any more
        self._next_seq = store.next_seq()
        self._objects: dict[str, dict[str, Any]] = {}
        self._rows: dict[str, tuple[int, int]] = {}  # id → (seq, created)
        self._links: dict[str, str] = {}
        self._payouts: dict[str, str] = {}
        self._events: list[tuple[int, int, str, str, str]] = []
        self._webhook = account.authorized and store.meta("webhook_url") is not None

    def put(self, object: dict[str, Any], *, link: str | None = None) -> None:  # noqa: A002
        """Store an object; `link` is the id of the balance transaction that its list can expand."""
        id_ = object["id"]
        if id_ not in self._rows:
            known = self._known(id_)
            self._rows[id_] = known or (
                self._claim(),
                object.get("created") or object["start"],
            )  # discounts have no created
        self._objects[id_] = object
        if link is not None:
            self._links[id_] = link

    def get(self, id: str) -> dict[str, Any]:  # noqa: A002
        """An object as it is now, to be changed and put again."""
        if id not in self._objects:
            row = self._store.db.execute(
                "SELECT seq, created, body, link, payout FROM objects WHERE account = ? AND id = ?",
                (self._account.number, id),
            ).fetchone()
            seq, created, body, link, payout = row
            self._rows[id] = (seq, created)
            self._objects[id] = msgspec.json.decode(body)
            if link is not None:
                self._links[id] = link.decode()
            if payout is not None:
                self._payouts[id] = payout.decode()
        return self._objects[id]

    def pay_out(self, transaction: str, payout: str) -> None:
        """Mark a balance transaction as part of a payout; if not before, it is available now."""
        paid = self.get(transaction)
        paid["status"] = "available"
        self.put(paid)
        self._payouts[transaction] = payout

    def emit(self, type: str, object: dict[str, Any], *, at: int, previous: dict[str, Any] | None = None) -> None:  # noqa: A002
        """An event with the object as it is now."""
        if at < self._first_event:
            return
        seq = self._claim()
        event = shapes.event(
            id=mint("evt", self._account.id, type, object["id"], at, seq),
            created=at,
            type=type,
            object=object,
            previous=previous,
            pending=int(self._webhook),
        )
        self._events.append((seq, at, event["id"], type, _encode(event).decode()))

    @property
    def events(self) -> int:
        """How many events there are so far."""
        return len(self._events)

    def write(self) -> None:
        """Store everything; events of an authorised account are queued for the webhook."""
        number = self._account.number
        rows: list[tuple[Any, ...]] = []
        for id_, object_ in self._objects.items():
            seq, created = self._rows[id_]
            kind = object_["object"]
            tag = object_.get("type") if kind == "balance_transaction" else object_.get("status")
            link, payout, body = self._links.get(id_), self._payouts.get(id_), _encode(object_).decode()
            rows.append((seq, number, kind, created, id_, tag, link, payout, body))
        rows.extend(
            (seq, number, "event", at, id_, type_, None, None, body) for seq, at, id_, type_, body in self._events
        )
        self._store.put(rows)
        if self._webhook:
            self._store.db.executemany(
                "INSERT INTO deliveries (event, account, next_at) VALUES (?, ?, 0)",
                [(event[0], number) for event in self._events],
            )

    def _claim(self) -> int:
        self._next_seq += 1
        return self._next_seq - 1

    def _known(self, id_: str) -> tuple[int, int] | None:
        found = self._store.db.execute(
            "SELECT seq, created FROM objects WHERE account = ? AND id = ?", (self._account.number, id_)
        ).fetchone()
        return (int(found[0]), int(found[1])) if found else None

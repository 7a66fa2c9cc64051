"""Everything the sandbox knows, in one SQLite file.

Objects are kept as the JSON text that goes out, so that a page of a list is joined, not encoded, and a million charges
cost no memory. Several processes may hold the file open: `load` writes while `serve` reads (WAL).
"""

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

# A charge is about 2 kB: with SQLite's usual pages of 4 kB half of the file would be air.
_PAGE_SIZE: Final = 16_384
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS accounts (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE,
  line TEXT NOT NULL,
  authorized INTEGER NOT NULL DEFAULT 0,
  state TEXT,
  body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS objects (
  seq INTEGER PRIMARY KEY,
  account INTEGER NOT NULL,
  kind TEXT NOT NULL,
  created INTEGER NOT NULL,
  id TEXT NOT NULL,
  tag TEXT,
  link TEXT,
  payout TEXT,
  body TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS object_by_id ON objects (account, id);
CREATE INDEX IF NOT EXISTS object_by_time ON objects (account, kind, created);
CREATE INDEX IF NOT EXISTS object_by_payout ON objects (account, payout, created) WHERE payout IS NOT NULL;
CREATE TABLE IF NOT EXISTS deliveries (
  event INTEGER PRIMARY KEY,
  account INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at REAL
);
CREATE INDEX IF NOT EXISTS delivery_due ON deliveries (next_at, event) WHERE next_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS codes (code TEXT PRIMARY KEY, account INTEGER NOT NULL, scope TEXT NOT NULL,
  expires REAL NOT NULL, used INTEGER NOT NULL DEFAULT 0);
"""
# Twice as fast as INSERT OR REPLACE.
_PUT: Final = (
    "INSERT INTO objects VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET created = excluded.created, "
    "tag = excluded.tag, link = excluded.link, payout = excluded.payout, body = excluded.body"
)
_ACCOUNT: Final = "SELECT number, id, name, line, authorized, body FROM accounts"


class Account(msgspec.Struct, frozen=True):
    """A Stripe account: a sample business, a loaded file, or the platform itself."""

    number: int
    id: str
    name: str
    line: str  # what the consent page says about it
    authorized: bool
    body: bytes  # the `account` object

    @property
    def title(self) -> str:
        title: str = msgspec.json.decode(self.body)["settings"]["dashboard"]["display_name"]
        return title


class Stored(msgspec.Struct, frozen=True):
    """One object as it is kept: `tag` is the status or type that its list is filtered by, `link` the id of its
    balance transaction, `payout` the payout that a balance transaction went out with."""

    seq: int
    account: int
    kind: str
    created: int
    id: str
    tag: str | None
    link: str | None
    payout: str | None
    body: bytes


class Store:
    """One connection to the file. Not shared between threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.db = sqlite3.connect(path, isolation_level=None, timeout=60, check_same_thread=False)
        self.db.text_factory = bytes  # bodies go out as they are; the few other texts are decoded by hand
        self.db.execute(f"PRAGMA page_size = {_PAGE_SIZE}")
        # Without waiting for the disk: a killed process loses nothing, and no sandbox has to outlive a power cut.
        for pragma in ("journal_mode = WAL", "synchronous = OFF", "cache_size = -32000", "mmap_size = 268435456"):
            self.db.execute(f"PRAGMA {pragma}")
        if self.db.execute("SELECT 1 FROM sqlite_master WHERE name = 'delivery_due'").fetchone() is None:
            self.db.executescript(_SCHEMA)

    def close(self) -> None:
        self.db.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all of it is kept, or nothing."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    # What the store remembers about itself

    def meta(self, key: str) -> str | None:
        row = self.db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0].decode() if row else None

    def set_meta(self, key: str, value: str) -> None:
        self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    # Accounts

    def accounts(self) -> list[Account]:
        """All but the platform, in the order in which they came."""
        return [_account(row) for row in self.db.execute(f"{_ACCOUNT} WHERE name <> '' ORDER BY number")]

    def account(self, *, id: str | None = None, name: str | None = None) -> Account | None:  # noqa: A002
        column, value = ("id", id) if id is not None else ("name", name)
        row = self.db.execute(f"{_ACCOUNT} WHERE {column} = ?", (value,)).fetchone()
        return _account(row) if row else None

    def add_account(self, name: str, line: str, body: dict[str, Any], *, state: bytes | None = None) -> Account:
        self.db.execute(
            "INSERT INTO accounts (id, name, line, state, body) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (name) DO UPDATE SET line = excluded.line, state = excluded.state, body = excluded.body",
            (body["id"], name, line, _text(state), msgspec.json.encode(body).decode()),
        )
        account = self.account(name=name)
        assert account is not None
        return account

    def clear(self, account: Account) -> None:
        """Forget all objects of an account."""
        self.db.execute("DELETE FROM deliveries WHERE account = ?", (account.number,))
        self.db.execute("DELETE FROM objects WHERE account = ?", (account.number,))

    def set_authorized(self, account: Account, authorized: bool) -> None:
        self.db.execute("UPDATE accounts SET authorized = ? WHERE number = ?", (authorized, account.number))

    def state(self, account: Account) -> bytes | None:
        """Where the account's simulation stands; None when nothing keeps it going."""
        row = self.db.execute("SELECT state FROM accounts WHERE number = ?", (account.number,)).fetchone()
        return row[0] if row else None

    def set_state(self, account: Account, state: bytes) -> None:
        self.db.execute("UPDATE accounts SET state = ? WHERE number = ?", (_text(state), account.number))

    # Objects

    def next_seq(self) -> int:
        """The first free number; only good inside `writing`."""
        return int(self.db.execute("SELECT coalesce(max(seq), 0) + 1 FROM objects").fetchone()[0])

    def put(self, objects: Iterable[Sequence[Any]]) -> None:
        """Insert rows in the order of `Stored`'s fields, bodies as text; one that is there already is brought up to
        date and keeps its place."""
        self.db.executemany(_PUT, objects)

    def object(self, account: Account, kind: str, id: str) -> Stored | None:  # noqa: A002
        row = self.db.execute(
            "SELECT seq, account, kind, created, id, tag, link, payout, body FROM objects "
            "WHERE account = ? AND id = ? AND kind = ?",
            (account.number, id, kind),
        ).fetchone()
        if row is None:
            return None
        tag, link, payout = (value.decode() if value is not None else None for value in row[5:8])
        return Stored(row[0], row[1], kind, row[3], id, tag, link, payout, row[8])

    def counts(self, account: Account) -> dict[str, int]:
        rows = self.db.execute("SELECT kind, count(*) FROM objects WHERE account = ? GROUP BY kind", (account.number,))
        return {kind.decode(): count for kind, count in rows}


def open_store(path: Path, *, anchor: int | None = None) -> Store:
    """The store in `path`, made if it is missing; then its history ends at `anchor` (Unix seconds, default now)."""
    store = Store(path)
    if store.meta("anchor") is None:
        with store.writing():
            store.set_meta("anchor", str(int(time.time()) if anchor is None else anchor))
    return store


def _account(row: tuple[Any, ...]) -> Account:
    number, id_, name, line, authorized, body = row
    return Account(number, id_.decode(), name.decode(), line.decode(), bool(authorized), body)


def _text(data: bytes | None) -> str | None:
    return None if data is None else data.decode()

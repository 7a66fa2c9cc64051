"""Whole sandbox businesses as observations: what Stripe would have shown of them, and when."""

import functools
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from vaultra_core.domain.stripe_objects import wire
from vaultra_sandbox import listing, world
from vaultra_sandbox.samples import SAMPLES
from vaultra_sandbox.store import Account, Store, open_store

ANCHOR = 1_780_315_200  # 2026-06-01 12:00 UTC: the import; the events of the 30 days before it are there as well
DAY = 86_400
STEPS = (ANCHOR, ANCHOR + 8 * DAY, ANCHOR + 16 * DAY, ANCHOR + 24 * DAY)  # when lists are read
END = STEPS[-1] + DAY
# Short lives in which a lot goes wrong, so that every path is taken and an example stays quick.
LIVES: dict[str, dict[str, Any]] = {
    "shop": {
        "days": 70,
        "sales": lambda _age: 2.0,
        "disputes": lambda _age: 0.15,
        "inquiries": 0.5,
        "refunds": lambda _age: 0.15,
        "payout_failures": lambda _age: 0.3,
    },
    "saas": {"days": 90, "founders": 14, "signups": lambda _age: 0.2, "unpaid": 0.3, "churn": 0.15},
    "travel": {"days": 60, "refunds": lambda _age: 0.15, "disputes": lambda _age: 0.1},
}
PATHS = ("charges", "refunds", "disputes", "payouts", "subscriptions", "balance_transactions")
_EXPAND = {
    "charges": [("expand[]", "data.balance_transaction")],
    "subscriptions": [("status", "all"), ("expand[]", "data.discounts.source.coupon")],
}


class Shown(msgspec.Struct, frozen=True):
    """A page of a list, or a single object that was retrieved: raw objects as they were at a moment."""

    at: int
    objects: tuple[bytes, ...]


class Life(msgspec.Struct, frozen=True):
    """All that could be seen of a business: its events, and its lists at each of `STEPS`."""

    account: str
    currency: str
    timezone: str
    events: tuple[dict[str, Any], ...]  # oldest first
    lists: tuple[tuple[Shown, ...], ...]  # the pages of all lists, by step


@functools.cache
def life(name: str) -> Life:
    """The life of a short sample business, simulated once per run in this process."""
    short = {name: msgspec.structs.replace(SAMPLES[name], **LIVES[name])}
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(world, "SAMPLES", short)
        store = open_store(Path(folder) / "sandbox.sqlite", anchor=ANCHOR)
        world.seed_samples(store)
        (account,) = store.accounts()
        lists = [_lists(store, account, STEPS[0])]
        for moment in STEPS[1:]:
            world.advance(store, account, now=moment)
            lists.append(_lists(store, account, moment))
        query = "SELECT body FROM objects WHERE account = ? AND kind = 'event' ORDER BY created, seq"
        events = [msgspec.json.decode(body) for (body,) in store.db.execute(query, (account.number,))]
        store.close()
    body = msgspec.json.decode(account.body, type=wire.Account)
    return Life(
        account.id,
        short[name].currency,
        body.settings.dashboard.timezone or "UTC",
        tuple(events),
        tuple(tuple(pages) for pages in lists),
    )


def _lists(store: Store, account: Account, moment: int) -> list[Shown]:
    return [Shown(moment, page) for path in PATHS for page in _pages(store, account, path)]


def _pages(store: Store, account: Account, path: str) -> Sequence[tuple[bytes, ...]]:
    pages: list[tuple[bytes, ...]] = []
    listed, cursor = listing.LISTS[path], None
    while True:
        parameters = [("limit", "100"), *_EXPAND.get(path, []), *([("starting_after", cursor)] if cursor else [])]
        body = listing.page(store, account, listed, listing.parse(listed, parameters))
        page = msgspec.json.decode(body, type=_Page)
        if page.data:
            pages.append(tuple(bytes(one) for one in page.data))
        if not page.has_more:
            return pages
        cursor = msgspec.json.decode(page.data[-1], type=_Head).id


class _Page(msgspec.Struct):
    data: list[msgspec.Raw]
    has_more: bool


class _Head(msgspec.Struct):
    id: str

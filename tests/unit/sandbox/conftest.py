"""A store of its own for each test that writes, and one with the sample businesses for all that only read."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from vaultra_sandbox import world
from vaultra_sandbox.store import Account, Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "sandbox.sqlite")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The sample businesses as of now. Read only."""
    opened = open_store(tmp_path_factory.mktemp("samples") / "sandbox.sqlite", anchor=int(time.time()))
    world.seed_samples(opened)
    yield opened
    opened.close()


def named(store: Store, name: str) -> Account:
    account = store.account(name=name)
    assert account is not None
    return account


def objects(store: Store, account: Account, kind: str) -> list[dict[str, Any]]:
    """All objects of one kind, oldest first."""
    rows = store.db.execute(
        "SELECT body FROM objects WHERE account = ? AND kind = ? ORDER BY created, seq", (account.number, kind)
    )
    return [msgspec.json.decode(body) for (body,) in rows]

"""A sealed secret opens in its own place, with its own key, unchanged; and nowhere else."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaultra_adapters.secrets.keyring import Keyring
from vaultra_core.ports.secrets import BrokenSeal

OLD, NEW = ("2025", bytes(range(32))), ("2026", bytes(range(32, 64)))
HERE = UUID(int=1)
COLUMN = "integration_accounts.access_token"
secrets = st.text(st.characters(codec="utf-8"), max_size=300)


@given(secrets, st.uuids(), st.text(st.characters(codec="ascii"), max_size=40))
def test_what_is_sealed_opens_in_its_place(secret: str, business: UUID, column: str) -> None:
    sealed = Keyring([NEW]).seal(secret, business_id=business, column=column)
    assert Keyring([NEW]).open(sealed, business_id=business, column=column) == secret
    assert len(secret) < 4 or secret.encode() not in sealed


@given(secrets, st.uuids().filter(lambda other: other != HERE))
def test_a_row_that_was_swapped_does_not_open(secret: str, elsewhere: UUID) -> None:
    ring = Keyring([NEW])
    sealed = ring.seal(secret, business_id=HERE, column=COLUMN)
    for business, column in ((elsewhere, COLUMN), (HERE, COLUMN + "s")):
        with pytest.raises(BrokenSeal):
            ring.open(sealed, business_id=business, column=column)


@given(st.data())
def test_a_changed_or_shortened_secret_does_not_open(data: Any) -> None:
    ring = Keyring([NEW])
    sealed = ring.seal("sk_secret", business_id=HERE, column=COLUMN)
    position = data.draw(st.integers(0, len(sealed) - 1))
    bit = data.draw(st.integers(0, 7))
    changed = sealed[:position] + bytes([sealed[position] ^ 1 << bit]) + sealed[position + 1 :]
    for broken in (changed, sealed[:position], sealed + b"x"):
        with pytest.raises(BrokenSeal):
            ring.open(broken, business_id=HERE, column=COLUMN)


def test_the_same_secret_never_looks_the_same() -> None:
    ring = Keyring([NEW])
    assert len({ring.seal("same", business_id=HERE, column=COLUMN) for _ in range(100)}) == 100


def test_an_older_key_still_opens_and_the_newest_seals() -> None:
    before = Keyring([OLD]).seal("token", business_id=HERE, column=COLUMN)
    rotated = Keyring([NEW, OLD])
    assert rotated.open(before, business_id=HERE, column=COLUMN) == "token"
    assert not rotated.is_current(before)
    after = rotated.seal("token", business_id=HERE, column=COLUMN)
    assert rotated.is_current(after)
    assert Keyring([NEW]).open(after, business_id=HERE, column=COLUMN) == "token"
    with pytest.raises(BrokenSeal, match="no key '2025'"):
        Keyring([NEW]).open(before, business_id=HERE, column=COLUMN)


def test_a_key_of_the_same_name_is_not_the_same_key() -> None:
    sealed = Keyring([OLD]).seal("token", business_id=HERE, column=COLUMN)
    with pytest.raises(BrokenSeal):
        Keyring([("2025", NEW[1])]).open(sealed, business_id=HERE, column=COLUMN)

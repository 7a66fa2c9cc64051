"""A ring of AES-256-GCM keys: the first seals, all of them open.

A sealed secret is `1 (format) · length of the key id · key id · nonce · ciphertext and tag`. Its associated data are
the bytes before the nonce, the business and the column. Nonces are random, 96 bits: a key is good for 2³² secrets
(NIST SP 800-38D, 8.3), far more than there are accounts.
"""

import os
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vaultra_core.ports.secrets import BrokenSeal

FORMAT: Final = 1
NONCE: Final = 12


class Keyring:
    """Implements `SecretBox`. `keys` are ids (ASCII, at most 32 characters) and keys (32 bytes), the newest first."""

    def __init__(self, keys: Sequence[tuple[str, bytes]]) -> None:
        self._keys = {key_id: AESGCM(key) for key_id, key in keys}
        self._newest = keys[0][0]

    def seal(self, secret: str, *, business_id: UUID, column: str) -> bytes:
        head = _head(self._newest)
        nonce = os.urandom(NONCE)
        place = _place(head, business_id, column)
        return head + nonce + self._keys[self._newest].encrypt(nonce, secret.encode(), place)

    def open(self, sealed: bytes, *, business_id: UUID, column: str) -> str:
        key_id = _key_id(sealed)
        key = self._keys.get(key_id)
        if key is None:
            raise BrokenSeal(f"There is no key {key_id!r} in ENCRYPTION_KEYS.")
        head, rest = sealed[: 2 + len(key_id)], sealed[2 + len(key_id) :]
        try:
            secret = key.decrypt(rest[:NONCE], rest[NONCE:], _place(head, business_id, column))
        except (InvalidTag, ValueError):  # ValueError: cut off within the nonce
            raise BrokenSeal(f"The secret in {column} of {business_id} is not what was sealed there.") from None
        return secret.decode()

    def is_current(self, sealed: bytes) -> bool:
        return _key_id(sealed) == self._newest


def _head(key_id: str) -> bytes:
    return bytes((FORMAT, len(key_id))) + key_id.encode()


def _key_id(sealed: bytes) -> str:
    head = sealed[: 2 + sealed[1]] if len(sealed) > 2 else b""
    if not head or head[0] != FORMAT or not head.isascii():
        raise BrokenSeal("This was not sealed here.")
    return head[2:].decode()


def _place(head: bytes, business_id: UUID, column: str) -> bytes:
    return head + business_id.bytes + column.encode()

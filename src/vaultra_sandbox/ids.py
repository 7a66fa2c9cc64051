"""Ids that look like Stripe's and are the same for the same seed."""

import hashlib
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def mint(prefix: str, *parts: str | int) -> str:
    """`ch_…` with 20 characters that depend on `parts` alone."""
    return f"{prefix}_{digest(*parts)}"


def digest(*parts: str | int, length: int = 20) -> str:
    """Base-62 characters that depend on `parts` alone."""
    text = "\x1f".join(map(str, parts)).encode()
    return _base62(int.from_bytes(hashlib.blake2b(text, digest_size=16).digest()), length)


def _base62(number: int, length: int) -> str:
    characters = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        characters.append(_ALPHABET[digit])
    return "".join(characters)

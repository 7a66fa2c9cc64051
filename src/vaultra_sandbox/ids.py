"""Ids that look like Stripe's and are the same for the same seed."""

import base64
import hashlib


def mint(prefix: str, *parts: str | int) -> str:
    """`ch_…` with 20 letters and digits that depend on `parts` alone."""
    return f"{prefix}_{digest(*parts)}"


def digest(*parts: str | int, length: int = 20) -> str:
    """Up to 20 letters and digits that depend on `parts` alone."""
    text = "\x1f".join(map(str, parts)).encode()
    return base64.b64encode(hashlib.blake2b(text, digest_size=15).digest(), altchars=b"Vx")[:length].decode()

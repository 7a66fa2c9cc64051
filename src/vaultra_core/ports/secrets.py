"""Secrets that have to be kept: sealed before they are stored, opened when they are used."""

from typing import Protocol
from uuid import UUID


class BrokenSeal(Exception):
    """A sealed secret does not open: it was changed, moved to another business or column, or its key is gone.

    Nothing that a caller did, so it is no `VaultraError`: it is logged and answered as a fault of ours.
    """


class SecretBox(Protocol):
    """Authenticated encryption, bound to its place: what was sealed for one business and column opens nowhere else."""

    def seal(self, secret: str, *, business_id: UUID, column: str) -> bytes:
        """Sealed with the newest key; the same secret twice gives different bytes."""

    def open(self, sealed: bytes, *, business_id: UUID, column: str) -> str:
        """Raise `BrokenSeal` when it cannot be opened here."""

    def is_current(self, sealed: bytes) -> bool:
        """Whether it was sealed with the newest key."""

"""Access to accounts that is to be given back: written in the transaction that ends the connection, so that it is
given back however long the platform does not answer, and whatever becomes of the business."""

import datetime as dt
from typing import Protocol

import msgspec


class AccessReturn(msgspec.Struct, frozen=True):
    """An account whose access is to be given back, and how many times that was begun, this time included."""

    external_id: str
    attempts: int


class AccessReturns(Protocol):
    """Wake `Job.RETURN_ACCESS` after the commit."""

    async def add(self, external_id: str, now: dt.datetime) -> None:
        """An account that waits already is not added again. Add it while its connection still stands: a tenant may
        name no account but their own."""

    async def claim(self, now: dt.datetime, *, limit: int, seconds: int) -> list[AccessReturn]:
        """Those whose time has come; nobody else is given them for so many seconds."""

    async def put_off(self, external_id: str, until: dt.datetime, error: str) -> None:
        """It did not go well for this reason; its time comes again at `until`."""

    async def remove(self, external_id: str) -> None:
        """It was given back, or is wanted again."""

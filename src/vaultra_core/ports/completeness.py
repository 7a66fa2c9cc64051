"""What is known about the ledger itself: which days have been reconciled, and which records nothing has decided."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Final, Protocol
from uuid import UUID

import msgspec

from vaultra_core.domain.ledger import Payout
from vaultra_core.domain.reconciliation import Certificate, Statement


class Certificates(Protocol):
    """A day (UTC) is open from the moment that something created on it changes until it has been judged without a
    difference. Open days are the truth; the certificate is what the last look at them came to."""

    async def open_days(self, business_id: UUID, days: Collection[dt.date]) -> None:
        """Mark days as not reconciled. The caller holds the business's lock (`Computations.lock`)."""

    async def opened(
        self, business_id: UUID, *, after: dt.date, through: dt.date, limit: int | None = None
    ) -> list[dt.date]:
        """Open days later than `after`, up to and with `through`, oldest first."""

    async def close_days(self, business_id: UUID, days: Collection[dt.date]) -> None:
        """Take the marks away. The caller has held the business's lock since it read what it judged them by."""

    async def statement(self, business_id: UUID, days: Collection[dt.date], *, since: int) -> Statement:
        """What these days are judged by; of the first one only what was created at `since` (Unix seconds) or after."""

    async def payouts(self, business_id: UUID, days: Collection[dt.date]) -> list[Payout]:
        """The payouts that were created on these days."""

    async def get(self, business_id: UUID) -> Certificate | None: ...

    async def save(self, certificate: Certificate) -> None: ...

    async def due(self, now: dt.datetime, closed: dt.date, *, limit: int) -> list[UUID]:
        """Businesses that are connected and imported, and that have never been checked, or whose `next_at` has come
        and that have an open day up to `closed` or were last judged through an earlier day than it."""


# Observations are dated in whole seconds by Stripe's clock, of which its answers show whole seconds too.
SAME_MOMENT: Final = 2


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """A contested record of a connected business, and how often it has been retrieved in vain."""

    business_id: UUID
    kind: str
    id: str
    attempts: int = 0


class Doubts(Protocol):
    """Contested records are the doubts; what is stored beside them is only when to try again. A record that is seen
    contested at another moment than that of its last try is a new doubt."""

    async def due(self, now: dt.datetime, *, limit: int) -> list[Doubt]:
        """Contested records of connected businesses that have not been tried, or whose time to try again has come.

        Only those that were seen more than SAME_MOMENT seconds ago: a retrieve before that could tie again."""

    async def put_off(self, retry_at: Mapping[Doubt, dt.datetime | None]) -> None:
        """Count one more try of each and set when the next one is (None: never, the object is gone); what is not
        contested any more is forgotten."""

"""People, businesses, and the Stripe account that a business has connected."""

import datetime as dt
import enum
from typing import Self
from uuid import UUID

import msgspec

from vaultra_core.identity import Role
from vaultra_core.money import to_major, to_minor


class Industry(enum.StrEnum):
    """What kind of business it is. Shown, never scored."""

    FOOD_AND_DRINK = "food_and_drink"
    RETAIL = "retail"
    ECOMMERCE = "ecommerce"
    SOFTWARE = "software"
    PROFESSIONAL_SERVICES = "professional_services"
    HEALTH_AND_BEAUTY = "health_and_beauty"
    EDUCATION = "education"
    TRAVEL_AND_LEISURE = "travel_and_leisure"
    CONSTRUCTION = "construction"
    MANUFACTURING = "manufacturing"
    NONPROFIT = "nonprofit"
    OTHER = "other"


class User(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    email: str  # as typed; compared without case
    name: str
    hashed_password: str | None = None  # None for people who only sign in with Google
    avatar_url: str | None = None
    email_verified_at: dt.datetime | None = None  # when they showed that mail to `email` reaches them
    google_issuer: str | None = None  # with google_subject who they are to Google, once they have signed in with it
    google_subject: str | None = None
    created_at: dt.datetime
    updated_at: dt.datetime


class Business(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    legal_entity: str | None = None
    industry: Industry | None = None
    revenue_estimate: int | None = None  # a year, minor units of `currency`, as the owner says
    founded_at: dt.date | None = None
    currency: str = "usd"  # reporting currency; set to the Stripe account's own when one is connected
    timezone: str = "UTC"  # IANA name; a day of this business is a day there
    sample_data: bool = False  # its Stripe account is a sandbox one
    created_at: dt.datetime
    updated_at: dt.datetime

    def in_currency(self, currency: str) -> Self:
        """The same business, reporting in another currency. What the owner estimated stays the figure they typed:
        250 000 is 250 000, whether the currency has two decimals or none."""
        estimate = self.revenue_estimate
        if estimate is not None:
            estimate = to_minor(to_major(estimate, self.currency), currency)
        return msgspec.structs.replace(self, currency=currency, revenue_estimate=estimate)


class MemberOf(msgspec.Struct, frozen=True):
    """A business as one of its members sees it."""

    id: UUID
    name: str
    role: Role


class IntegrationStatus(enum.StrEnum):
    ACTIVE = "active"
    REVOKED = "revoked"  # the owner disconnected, here or at Stripe
    ERROR = "error"  # the last sync failed; `error` says why, and it is tried again


class ImportPhase(enum.StrEnum):
    """How far the first import is. A score exists from EXTENDING on, its whole history from COMPLETE on."""

    STARTING = "starting"  # the newest 90 days are being read
    EXTENDING = "extending"  # the time before, back to 24 months
    COMPLETE = "complete"


class Integration(msgspec.Struct, frozen=True, kw_only=True):
    """A connected Stripe account."""

    id: UUID
    business_id: UUID
    external_id: str  # acct_…
    livemode: bool
    status: IntegrationStatus
    phase: ImportPhase
    error: str | None = None  # what the owner reads when status is ERROR
    failures: int = 0  # consecutive failed syncs
    next_sync_at: dt.datetime | None = None  # None: not due (revoked)
    last_synced_at: dt.datetime | None = None
    events_through: int | None = None  # Unix seconds: every event created before has been read from the Events API
    # Of the events created from `webhooks_since` until `webhooks_through` (Unix seconds, None before the first look),
    # so many did not reach our webhook endpoint in time, the last of them created at `webhooks_missed_last`.
    webhooks_since: int | None = None
    webhooks_through: int | None = None
    webhooks_missed: int = 0
    webhooks_missed_last: int | None = None
    import_started_at: dt.datetime
    import_finished_at: dt.datetime | None = None
    created_at: dt.datetime
    updated_at: dt.datetime


class ImportWindow(msgspec.Struct, frozen=True, kw_only=True):
    """One stretch of one list endpoint, `starts_at <= created < ends_at`: the unit in which an import is checkpointed.

    Lists are newest first, so `cursor` (the last id read) and `read_back_to` move backwards through it.
    """

    integration_id: UUID
    kind: str
    starts_at: int
    ends_at: int
    phase: ImportPhase  # the phase that waits for it
    cursor: str | None = None
    read_back_to: int | None = None
    objects: int = 0
    closed: bool = False

    @property
    def fraction(self) -> float:
        """How much of the window has been read, 0–1, by date."""
        if self.closed:
            return 1.0
        if self.read_back_to is None:
            return 0.0
        return min(1.0, max(0.0, (self.ends_at - self.read_back_to) / (self.ends_at - self.starts_at)))

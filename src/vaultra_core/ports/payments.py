"""What Vaultra needs of a payments platform: connect an account, read its objects, trust its events."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from vaultra_core.domain.ledger import Record


class ConnectedAccount(msgspec.Struct, frozen=True, kw_only=True):
    """The account that an owner has connected. `created` bounds how far back an import needs to look."""

    external_id: str
    livemode: bool
    currency: str
    timezone: str | None = None
    created: int | None = None
    display_name: str | None = None
    access_token: str | None = None  # of the account; a secret
    sample_data: bool = False  # the platform is a sandbox of our own, not Stripe


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """An object of a list that could not be read, and why."""

    kind: str
    id: str
    listed_at: int  # Unix seconds
    reason: str


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list, newest first. `cursor` asks for the next page, None when there is none."""

    records: Sequence[Record]  # observations: an object may bring others along (a charge its balance transaction)
    count: int  # objects of the listed kind
    oldest: int | None  # creation time of the page's last object
    cursor: str | None
    unread: Sequence[Unread] = ()  # counted as well; one that cannot be read keeps no other from being so


class PlatformEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event as the platform sent it, stripped to what the ledger needs."""

    external_id: str
    account: str | None
    type: str
    created: int
    livemode: bool
    payload: bytes


class EventPage(msgspec.Struct, frozen=True, kw_only=True):
    events: Sequence[PlatformEvent]
    cursor: str | None
    unread: Sequence[Unread] = ()


class PaymentsProvider(Protocol):
    """All calls raise `Unavailable(dependency="stripe")` once their retries are used up, and `Forbidden` when the
    platform says that access to the account was withdrawn."""

    def authorize_url(self, *, state: str, redirect_uri: str) -> str:
        """Where the owner's browser goes to give consent (read-only scope)."""

    async def exchange_code(self, code: str) -> ConnectedAccount:
        """The account behind an authorization code. Raise `InvalidInput` when the code is refused."""

    async def deauthorize(self, external_id: str) -> None:
        """Give the access back; giving back what is already gone is fine."""

    async def list_page(
        self, external_id: str, kind: str, *, starts_at: int, ends_at: int, cursor: str | None, expand: bool = True
    ) -> Page:
        """Objects of `kind` (a key of `ledger.KINDS`) with starts_at <= created < ends_at, newest first.

        Subscriptions are listed whatever their status. With `expand` they come with their coupons, and charges with
        their balance transactions."""

    async def list_payout(self, external_id: str, payout: str, *, cursor: str | None) -> Page:
        """The balance transactions that an automatic payout consists of, and its own, newest first."""

    async def retrieve(self, external_id: str, kind: str, object_id: str) -> Sequence[Record]:
        """One object as it is now and whole (a subscription with all items, tiers and coupons), and the balance
        transactions that name it. Raise `NotFound` when the platform has no such object any more."""

    async def list_events(
        self, external_id: str, *, since: int, cursor: str | None, undelivered: bool = False
    ) -> EventPage:
        """Events created at or after `since` (they are kept for 30 days), newest first; only those that did not reach
        every webhook endpoint when `undelivered`."""

    async def retrieve_event(self, external_id: str, event_id: str) -> PlatformEvent:
        """One event of the last 30 days. Raise `NotFound` when the platform has forgotten it."""

    def read_webhook(self, payload: bytes, signature: str) -> PlatformEvent:
        """The event, if the signature over the raw bytes is good and fresh (300 s both ways).

        Raise `InvalidInput` on anything else, however malformed."""

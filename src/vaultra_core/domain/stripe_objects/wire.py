"""Stripe's objects as they come over the wire: only the fields that the ledger needs.

Everything else in an object (cards, names, addresses, free text) is dropped while decoding. The field `object` is the
tag by which a union of these structs is told apart. Fields that only some API versions have are optional; `translate`
knows which version had what.
"""

from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from vaultra_core.domain.ledger import ChargeStatus, DisputeStatus, PayoutStatus, RefundStatus, SubscriptionStatus

# Unix seconds up to the year 9999, so that every moment has a calendar day in every zone.
Moment = Annotated[int, msgspec.Meta(ge=0, lt=253_370_764_800)]
# Integers that JSON numbers carry exactly.
Minor = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
Amount = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
Currency = Annotated[str, msgspec.Meta(pattern="^[A-Za-z]{3}$")]


class Wire(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Unknown fields are tolerated: Stripe adds some in every release."""


class Ref(Wire, frozen=True, kw_only=True):
    """An expanded object of which only the id matters."""

    id: Id


class BalanceTransaction(Wire, frozen=True, kw_only=True, tag_field="object", tag="balance_transaction"):
    id: Id
    created: Moment
    currency: Currency
    amount: Minor
    fee: Minor
    net: Minor
    available_on: Moment
    reporting_category: str
    exchange_rate: Decimal | None = None
    source: Id | Ref | None = None


class Refund(Wire, frozen=True, kw_only=True, tag_field="object", tag="refund"):
    id: Id
    created: Moment
    currency: Currency
    amount: Amount
    status: RefundStatus | None  # null on refunds older than the field: those were immediate
    charge: Id | Ref | None = None


class RefundList(Wire, frozen=True, kw_only=True):
    data: tuple[Refund, ...] = ()


class Charge(Wire, frozen=True, kw_only=True, tag_field="object", tag="charge"):
    id: Id
    created: Moment
    currency: Currency
    livemode: bool
    amount: Amount
    status: ChargeStatus
    captured: bool
    amount_captured: Amount | None = None
    customer: Id | Ref | None = None
    balance_transaction: Id | BalanceTransaction | None = None
    refunds: RefundList | None = None


class Dispute(Wire, frozen=True, kw_only=True, tag_field="object", tag="dispute"):
    id: Id
    created: Moment
    currency: Currency
    livemode: bool
    amount: Amount
    status: DisputeStatus
    charge: Id | Ref | None = None


class Payout(Wire, frozen=True, kw_only=True, tag_field="object", tag="payout"):
    id: Id
    created: Moment
    currency: Currency
    livemode: bool
    amount: Minor
    status: PayoutStatus
    arrival_date: Moment
    automatic: bool = True


class Recurring(Wire, frozen=True, kw_only=True):
    interval: str
    interval_count: Annotated[int, msgspec.Meta(ge=1)] = 1
    usage_type: str = "licensed"


class Tier(Wire, frozen=True, kw_only=True):
    up_to: int | str | None = None  # null, or "inf" in what was sent to the API, has no upper bound
    unit_amount: Minor | None = None
    unit_amount_decimal: Decimal | None = None
    flat_amount: Minor | None = None
    flat_amount_decimal: Decimal | None = None


class Transform(Wire, frozen=True, kw_only=True):
    divide_by: Annotated[int, msgspec.Meta(ge=1)]
    round: str


class Price(Wire, frozen=True, kw_only=True):
    currency: Currency | None = None
    billing_scheme: str = "per_unit"
    unit_amount: Minor | None = None
    unit_amount_decimal: Decimal | None = None
    tiers_mode: str | None = None
    tiers: tuple[Tier, ...] | None = None
    transform_quantity: Transform | None = None
    recurring: Recurring | None = None


class Plan(Wire, frozen=True, kw_only=True):
    """What prices were called before 2020; newer objects repeat their price in this shape."""

    currency: str | None = None
    billing_scheme: str = "per_unit"
    amount: Minor | None = None
    amount_decimal: Decimal | None = None
    tiers_mode: str | None = None
    tiers: tuple[Tier, ...] | None = None
    transform_usage: Transform | None = None
    interval: str
    interval_count: Annotated[int, msgspec.Meta(ge=1)] = 1
    usage_type: str = "licensed"


class Coupon(Wire, frozen=True, kw_only=True):
    percent_off: Decimal | None = None
    amount_off: Minor | None = None
    duration: str | None = None


class CouponSource(Wire, frozen=True, kw_only=True):
    coupon: Id | Coupon | None = None


class Discount(Wire, frozen=True, kw_only=True):
    """The coupon sits in `coupon`, since API version 2025-09-30 in `source.coupon`."""

    start: Moment | None = None
    end: Moment | None = None
    coupon: Id | Coupon | None = None
    source: CouponSource | None = None


class Item(Wire, frozen=True, kw_only=True):
    id: Id
    quantity: Annotated[int, msgspec.Meta(ge=0)] | None = None
    price: Price | None = None
    plan: Plan | None = None
    current_period_start: Moment | None = None  # since API version 2025-03-31
    discounts: tuple[Id | Discount, ...] | None = None


class ItemList(Wire, frozen=True, kw_only=True):
    data: tuple[Item, ...]
    has_more: bool = False


class PauseCollection(Wire, frozen=True, kw_only=True):
    """Its presence is all that matters."""


class Subscription(Wire, frozen=True, kw_only=True, tag_field="object", tag="subscription"):
    id: Id
    created: Moment
    livemode: bool
    status: SubscriptionStatus
    items: ItemList
    currency: Currency | None = None
    customer: Id | Ref | None = None
    start_date: Moment | None = None
    trial_end: Moment | None = None
    ended_at: Moment | None = None
    current_period_start: Moment | None = None  # before API version 2025-03-31
    pause_collection: PauseCollection | None = None
    discount: Discount | None = None  # before API version 2024-06-20
    discounts: tuple[Id | Discount, ...] | None = None
    test_clock: Id | Ref | None = None


WireObject = Charge | Refund | Dispute | Payout | Subscription | BalanceTransaction


class Dashboard(Wire, frozen=True, kw_only=True):
    display_name: str | None = None
    timezone: str | None = None


class AccountSettings(Wire, frozen=True, kw_only=True):
    dashboard: Dashboard = Dashboard()


class Account(Wire, frozen=True, kw_only=True, tag_field="object", tag="account"):
    """A Stripe account, as far as the business behind it takes its currency and its calendar from it."""

    id: Id
    default_currency: Currency | None = None
    created: Moment | None = None
    settings: AccountSettings = AccountSettings()


class EventData(Wire, frozen=True, kw_only=True):
    object: msgspec.Raw


class Event(Wire, frozen=True, kw_only=True):
    """The envelope; `data.object` stays encoded until its kind is known."""

    object: Literal["event"]
    id: Id
    type: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    created: Moment
    livemode: bool
    account: Id | None = None
    api_version: str | None = None
    data: EventData | None = None  # None: the ledger has no use for this event, or could not read its object
    # Never Stripe's: why the object was not kept. Its bytes cannot be told from personal data before they are read.
    unread: str | None = msgspec.field(default=None, name="vaultra_unread")


class ObjectData(Wire, frozen=True, kw_only=True):
    object: WireObject


class EventWithObject(Event, frozen=True, kw_only=True):
    """An event whose object is read together with it."""

    data: ObjectData  # type: ignore[assignment] # one that is read instead of one that is not
    unread: None = msgspec.field(default=None, name="vaultra_unread")

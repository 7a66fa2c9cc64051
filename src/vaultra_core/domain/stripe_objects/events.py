"""Stripe's events: what of them is kept in the inbox, and what they teach the ledger."""

from functools import lru_cache
from typing import Final

import msgspec

from vaultra_core.domain.ledger import Record
from vaultra_core.domain.stripe_objects import translate, wire
from vaultra_core.errors import InvalidInput

# The event that says that an account's owner has withdrawn our access.
DEAUTHORIZED: Final = "account.application.deauthorized"

# The end of the type of an event of our own: something that a list showed and that could not be read.
LISTED: Final = ".listed"
EVENT: Final = "event"  # what was listed may be an event itself
# The kind of object that an event carries, by the beginning of its type; the longest match counts.
_CARRIES: Final = (
    ("charge.refund.", "refund"),
    ("charge.dispute.", "dispute"),
    ("charge.", "charge"),
    ("refund.", "refund"),
    ("payout.", "payout"),
    ("customer.subscription.", "subscription"),
)


class MinimalEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event stripped to its envelope and what the ledger needs. `payload` is what the inbox stores.

    `unread` says why the object could not be read, if so: the payload is then the envelope alone.
    """

    id: str
    type: str
    created: int
    livemode: bool
    account: str | None
    api_version: str | None
    payload: bytes
    unread: str | None = None


@lru_cache(maxsize=512)  # Stripe has some 250 types
def carried_kind(event_type: str) -> str | None:
    """The kind of ledger object that events of this type carry; None when they do not concern the ledger."""
    if event_type.endswith(LISTED):
        return event_type.removesuffix(LISTED)
    return next((kind for prefix, kind in _CARRIES if event_type.startswith(prefix)), None)


def minimal_event(raw: bytes | str) -> MinimalEvent:
    """Strip an event, so that no card, name or e-mail address ever enters the inbox.

    The object is re-encoded from the wire structs; an event of a type that is not ours keeps its envelope only, and so
    does one whose object has a shape that we do not know (yet): the event is kept, and fails when it is applied.
    Raise `InvalidInput` when it is no event of Stripe's, `details["reason"]` = `thin event` for one of the v2 API,
    which names its object without showing it.
    """
    event = _at_once(raw) or _envelope_without_object(raw)
    return MinimalEvent(
        id=event.id,
        type=event.type,
        created=event.created,
        livemode=event.livemode,
        account=event.account,
        api_version=event.api_version,
        payload=_ENCODER.encode(event),
        unread=event.unread,
    )


class ReadEvent(msgspec.Struct, frozen=True, gc=False):
    """What an event says about the ledger, and in which version of the API it says so."""

    records: tuple[Record, ...]
    api_version: str | None


def read_event(payload: bytes | str) -> ReadEvent:
    """An event, whole or as `minimal_event` left it: the object as it was at `event.created`, with the moment noted as
    a milestone of its status. Without records when its type does not concern the ledger. Raise `InvalidInput` when it
    is no event, or its object does not have its kind's shape.
    """
    whole = _at_once(payload)
    event = whole or _envelope(payload)
    seen = whole.data.object if whole else _object(event)
    records = translate.observation_of(seen, event.created, milestones=True).records if seen else ()
    return ReadEvent(records, event.api_version)


def observe_event(payload: bytes | str) -> list[Record]:
    """The records of `read_event`."""
    return list(read_event(payload).records)


def listed_event(
    kind: str, object_id: str, *, listed_at: int, livemode: bool, account: str, reason: str
) -> MinimalEvent:
    """What the inbox keeps of an object (or event) that a list showed and that could not be read: an event of our own,
    which fails for that reason when it is applied, like any other whose object was not kept."""
    event = wire.Event(
        object="event",
        id=f"listed_{object_id}",
        type=f"{kind}{LISTED}",
        created=listed_at,
        livemode=livemode,
        account=account,
        unread=reason[:_REASON_LENGTH],
    )
    return MinimalEvent(
        id=event.id,
        type=event.type,
        created=event.created,
        livemode=event.livemode,
        account=event.account,
        api_version=None,
        payload=_ENCODER.encode(event),
        unread=event.unread,
    )


def listed_object(event_type: str, event_id: str) -> tuple[str, str] | None:
    """Kind and id of what such an event stands for; None for events of Stripe's own."""
    if not event_type.endswith(LISTED):
        return None
    return event_type.removesuffix(LISTED), event_id.removeprefix("listed_")


def lacks_object(payload: bytes) -> bool:
    """Whether this payload of an inbox is an envelope whose object could not be read: only Stripe still has it."""
    return _envelope(payload).unread is not None


def _at_once(raw: bytes | str) -> wire.EventWithObject | None:
    """An event together with its object, as nearly every event of ours can be read. None for all others: to read them
    step by step says what is wrong with them."""
    try:
        event = _EVENT_WITH_OBJECT.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return event if event.data.object.__struct_config__.tag == carried_kind(event.type) else None


def _envelope_without_object(raw: bytes | str) -> wire.Event:
    """Of what is not ours, or cannot be read: then it says why."""
    event = _envelope(raw)
    unread = None
    try:
        _object(event)
    except InvalidInput as error:
        unread = error.message[:_REASON_LENGTH]
    return msgspec.structs.replace(event, data=None, unread=unread)


def _envelope(raw: bytes | str) -> wire.Event:
    try:
        return _EVENT.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _refusal(raw, error) from error


def _refusal(raw: bytes | str, error: Exception) -> InvalidInput:
    """Why this is no event: what it says it is instead, or what is wrong with it."""
    try:
        kind = _KIND.decode(raw).object
    except (msgspec.DecodeError, UnicodeDecodeError):
        kind = "event"
    if kind.startswith("v2."):
        return InvalidInput("This is a thin (v2) event; Vaultra reads v1 events.", reason="thin event")
    if kind != "event":
        return InvalidInput(f"This is a Stripe {kind!r}, not an event.", reason="not an event")
    return InvalidInput(f"This is not a Stripe event: {error}", reason=str(error))


def _object(event: wire.Event) -> wire.WireObject | None:
    """What the event carries; None when its type does not concern the ledger."""
    expected = carried_kind(event.type)
    if expected is None:
        return None
    if event.unread is not None:
        raise InvalidInput(event.unread, reason="unread")
    if event.data is None:
        raise InvalidInput(f"The event {event.id} of type {event.type} carries no object.", reason="no object")
    try:
        seen = translate.decode(bytes(event.data.object))
    except InvalidInput as error:
        reason = error.details["reason"]
        raise InvalidInput(f"The {expected} in the event {event.id} cannot be read: {reason}", reason=reason) from error
    if (found := seen.__struct_config__.tag) != expected:
        raise InvalidInput(f"The event {event.id} of type {event.type} carries a {found}.", reason="wrong object")
    return seen


_REASON_LENGTH: Final = 500


class _Kind(msgspec.Struct):
    object: str


_KIND = msgspec.json.Decoder(_Kind)
_EVENT = msgspec.json.Decoder(wire.Event)
_EVENT_WITH_OBJECT = msgspec.json.Decoder(wire.EventWithObject)
_ENCODER = msgspec.json.Encoder()

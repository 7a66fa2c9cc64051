"""Stripe's events: what of them is kept in the inbox, and what they teach the ledger."""

from typing import Final

import msgspec

from vaultra_core.domain.ledger import Record
from vaultra_core.domain.stripe_objects import translate, wire
from vaultra_core.errors import InvalidInput

# The event that says that an account's owner has withdrawn our access.
DEAUTHORIZED: Final = "account.application.deauthorized"

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
    """An event stripped to its envelope and what the ledger needs. `payload` is what the inbox stores."""

    id: str
    type: str
    created: int
    livemode: bool
    account: str | None
    api_version: str | None
    payload: bytes


def carried_kind(event_type: str) -> str | None:
    """The kind of ledger object that events of this type carry; None when they do not concern the ledger."""
    return next((kind for prefix, kind in _CARRIES if event_type.startswith(prefix)), None)


def minimal_event(raw: bytes | str) -> MinimalEvent:
    """Strip an event, so that no card, name or e-mail address ever enters the inbox.

    The object is re-encoded from the wire structs; an event of a type that is not ours keeps its envelope only.
    Raise `InvalidInput` when the event or its object does not have Stripe's shape, `details["reason"]` = `thin event`
    for an event of Stripe's v2 API, which names its object without showing it.
    """
    event, seen = _read(raw)
    data = None if seen is None else wire.EventData(object=msgspec.Raw(_ENCODER.encode(seen)))
    return MinimalEvent(
        id=event.id,
        type=event.type,
        created=event.created,
        livemode=event.livemode,
        account=event.account,
        api_version=event.api_version,
        payload=_ENCODER.encode(msgspec.structs.replace(event, data=data)),
    )


def observe_event(payload: bytes | str) -> list[Record]:
    """What an event says about the ledger, whole or as `minimal_event` left it: the object as it was at
    `event.created`, with the moment noted as a milestone of its status. Empty when its type does not concern the
    ledger. Raise `InvalidInput` as `minimal_event` does.
    """
    event, seen = _read(payload)
    return [] if seen is None else list(translate.observation_of(seen, event.created, milestones=True).records)


def _read(raw: bytes | str) -> tuple[wire.Event, wire.WireObject | None]:
    try:
        kind = _KIND.decode(raw).object
        if kind.startswith("v2."):
            raise InvalidInput("This is a thin (v2) event; Vaultra reads v1 events.", reason="thin event")
        if kind != "event":
            raise InvalidInput(f"This is a Stripe {kind!r}, not an event.", reason="not an event")
        event = _EVENT.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"This is not a Stripe event: {error}", reason=str(error)) from error
    expected = carried_kind(event.type)
    if expected is None:
        return event, None
    if event.data is None:
        raise InvalidInput(f"The event {event.id} of type {event.type} carries no object.", reason="no object")
    seen = translate.decode(bytes(event.data.object))
    if (found := seen.__struct_config__.tag) != expected:
        raise InvalidInput(f"The event {event.id} of type {event.type} carries a {found}.", reason="wrong object")
    return event, seen


class _Kind(msgspec.Struct):
    object: str


_KIND = msgspec.json.Decoder(_Kind)
_EVENT = msgspec.json.Decoder(wire.Event)
_ENCODER = msgspec.json.Encoder()

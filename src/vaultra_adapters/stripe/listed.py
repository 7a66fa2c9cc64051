"""What a list shows, read object by object: one that cannot be read keeps no other from being so."""

from collections.abc import Sequence
from typing import Annotated, Final

import msgspec

from vaultra_core.domain.ledger import Record
from vaultra_core.domain.stripe_objects import EVENT, minimal_event, observe
from vaultra_core.errors import InvalidInput
from vaultra_core.ports.payments import EventPage, Page, PlatformEvent, Unread


class _Head(msgspec.Struct):
    """What must be readable of every object, or a list could not be paged through."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    created: int


_HEAD: Final = msgspec.json.Decoder(_Head)


def read_objects(kind: str, items: Sequence[msgspec.Raw], has_more: bool, observed_at: int) -> Page:
    """Raise `InvalidInput` for a list of things that have no id or no moment."""
    records: list[Record] = []
    unread: list[Unread] = []
    for item in items:
        try:
            records.extend(observe(bytes(item), observed_at).records)
        except InvalidInput as error:
            unread.append(Unread(kind=kind, id=_head(item).id, listed_at=observed_at, reason=error.message))
    last = _head(items[-1]) if items else None
    return Page(
        records=records,
        count=len(items),
        oldest=last.created if last else None,
        cursor=last.id if last and has_more else None,
        unread=unread,
    )


def read_events(items: Sequence[msgspec.Raw], has_more: bool, listed_at: int, *, account: str) -> EventPage:
    """Listed with an account's header, events carry no `account`: the header is what says whose they are."""
    events: list[PlatformEvent] = []
    unread: list[Unread] = []
    for item in items:
        try:
            events.append(msgspec.structs.replace(platform_event(bytes(item)), account=account))
        except InvalidInput as error:
            unread.append(Unread(kind=EVENT, id=_head(item).id, listed_at=listed_at, reason=error.message))
    return EventPage(events=events, cursor=_head(items[-1]).id if items and has_more else None, unread=unread)


def platform_event(raw: bytes) -> PlatformEvent:
    """Raise `InvalidInput` when it is no event of Stripe's."""
    event = minimal_event(raw)
    return PlatformEvent(
        external_id=event.id,
        account=event.account,
        type=event.type,
        created=event.created,
        livemode=event.livemode,
        payload=event.payload,
    )


def _head(item: msgspec.Raw) -> _Head:
    try:
        return _HEAD.decode(item)
    except msgspec.DecodeError as error:
        raise InvalidInput(f"Stripe lists something without an id or a moment: {error}") from error

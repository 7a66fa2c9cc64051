"""What a list showed and nobody could read is kept as an event that waits for the code to learn its shape."""

import datetime as dt
from collections.abc import Iterable

from vaultra_core.domain.accounts import Integration
from vaultra_core.domain.stripe_objects import listed_event
from vaultra_core.identity import new_id
from vaultra_core.ports.payments import Unread
from vaultra_core.ports.storage import StripeEvent, UnitOfWork


async def keep_unread(work: UnitOfWork, integration: Integration, unread: Iterable[Unread], now: dt.datetime) -> None:
    """Put them into the inbox, each once. There they fail when they are applied, and go the way of dead events: counted
    in the account's status, shown by `vaultra events dead`, and asked for again by `vaultra events replay`."""
    letters = [
        listed_event(
            one.kind,
            one.id,
            listed_at=one.listed_at,
            livemode=integration.livemode,
            account=integration.external_id,
            reason=one.reason,
        )
        for one in unread
    ]
    if letters:
        await work.inbox.accept(
            [
                StripeEvent(
                    id=new_id(),
                    stripe_event_id=letter.id,
                    account=letter.account,
                    event_type=letter.type,
                    livemode=letter.livemode,
                    payload=letter.payload,
                    created_at=now,
                )
                for letter in letters
            ]
        )

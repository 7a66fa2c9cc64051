"""Small, valid things to store."""

import asyncio
import datetime as dt
from collections.abc import Awaitable
from typing import Any
from uuid import UUID

import msgspec

from vaultra_core.domain.accounts import Business, ImportPhase, Integration, IntegrationStatus, User
from vaultra_core.domain.ledger import Charge, ChargeStatus, LedgerObject, Record
from vaultra_core.errors import VaultraError
from vaultra_core.identity import new_id
from vaultra_core.ports.storage import StripeEvent, UnitOfWorkFactory

NOW = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
TODAY = NOW.date()
SECOND = dt.timedelta(seconds=1)
DAY = dt.timedelta(days=1)


def a_user(**fields: Any) -> User:
    user_id = new_id()
    known = {"id": user_id, "email": f"{user_id}@example.com", "name": "Ada", "created_at": NOW, "updated_at": NOW}
    return User(**{**known, **fields})


def a_business(**fields: Any) -> Business:
    return Business(**{"id": new_id(), "name": "Café Blau", "created_at": NOW, "updated_at": NOW, **fields})


def an_integration(business_id: UUID, **fields: Any) -> Integration:
    integration_id = new_id()
    known = {
        "id": integration_id,
        "business_id": business_id,
        "external_id": f"acct_{integration_id.hex}",
        "livemode": False,
        "status": IntegrationStatus.ACTIVE,
        "phase": ImportPhase.EXTENDING,
        "next_sync_at": NOW,
        "import_started_at": NOW,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Integration(**{**known, **fields})


def an_event(number: int = 1, **fields: Any) -> StripeEvent:
    known = {
        "id": new_id(),
        "stripe_event_id": f"evt_{number}",
        "account": "acct_1",
        "event_type": "charge.succeeded",
        "livemode": False,
        "payload": b'{"id":"evt_1"}',
        "created_at": NOW + number * SECOND,
    }
    return StripeEvent(**{**known, **fields})


def a_charge(charge_id: str = "ch_1", **fields: Any) -> Charge:
    known = {
        "id": charge_id,
        "created": 1_000,
        "currency": "usd",
        "amount_minor": 500,
        "status": ChargeStatus.SUCCEEDED,
        "captured": True,
    }
    return Charge(**{**known, **fields})


def seen(*states: LedgerObject, at: int = 1_000) -> list[Record]:
    return [Record(state=state, observed_at=at) for state in states]


def changed(struct: Any, **fields: Any) -> Any:
    return msgspec.structs.replace(struct, **fields)


async def given_business(uow: UnitOfWorkFactory, **fields: Any) -> Business:
    """A business that is stored."""
    business = a_business(**fields)
    async with uow() as work:
        await work.businesses.add(business)
        await work.commit()
    return business


async def given_integration(uow: UnitOfWorkFactory, business: Business | None = None, **fields: Any) -> Integration:
    """An integration that is stored."""
    owner = business or await given_business(uow)
    integration = an_integration(owner.id, **fields)
    async with uow() as work:
        await work.integrations.add(integration)
        await work.commit()
    return integration


async def refused(kind: type[VaultraError], call: Awaitable[object]) -> None:
    """Assert that a call raises an error of this kind."""
    try:
        await call
    except kind:
        return
    raise AssertionError(f"{kind.__name__} was not raised")


async def waits(task: "asyncio.Task[Any]") -> bool:
    """Whether a task is still not done after it has had time to."""
    done, _ = await asyncio.wait([task], timeout=0.15)
    return not done

import datetime as dt
from uuid import UUID

from vaultra_core.domain.accounts import ImportPhase
from vaultra_core.domain.imports import progress
from vaultra_core.errors import NotFound
from vaultra_core.ports.storage import UnitOfWork


async def explain_missing(work: UnitOfWork, business_id: UUID, what: str) -> NotFound:
    """Why a business has no score or metrics yet, and what is missing. Nothing is ever made up for an empty account."""
    integration = await work.integrations.of_business(business_id)
    if integration is None:
        return NotFound(f"No {what} yet: connect Stripe first.", reason="not_connected", missing="a Stripe account")
    computation = await work.computations.get(business_id)
    computed = computation.readiness_as_of if computation is not None else None
    if integration.phase is ImportPhase.STARTING or computed is None or await _sold(work, business_id, by=computed):
        percent = progress(await work.windows.of(integration.id)).percent
        missing = "the newest 90 days, which are being imported"
        return NotFound(f"No {what} yet: the import is running.", reason="importing", percent=percent, missing=missing)
    missing = "a first successful charge on a day that is over"
    return NotFound(f"No {what} yet: there is no sale to judge.", reason="insufficient_history", missing=missing)


async def _sold(work: UnitOfWork, business_id: UUID, *, by: dt.date) -> bool:
    """Whether there is a sale: then what was missed a moment ago has been computed since."""
    history = (await work.histories.read({business_id: by})).get(business_id)  # none when it is being erased
    return history is not None and history.first_day is not None and history.first_day <= by

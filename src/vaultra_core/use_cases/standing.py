import datetime as dt

import msgspec

from vaultra_core.domain.accounts import Business
from vaultra_core.domain.activity import History
from vaultra_core.identity import Caller
from vaultra_core.ports.storage import UnitOfWork
from vaultra_core.use_cases.missing_score import explain_missing


class Standing(msgspec.Struct, frozen=True):
    """A business with its history, and the last day that has a score: what questions about the score start from."""

    business: Business
    history: History
    as_of: dt.date


async def load_standing(work: UnitOfWork, caller: Caller) -> Standing:
    """Raise `NotFound` with `details["reason"]` when there is no score yet."""
    business = await work.businesses.get(caller.business_id)
    computation = await work.computations.get(caller.business_id)
    as_of = computation.readiness_as_of if computation else None
    if business is None or as_of is None:
        raise await explain_missing(work, caller.business_id, "score")
    history = (await work.histories.read({business.id: None}))[business.id]
    if history.first_day is None or history.first_day > as_of:
        raise await explain_missing(work, caller.business_id, "score")
    return Standing(business, history, as_of)

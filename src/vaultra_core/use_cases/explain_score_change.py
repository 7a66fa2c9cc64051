import asyncio
import datetime as dt

from vaultra_core.domain.readiness.change import Change, explain_change
from vaultra_core.errors import NotFound
from vaultra_core.identity import Caller
from vaultra_core.ports.storage import TenantUnitOfWorkFactory
from vaultra_core.use_cases.standing import load_standing

USUAL_DAYS = 30


class ExplainScoreChange:
    """What moved a business's score between two days."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, *, rulebook: str) -> None:
        self._unit_of_work = unit_of_work
        self._rulebook = rulebook

    async def execute(self, caller: Caller, start: dt.date | None, end: dt.date | None) -> Change:
        """Up to the last day that has a score when no end is named, from 30 days before the end when no start is.

        Raise as `explain_change` does, and `NotFound` when one of the days has no score.
        """
        async with self._unit_of_work(caller) as work:
            standing = await load_standing(work, caller)
        end = end or standing.as_of
        start = start or dt.date.fromordinal(max(end.toordinal() - USUAL_DAYS, 1))
        found = await asyncio.to_thread(explain_change, standing.history, start, end, self._rulebook)
        if found is None or end > standing.as_of:
            span = f"{standing.history.first_day} to {standing.as_of}"
            known = {"first_day": str(standing.history.first_day), "last_day": str(standing.as_of)}
            raise NotFound(f"There are scores from {span} only.", reason="insufficient_history", **known)
        return found

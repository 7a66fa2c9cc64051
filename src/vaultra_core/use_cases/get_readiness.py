import datetime as dt

import msgspec

from vaultra_core.domain.readiness.rulebook import get_rulebook
from vaultra_core.identity import Caller
from vaultra_core.ports.storage import StoredScore, TenantUnitOfWorkFactory, UnitOfWork
from vaultra_core.use_cases.missing_score import explain_missing


class CurrentReadiness(msgspec.Struct, frozen=True):
    """The latest score, and the last day through which the ledger behind it agrees with Stripe's balance to the cent
    (UTC; None while that is not known of any day)."""

    score: StoredScore
    complete_through: dt.date | None


class WeeklyReadiness(msgspec.Struct, frozen=True):
    """The latest score beside that of seven days before it; None when that day has none."""

    current: CurrentReadiness
    week_before: StoredScore | None


class GetReadiness:
    """The readiness score of a business, and its history, under the rulebook in force or another."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, *, rulebook: str) -> None:
        self._unit_of_work = unit_of_work
        self._rulebook = rulebook

    async def execute(self, caller: Caller, rulebook: str | None = None) -> CurrentReadiness:
        """Raise `NotFound` with `details["reason"]` when there is no score yet, `InvalidInput` for no such rulebook."""
        name = get_rulebook(rulebook or self._rulebook).name
        async with self._unit_of_work(caller) as work:
            return await self._current(work, caller, name)

    async def with_week_before(self, caller: Caller) -> WeeklyReadiness:
        """Raise `NotFound` with `details["reason"]` when there is no score yet."""
        async with self._unit_of_work(caller) as work:
            current = await self._current(work, caller, self._rulebook)
            week_before = current.score.assessment.as_of - dt.timedelta(days=7)
            return WeeklyReadiness(current, await work.scores.on(caller.business_id, self._rulebook, week_before))

    async def _current(self, work: UnitOfWork, caller: Caller, rulebook: str) -> CurrentReadiness:
        score = await work.scores.latest(caller.business_id, rulebook)
        if score is None:
            raise await explain_missing(work, caller.business_id, "score")
        certificate = await work.certificates.get(caller.business_id)
        return CurrentReadiness(score, certificate.complete_through if certificate else None)

    async def history(self, caller: Caller, *, limit: int, rulebook: str | None = None) -> list[StoredScore]:
        """Newest day first. Raise `InvalidInput` for no such rulebook."""
        name = get_rulebook(rulebook or self._rulebook).name
        async with self._unit_of_work(caller) as work:
            return await work.scores.history(caller.business_id, name, limit=limit)

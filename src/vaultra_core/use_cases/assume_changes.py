"""What if, as people ask it: by half, ten per cent more, three fewer."""

import math
from collections.abc import Sequence

import msgspec

from vaultra_core.domain.readiness.assumptions import known_names
from vaultra_core.domain.readiness.present import moved_by, present, volume
from vaultra_core.domain.readiness.rulebook import get_rulebook
from vaultra_core.domain.readiness.rules import Rulebook
from vaultra_core.domain.readiness.scoring import assess, read
from vaultra_core.domain.readiness.standpoint import Standpoint
from vaultra_core.domain.readiness.what_if import simulate
from vaultra_core.errors import InvalidInput, Unprocessable
from vaultra_core.identity import Caller
from vaultra_core.ports.storage import TenantUnitOfWorkFactory
from vaultra_core.use_cases.simulate_readiness import WhatIf
from vaultra_core.use_cases.standing import load_standing

COUNT = "chargeback_count"  # over the span of the rulebook's factor; assumed as a ratio at today's volume


class Assumption(msgspec.Struct, frozen=True, kw_only=True):
    """One metric set to `value`, or its present value multiplied by `times`, or with `plus` added: exactly one."""

    metric: str
    value: float | None = None
    times: float | None = None
    plus: float | None = None


class Assumed(msgspec.Struct, frozen=True, kw_only=True):
    """A metric as it is and as it was assumed; `now` is None without data. `factor` is what it moves."""

    metric: str
    factor: str
    now: float | None
    then: float


class Assumptions(msgspec.Struct, frozen=True, kw_only=True):
    """`changes` are absolute, in the names that `simulate` takes."""

    assumed: list[Assumed]
    changes: dict[str, float]
    what_if: WhatIf
    currency: str


class AssumeChanges:
    """The score of a business if some of its metrics were different from what they are now."""

    def __init__(self, unit_of_work: TenantUnitOfWorkFactory, *, rulebook: str) -> None:
        self._unit_of_work = unit_of_work
        self._rulebook = rulebook

    async def execute(self, caller: Caller, assumptions: Sequence[Assumption]) -> Assumptions:
        """Raise as `simulate` does, `Unprocessable` for a relative change of what has no value, and `NotFound` with
        `details["reason"]` when there is no score yet."""
        async with self._unit_of_work(caller) as work:
            standing = await load_standing(work, caller)
        book = get_rulebook(self._rulebook)
        seen = Standpoint(standing.history, standing.as_of)
        readings = read(book, seen)
        assumed, changes = [], {}
        for each in assumptions:
            factor = moved_by(book, "chargeback_ratio" if each.metric == COUNT else each.metric)
            if factor is None:
                known = [COUNT, *known_names(book)]
                raise InvalidInput(f"{book.name} knows no metric {each.metric!r}.", field="metric", known=known)
            sales = volume(book, seen)
            if each.metric == COUNT:
                ratio = present(book, seen, readings, "chargeback_ratio")
                now = None if ratio is None else float(round(ratio * sales))
            else:
                now = present(book, seen, readings, each.metric)
            then = _then(each, now)
            assumed.append(Assumed(metric=each.metric, factor=factor.name, now=now, then=then))
            if each.metric == COUNT:
                changes["chargeback_ratio"] = then / sales if sales else 0.0
            else:
                changes[each.metric] = then
        now_score = assess(standing.history, standing.as_of, book.name)
        then_score = simulate(standing.history, standing.as_of, changes, book.name)
        assert now_score is not None and then_score is not None  # a standing has a first charge
        return Assumptions(
            assumed=assumed,
            changes=changes,
            what_if=WhatIf(now_score, then_score),
            currency=standing.business.currency,
        )


def _then(assumption: Assumption, now: float | None) -> float:
    given = [each for each in (assumption.value, assumption.times, assumption.plus) if each is not None]
    if len(given) != 1 or not math.isfinite(given[0]):
        raise InvalidInput(
            f"{assumption.metric}: name exactly one of value, times, plus.",
            field=assumption.metric,
            reason="one of three",
        )
    if assumption.value is not None:
        return assumption.value
    if now is None:
        raise Unprocessable(
            f"There is no {assumption.metric} yet to start from.", field=assumption.metric, reason="no data"
        )
    return now * assumption.times if assumption.times is not None else now + given[0]


def unit_of(book: Rulebook, metric: str) -> str:
    """How a metric's value is told: `count`, `money`, or the unit of the factor that it moves."""
    if metric == COUNT:
        return "count"
    if metric in ("revenue_total", "monthly_average"):
        return "money"
    factor = moved_by(book, metric)
    return factor.unit.value if factor else "number"

"""Which days of a business get results next: a pure function of its computation, its account and the time."""

import datetime as dt
from typing import Final
from uuid import UUID

import msgspec

from vaultra_core.domain.accounts import ImportPhase
from vaultra_core.domain.results import LOOK_BACK_DAYS
from vaultra_core.periods import days_between, last_complete_day
from vaultra_core.ports.storage import Computation, Subject

DAYS: Final = 90  # of one business in one transaction, which holds the business for as long
EVERY_DAY: Final = dt.date.min  # results are due from the first sale on, whenever that was


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What is due for a business: snapshots and scores of the days from these on (None: of none) to `as_of`, and its
    recommendations."""

    computation: Computation
    as_of: dt.date
    metrics_from: dt.date | None
    readiness_from: dt.date | None

    @property
    def business_id(self) -> UUID:
        return self.computation.business_id

    @property
    def first(self) -> dt.date:
        """The first day that gets a result."""
        return min(day for day in (self.metrics_from, self.readiness_from, self.as_of) if day is not None)

    @property
    def since(self) -> dt.date:
        """The first day that the rules look at."""
        return dt.date.fromordinal(max(self.first.toordinal() - LOOK_BACK_DAYS + 1, 1))

    @property
    def most_days(self) -> int:
        """How many days may get results in one transaction."""
        return min((self.as_of - self.first).days + 1, DAYS)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The days that one transaction works on, and how the business stands afterwards."""

    as_of: dt.date
    measured: list[dt.date]
    scored: list[dt.date]
    computation: Computation


def find_task(computation: Computation, subject: Subject, now: dt.datetime) -> Task | None:
    """What is due for a business; None when nothing is.

    Nothing is while the newest 90 days are being imported, and only the last day while those before are: the end of the
    import asks for all of them. A business that is not connected stays where it is, until what it has changes.
    """
    if subject.phase is ImportPhase.STARTING:
        return None
    connected = subject.phase is not None and not subject.revoked
    before, changed = computation.metrics_as_of, computation.metrics_from
    moves_on = connected or changed is not None or before is None
    as_of = last_complete_day(now, subject.timezone) if moves_on else before
    assert as_of is not None
    start = None
    if changed is not None or (connected and before != as_of):
        start = _start(changed, before, as_of) if subject.phase is ImportPhase.COMPLETE else as_of
    scores = min((day for day in (start, computation.readiness_from) if day is not None), default=None)
    if scores is None and not computation.recommendations_due:
        return None
    return Task(computation=computation, as_of=as_of, metrics_from=start, readiness_from=scores)


def _start(changed: dt.date | None, before: dt.date | None, as_of: dt.date) -> dt.date:
    """The first day that changed or is new."""
    if before is None:
        return EVERY_DAY
    return min(day for day in (changed, before + dt.timedelta(days=1), as_of) if day is not None)


def plan(task: Task, first_sale: dt.date | None) -> Plan:
    """What the next transaction does about a task: the first DAYS that are due, and `as_of` in any case, so that what
    people look at is never behind."""
    measured, metrics_rest = _share(task.metrics_from, task.as_of, first_sale)
    scored, readiness_rest = _share(task.readiness_from, task.as_of, first_sale)
    return Plan(
        as_of=task.as_of,
        measured=measured,
        scored=scored,
        computation=Computation(
            business_id=task.business_id,
            metrics_from=metrics_rest,
            metrics_as_of=task.as_of if measured else task.computation.metrics_as_of,
            readiness_from=readiness_rest,
            readiness_as_of=task.as_of if scored else task.computation.readiness_as_of,
            recommendations_as_of=task.as_of,
        ),
    )


def _share(start: dt.date | None, as_of: dt.date, first_sale: dt.date | None) -> tuple[list[dt.date], dt.date | None]:
    """The days to work on now, and the day to go on from; None when that was all."""
    if start is None:
        return [], None
    start = min(max(start, first_sale or as_of), as_of)
    end = start + dt.timedelta(days=DAYS - 1)
    if end >= as_of:
        return days_between(start, as_of), None
    return [*days_between(start, end), as_of], end + dt.timedelta(days=1)

"""The score of every past day, each from the data up to that day."""

import datetime as dt

from vaultra_core.domain.activity import History
from vaultra_core.domain.readiness.assessment import Assessment
from vaultra_core.domain.readiness.rulebook import DEFAULT_RULEBOOK
from vaultra_core.domain.readiness.scoring import assess
from vaultra_core.periods import days_between


def replay(history: History, start: dt.date, end: dt.date, rulebook: str = DEFAULT_RULEBOOK) -> list[Assessment]:
    """Assessments of the days from `start` to `end`, both inclusive, ascending; days before the first charge have none.

    All share the history's running totals, so that a day costs its weeks and customers, not its transactions.
    """
    assessments = (assess(history, day, rulebook) for day in days_between(start, end))
    return [assessment for assessment in assessments if assessment is not None]

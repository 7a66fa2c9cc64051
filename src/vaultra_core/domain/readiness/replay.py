"""The score of every past day, each from the data up to that day."""

import datetime as dt

from vaultra_core.domain.activity import CustomerWindow, History
from vaultra_core.domain.readiness.assessment import Assessment
from vaultra_core.domain.readiness.rulebook import DEFAULT_RULEBOOK, get_rulebook
from vaultra_core.domain.readiness.scoring import assess_from
from vaultra_core.domain.readiness.standpoint import Standpoint
from vaultra_core.periods import days_between


def replay(history: History, start: dt.date, end: dt.date, rulebook: str = DEFAULT_RULEBOOK) -> list[Assessment]:
    """Assessments of the days from `start` to `end`, both inclusive, ascending; days before the first charge have none.

    Each equals `assess` of its day. All share the history's running totals and one window of customers, so that a day
    costs its weeks and the customers who enter and leave, not its transactions.
    """
    book, window = get_rulebook(rulebook), CustomerWindow(history)
    assessments = (assess_from(Standpoint(history, day, window), book) for day in days_between(start, end))
    return [assessment for assessment in assessments if assessment is not None]

"""All that follows from a history: the snapshots, scores and advice of some days, in one go over the same figures."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from vaultra_core.domain.activity import CustomerWindow, History
from vaultra_core.domain.metrics import AVERAGE_DAYS, MetricsSnapshot, metrics_from
from vaultra_core.domain.readiness.assessment import Assessment
from vaultra_core.domain.readiness.measures import CUSTOMER_DAYS
from vaultra_core.domain.readiness.rulebook import RULEBOOKS, get_rulebook
from vaultra_core.domain.readiness.scoring import read, score
from vaultra_core.domain.readiness.standpoint import Standpoint
from vaultra_core.domain.recommendations.base import Advice
from vaultra_core.domain.recommendations.catalogue import advise
from vaultra_core.domain.recommendations.situation import Situation
from vaultra_core.domain.weekly import REFERENCE_WEEKS
from vaultra_core.periods import PERIOD_DAYS

# How far back the rules look from a day, that day included: the 26 weeks of trend, steadiness and continuity. Only the
# first sale may lie before. Some fields are looked at over fewer days.
LOOK_BACK_DAYS: Final = 7 * REFERENCE_WEEKS
SHORTER_LOOK_BACK_DAYS: Final[Mapping[str, int]] = {
    "estimated_minor": PERIOD_DAYS,
    "failed_count": PERIOD_DAYS,
    "refund_count": PERIOD_DAYS,
    "chargeback_won_count": PERIOD_DAYS,
    "payout_ok_count": PERIOD_DAYS,
    "unconverted_count": PERIOD_DAYS,
    "refunded_minor": AVERAGE_DAYS,
    "chargeback_minor": AVERAGE_DAYS,
    "identified_minor": CUSTOMER_DAYS,
    "returning_minor": CUSTOMER_DAYS,
    "customers": CUSTOMER_DAYS,
}


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """Scores are under every rulebook, the advice is that of one day under the rulebook in force."""

    snapshots: list[MetricsSnapshot]
    assessments: list[Assessment]
    advice: list[Advice]


def compute(
    history: History,
    *,
    measured: Sequence[dt.date],
    scored: Sequence[dt.date],
    advised: dt.date,
    rulebook: str,
) -> Results:
    """The snapshots and scores of some ascending days, and the advice of one. Days before the first sale have none.

    The same as `metrics`, `assess` and `recommend` say of each day.
    """
    if history.first_day is None:
        return Results(snapshots=[], assessments=[], advice=[])
    newest = Situation(Standpoint(history, advised), get_rulebook(rulebook))
    window = CustomerWindow(history)
    snapshots, assessments = [], []
    to_measure, to_score = set(measured), set(scored)
    for day in sorted(to_measure | to_score):
        seen = newest.seen if day == advised else Standpoint(history, day, window)
        if day in to_measure:
            snapshots.append(newest.metrics if day == advised else metrics_from(seen))
        if day in to_score and seen.days:
            assessments += [
                # What is advised rests on the score of its day: both come from one reading of the factors.
                newest.assessment if day == advised and book is newest.book else score(book, seen, read(book, seen))
                for book in RULEBOOKS.values()
            ]
    return Results(snapshots=snapshots, assessments=assessments, advice=advise(newest) if newest.seen.days else [])

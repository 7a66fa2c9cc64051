import datetime as dt
from collections import Counter
from typing import BinaryIO

import msgspec

from vaultra_core.domain.fold import fold
from vaultra_core.domain.ledger import BalanceTransaction, Charge, LedgerObject
from vaultra_core.domain.metrics import MetricsSnapshot, metrics
from vaultra_core.domain.readiness.assessment import Assessment
from vaultra_core.domain.readiness.outlook import Outlook, outlook
from vaultra_core.domain.readiness.path import Path, path
from vaultra_core.domain.readiness.rulebook import DEFAULT_RULEBOOK, get_rulebook
from vaultra_core.domain.readiness.scoring import assess
from vaultra_core.domain.recommendations.base import Advice
from vaultra_core.domain.recommendations.catalogue import recommend
from vaultra_core.errors import InvalidInput
from vaultra_core.periods import local_day, zone
from vaultra_core.use_cases.read_object_file import read_object_file
from vaultra_core.use_cases.render_report import render_report
from vaultra_core.views import MetricsView, OutlookView, ReadinessView, RecommendationView, encode

# Days whose windows all have dates.
_FIRST_DAY, _LAST_DAY = dt.date(1970, 1, 1), dt.date(9998, 12, 31)


class FileReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says about the business behind it. `assessment` is None without a successful charge by then.

    `path` and `outlook` are there when they were asked for and there is a score.
    """

    metrics: MetricsSnapshot
    assessment: Assessment | None
    recommendations: list[Advice]
    notices: list[str]
    path: Path | None = None
    outlook: Outlook | None = None

    def json(self) -> bytes:
        """{"metrics", "assessment", "recommendations"[, "path"][, "outlook"]} in the shapes of the API."""
        views: dict[str, object] = {
            "metrics": MetricsView.of(self.metrics),
            "assessment": None if self.assessment is None else ReadinessView.of(self.assessment),
            "recommendations": [RecommendationView.of(advice) for advice in self.recommendations],
        }
        if self.path:
            views["path"] = self.path
        if self.outlook:
            views["outlook"] = OutlookView.of(self.outlook, self.metrics.currency)
        return encode(views)

    def text(self) -> str:
        """A report to read on a terminal."""
        return render_report(self.metrics, self.assessment, self.recommendations, self.path, self.outlook)


def assess_file(
    source: BinaryIO,
    *,
    as_of: dt.date | None = None,
    rulebook: str | None = None,
    currency: str | None = None,
    timezone: str | None = None,
    with_path: bool = False,
    with_outlook: bool = False,
) -> FileReport:
    """Assess a file of Stripe objects (JSON Lines) or sales (CSV), as of the last day that appears in it by default.

    The currency defaults to the one that most charges are in, the zone to UTC. In CSV a negative amount is a refund.
    Raise `InvalidInput` with every malformed line by number, and for an unknown rulebook, currency or zone.
    """
    timezone = timezone or "UTC"
    zone(timezone)
    book = get_rulebook(rulebook or DEFAULT_RULEBOOK).name
    if currency is not None and not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise InvalidInput(f"{currency!r} is no currency: use a code such as usd.", field="currency")
    currency = currency.lower() if currency else None
    if as_of is not None and not _FIRST_DAY <= as_of <= _LAST_DAY:
        raise InvalidInput(f"{as_of} lies outside {_FIRST_DAY} to {_LAST_DAY}.", field="as_of")
    file = read_object_file(source.read(), currency=currency, timezone=timezone)
    states = [record.state for record in file.records if not isinstance(record.state, BalanceTransaction)]
    if not states:
        raise InvalidInput("The file holds no charge, refund, dispute, payout or subscription.", reason="empty")
    history = fold(file.records, currency=currency or _main_currency(states), timezone=timezone)
    day = as_of or max(local_day(state.created, timezone) for state in states)
    return FileReport(
        metrics=metrics(history, day),
        assessment=assess(history, day, book),
        recommendations=recommend(history, day, book),
        notices=file.notices,
        path=path(history, day, rulebook=book) if with_path else None,
        outlook=outlook(history, day, rulebook=book) if with_outlook else None,
    )


def _main_currency(states: list[LedgerObject]) -> str:
    """The most frequent currency of the charges (of anything, without charges), the first by name on a tie."""
    charges = [state for state in states if isinstance(state, Charge)]
    counts = Counter(state.currency for state in charges or states)
    return min(counts, key=lambda currency: (-counts[currency], currency))

"""What a metric is now, over the span that its factor looks at: what "half of it" starts from.

A snapshot's metric is of 30 days, a factor's of up to 180. To assume half the chargebacks is to halve what the factor
counts, so the present value has to be read the same way: simulating it changes nothing (a property test).
"""

from collections.abc import Callable, Mapping
from typing import Final

from vaultra_core.domain.metrics import AVERAGE_DAYS, net_minor
from vaultra_core.domain.readiness.assumptions import METRICS
from vaultra_core.domain.readiness.measures import DISPUTE_DAYS, PAYOUT_DAYS, REFUND_DAYS
from vaultra_core.domain.readiness.rules import Factor, Reading, Rulebook
from vaultra_core.domain.readiness.standpoint import Standpoint
from vaultra_core.money import exponent
from vaultra_core.periods import MONTH_DAYS, PERIOD_DAYS

Reader = Callable[[Standpoint], float | None]


def _ratio(part: str, whole: str, days: int) -> Reader:
    def read(seen: Standpoint) -> float | None:
        total = seen.total(whole, days)
        return seen.total(part, days) / total if total else None

    return read


def _revenue(seen: Standpoint) -> float | None:
    return seen.total("gross_minor", PERIOD_DAYS) / _minor_units(seen)


def _monthly_average(seen: Standpoint) -> float | None:
    days = min(AVERAGE_DAYS, seen.days)
    if not days:
        return None
    return float(net_minor(seen, days) * MONTH_DAYS / days) / _minor_units(seen)


def _minor_units(seen: Standpoint) -> float:
    return float(10 ** exponent(seen.history.currency))


_REFUNDS: Final = {"shrunk_refund_share": _ratio("refunded_minor", "gross_minor", REFUND_DAYS)}

# metric → measure of a factor → the metric's present value over the factor's span. Where `assumptions.METRICS` takes a
# metric as the factor's own value, the factor's reading is the present value.
_PRESENT: Final[Mapping[str, Mapping[str, Reader]]] = {
    "chargeback_ratio": {"shrunk_dispute_ratio": _ratio("chargeback_count", "charge_count", DISPUTE_DAYS)},
    "refund_value_ratio": _REFUNDS,
    "refund_ratio": _REFUNDS,
    "payout_reliability": {"shrunk_payout_reliability": _ratio("payout_ok_minor", "payout_due_minor", PAYOUT_DAYS)},
    "revenue_total": {"monthly_net_revenue_usd": _revenue, "period_growth": _revenue},
    "monthly_average": {"monthly_net_revenue_usd": _monthly_average},
}


def present(book: Rulebook, seen: Standpoint, readings: Mapping[str, Reading], name: str) -> float | None:
    """The present value of a metric or factor that can be assumed; None without data, or when it is unknown here."""
    factor = moved_by(book, name)
    if factor is None:
        return None
    read = _PRESENT.get(name, {}).get(factor.measure)
    return read(seen) if read else readings[factor.name].value


def moved_by(book: Rulebook, name: str) -> Factor | None:
    """The factor that an assumed metric moves, or that has this name."""
    measures = METRICS.get(name, {})
    return book.factor(name) or next((factor for factor in book.factors if factor.measure in measures), None)


def volume(book: Rulebook, seen: Standpoint) -> int:
    """How many sales the chargebacks of the rulebook's factor are counted against."""
    factor = moved_by(book, "chargeback_ratio")
    days = DISPUTE_DAYS if factor and factor.measure == "shrunk_dispute_ratio" else PERIOD_DAYS
    return seen.total("charge_count", days)

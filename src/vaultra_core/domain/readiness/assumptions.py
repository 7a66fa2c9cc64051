"""What-if in the names of the metrics: which factor a metric moves, and how far.

A factor is measured over its own span and drawn towards a prior, so a metric has to be translated: it is taken to
hold for the factor's whole span, at today's volume.

| metric | becomes |
|---|---|
| `chargeback_ratio` | `disputes`: (ratio · n + 2.5)/(n + 500), n the sales of 180 days; or itself |
| `refund_value_ratio` | `refunds`: (ratio · n + 2)/(n + 50), n the sales of 90 days |
| `refund_ratio` | `refunds`, as if refunds were worth the average sale |
| `payout_reliability` | `payouts`: (ratio · n + 9.5)/(n + 10), n the payouts of 180 days; or itself |
| `revenue_total` | `scale`: net revenue per month in proportion to the period's revenue; or the period's growth |
| `monthly_average` | `scale`: net revenue per month at the dated reference rate |
| `revenue_volatility` | `steadiness`, or itself |
| `weekly_trend` | `trend` |
| `top_customer_share`, `returning_share` | `top_customer`, `returning` |

Amounts are major units of the business's currency. A factor's own name is taken too, with the factor's own value.
"""

import math
from collections.abc import Callable, Mapping
from typing import Final

from vaultra_core.domain.readiness.measures import (
    DISPUTE_DAYS,
    DISPUTE_PRIOR,
    PAYOUT_DAYS,
    PAYOUT_PRIOR,
    REFUND_DAYS,
    REFUND_PRIOR,
    monthly_net_revenue_usd,
    usd_at_reference_rate,
)
from vaultra_core.domain.readiness.rules import Rulebook
from vaultra_core.domain.readiness.standpoint import Standpoint
from vaultra_core.errors import InvalidInput, Unprocessable
from vaultra_core.money import exponent
from vaultra_core.periods import PERIOD_DAYS

Translation = Callable[[Standpoint, float], float | None]


def _itself(seen: Standpoint, value: float) -> float:
    return value


def _shrunk(field: str, days: int, prior: tuple[float, int]) -> Translation:
    def translate(seen: Standpoint, ratio: float) -> float | None:
        count, (prior_cases, prior_count) = seen.total(field, days), prior
        return (ratio * count + prior_cases) / (count + prior_count) if 0 <= ratio <= 1 else None

    return translate


def _scale_of_revenue(seen: Standpoint, revenue: float) -> float | None:
    now, scale = seen.total("gross_minor", PERIOD_DAYS), monthly_net_revenue_usd(seen).value
    if now <= 0 or scale is None or revenue < 0:
        return None
    return scale * _minor(revenue, seen) / now


def _scale_of_average(seen: Standpoint, average: float) -> float | None:
    return usd_at_reference_rate(average, seen.history.currency)


def _growth_of_revenue(seen: Standpoint, revenue: float) -> float | None:
    before = seen.total("gross_minor", 2 * PERIOD_DAYS) - seen.total("gross_minor", PERIOD_DAYS)
    if before <= 0 or revenue < 0:
        return None
    return _minor(revenue, seen) / before - 1


def _minor(amount: float, seen: Standpoint) -> float:
    return amount * float(10 ** exponent(seen.history.currency))


_REFUNDS: Final = {"shrunk_refund_share": _shrunk("charge_count", REFUND_DAYS, REFUND_PRIOR)}

# metric → measure of a factor → what the factor's value becomes; None where that cannot be.
METRICS: Final[Mapping[str, Mapping[str, Translation]]] = {
    "chargeback_ratio": {
        "shrunk_dispute_ratio": _shrunk("charge_count", DISPUTE_DAYS, DISPUTE_PRIOR),
        "period_chargeback_ratio": _itself,
    },
    "refund_value_ratio": _REFUNDS,
    "refund_ratio": _REFUNDS,
    "payout_reliability": {
        "shrunk_payout_reliability": _shrunk("payout_due_count", PAYOUT_DAYS, PAYOUT_PRIOR),
        "period_payout_reliability": _itself,
    },
    "revenue_total": {"monthly_net_revenue_usd": _scale_of_revenue, "period_growth": _growth_of_revenue},
    "monthly_average": {"monthly_net_revenue_usd": _scale_of_average},
    "revenue_volatility": {"weekly_variation": _itself, "period_volatility": _itself},
    "weekly_trend": {"weekly_growth": _itself},
    "top_customer_share": {"top_customer_share": _itself},
    "returning_share": {"returning_share": _itself},
}


def known_names(book: Rulebook) -> list[str]:
    """The metrics and factors that can be assumed under a rulebook."""
    measures = {factor.measure for factor in book.factors}
    metrics = [name for name, translations in METRICS.items() if measures & translations.keys()]
    return list(dict.fromkeys([*metrics, *(factor.name for factor in book.factors)]))


def in_factors(book: Rulebook, seen: Standpoint, changes: Mapping[str, float]) -> dict[str, float]:
    """Assumed metrics as assumed values of factors.

    Raise `InvalidInput` for a name that the rulebook does not know and for two that move one factor, `Unprocessable`
    for a value that cannot be, given the business's data.
    """
    values: dict[str, float] = {}
    for name, value in changes.items():
        factor, translated = _translate(book, seen, name, value)
        if translated is None or not math.isfinite(translated):
            raise Unprocessable(f"{name} cannot be {value} for this business.", field=name, reason="out of range")
        if factor in values:
            raise InvalidInput(f"{name} moves {factor}, which has been assumed already.", field=name, factor=factor)
        values[factor] = translated
    return values


def _translate(book: Rulebook, seen: Standpoint, name: str, value: float) -> tuple[str, float | None]:
    if book.factor(name) is not None:
        return name, value
    for factor in book.factors:
        if translation := METRICS.get(name, {}).get(factor.measure):
            return factor.name, translation(seen, value) if math.isfinite(value) else None
    known = known_names(book)
    raise InvalidInput(
        f"{book.name} knows no metric {name!r}; it knows {', '.join(known)}.",
        field="changes",
        reason="unknown metric",
        known=known,
    )

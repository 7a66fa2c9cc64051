"""What ceilings look at: the readings of the factors, the confidence, or the history itself."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final

from vaultra_core.domain.readiness.measures import DISPUTE_DAYS, disputes_behind
from vaultra_core.domain.readiness.rules import Cap, Reading, Rulebook
from vaultra_core.domain.readiness.standpoint import Standpoint
from vaultra_core.domain.readiness.statements import days_handles, evidence, statement
from vaultra_core.domain.statistics import wilson
from vaultra_core.domain.wording import number, percent
from vaultra_core.periods import PERIOD_DAYS

LEAST_CHARGEBACKS: Final = 5  # fewer can be bad luck, whatever the ratio

Readings = Mapping[str, Reading]


def history(seen: Standpoint, readings: Readings, confidence: float) -> float | None:
    """Days of history."""
    return readings["history"].value


def scale(seen: Standpoint, readings: Readings, confidence: float) -> float | None:
    """Net revenue per month in USD."""
    return readings["scale"].value


def chargeback_lower_bound(seen: Standpoint, readings: Readings, confidence: float) -> float | None:
    """Wilson's 95 % lower bound of the chargeback ratio over 180 days, from 5 chargebacks on."""
    if readings["disputes"].value is None:
        return None
    count = _chargebacks(readings)
    return None if count < LEAST_CHARGEBACKS else wilson(count, _sales(readings))[0]


def _chargebacks(readings: Readings) -> float:
    return disputes_behind(readings["disputes"].value or 0.0, _sales(readings))


def _sales(readings: Readings) -> int:
    return int(readings["disputes"].figures["sales"])


def sales_of_period(seen: Standpoint, readings: Readings, confidence: float) -> float | None:
    """Sales in the last 30 days."""
    return seen.total("charge_count", PERIOD_DAYS)


def confidence_of_score(seen: Standpoint, readings: Readings, confidence: float) -> float | None:
    """How much of the score rests on data."""
    return confidence


MEASURES: Final[Mapping[str, Callable[[Standpoint, Readings, float], float | None]]] = {
    measure.__name__: measure
    for measure in (history, scale, chargeback_lower_bound, sales_of_period, confidence_of_score)
}


def reading(measure: str, value: float, readings: Readings) -> Reading:
    """What a ceiling that acts rests on."""
    match measure:
        case "history" | "scale":
            return readings[measure]
        case "chargeback_lower_bound":
            return Reading(value=value, figures={"chargebacks": _chargebacks(readings), "sales": _sales(readings)})
        case _:
            return Reading(value=value)


def told(cap: Cap, found: Reading, book: Rulebook, as_of: dt.date) -> tuple[str, tuple[str, ...]]:
    """That in words, without a full stop, and the daily figures behind it."""
    value = found.value or 0.0
    match cap.measure:
        case "chargeback_lower_bound":
            said = (
                f"{number(found.figures['chargebacks'], 1)} chargebacks on {number(found.figures['sales'], 0)} sales "
                f"in {DISPUTE_DAYS} days mean a ratio of at least {percent(value)}, at 95 % confidence"
            )
            return said, evidence("shrunk_dispute_ratio", found, as_of)
        case "sales_of_period":
            said = f"There was no sale in the last {PERIOD_DAYS} days"
            return said, days_handles(("charge_count",), PERIOD_DAYS, as_of)
        case "confidence_of_score":
            return f"Only {percent(value)} of the score rests on enough data", ()
        case name:
            factor = book.factor(name)
            assert factor is not None, name
            return statement(factor, found), evidence(factor.measure, found, as_of)


# The one factor whose reading a measure depends on; the others are what they are, whatever an owner does today.
FACTOR: Final[Mapping[str, str]] = {"history": "history", "scale": "scale", "chargeback_lower_bound": "disputes"}

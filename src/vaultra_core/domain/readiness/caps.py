"""What ceilings look at: the readings of the factors, the confidence, or the history itself."""

from collections.abc import Callable, Mapping
from typing import Final

from vaultra_core.domain.readiness.measures import DISPUTE_DAYS, disputes_behind
from vaultra_core.domain.readiness.rules import Reading
from vaultra_core.domain.readiness.standpoint import Standpoint
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
    disputes = readings["disputes"]
    if disputes.value is None:
        return None
    count = disputes_behind(disputes.value, disputes.sample)
    return None if count < LEAST_CHARGEBACKS else wilson(count, disputes.sample)[0]


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


def explained(measure: str, value: float, seen: Standpoint, readings: Readings) -> Reading:
    """What a measure found, in words: only a ceiling that acts needs them, and most do not."""
    match measure:
        case "chargeback_lower_bound":
            disputes = readings["disputes"]
            count = disputes_behind(disputes.value or 0.0, disputes.sample)
            statement = (
                f"{number(count, 1)} chargebacks on {number(disputes.sample, 0)} sales in {DISPUTE_DAYS} days mean "
                f"a ratio of at least {percent(value)}, at 95 % confidence"
            )
            return Reading(value=value, statement=statement, evidence=disputes.evidence)
        case "sales_of_period":
            statement = f"There was no sale in the last {PERIOD_DAYS} days"
            return Reading(value=value, statement=statement, evidence=seen.evidence(PERIOD_DAYS, "charge_count"))
        case "confidence_of_score":
            return Reading(value=value, statement=f"Only {percent(value)} of the score rests on enough data")
        case _:
            return readings[measure]


# The one factor whose reading a measure depends on; the others are what they are, whatever an owner does today.
FACTOR: Final[Mapping[str, str]] = {"history": "history", "scale": "scale", "chargeback_lower_bound": "disputes"}

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


def history(seen: Standpoint, readings: Readings, confidence: float) -> Reading | None:
    """Days of history."""
    return readings["history"]


def scale(seen: Standpoint, readings: Readings, confidence: float) -> Reading | None:
    """Net revenue per month in USD."""
    return readings["scale"]


def chargeback_lower_bound(seen: Standpoint, readings: Readings, confidence: float) -> Reading | None:
    """Wilson's 95 % lower bound of the chargeback ratio over 180 days, from 5 chargebacks on."""
    disputes = readings["disputes"]
    if disputes.value is None:
        return None
    count = disputes_behind(disputes.value, disputes.sample)
    if count < LEAST_CHARGEBACKS:
        return None
    bound, _ = wilson(count, disputes.sample)
    statement = (
        f"{number(count, 1)} chargebacks on {number(disputes.sample, 0)} sales in {DISPUTE_DAYS} days mean "
        f"a ratio of at least {percent(bound)}, at 95 % confidence"
    )
    return Reading(value=bound, statement=statement, evidence=disputes.evidence)


def sales_of_period(seen: Standpoint, readings: Readings, confidence: float) -> Reading | None:
    """Sales in the last 30 days."""
    value = seen.total("charge_count", PERIOD_DAYS)
    evidence = seen.evidence(PERIOD_DAYS, "charge_count")
    return Reading(value=value, statement=f"There was no sale in the last {PERIOD_DAYS} days", evidence=evidence)


def confidence_of_score(seen: Standpoint, readings: Readings, confidence: float) -> Reading | None:
    """How much of the score rests on data."""
    return Reading(value=confidence, statement=f"Only {percent(confidence)} of the score rests on enough data")


MEASURES: Final[Mapping[str, Callable[[Standpoint, Readings, float], Reading | None]]] = {
    measure.__name__: measure
    for measure in (history, scale, chargeback_lower_bound, sales_of_period, confidence_of_score)
}

# The one factor whose reading a measure depends on; the others are what they are, whatever an owner does today.
FACTOR: Final[Mapping[str, str]] = {"history": "history", "scale": "scale", "chargeback_lower_bound": "disputes"}

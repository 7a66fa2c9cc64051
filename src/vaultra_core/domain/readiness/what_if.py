"""The score as it would be if some metrics were different."""

import datetime as dt
import math
from collections.abc import Mapping

import msgspec

from vaultra_core.domain.activity import History
from vaultra_core.domain.readiness.assessment import Assessment
from vaultra_core.domain.readiness.assumptions import in_factors
from vaultra_core.domain.readiness.rulebook import DEFAULT_RULEBOOK, get_rulebook
from vaultra_core.domain.readiness.rules import Factor, Reading, Rulebook
from vaultra_core.domain.readiness.scoring import read, score
from vaultra_core.domain.readiness.standpoint import Standpoint
from vaultra_core.errors import InvalidInput, Unprocessable


def simulate(
    history: History, as_of: dt.date, changes: Mapping[str, float], rulebook: str = DEFAULT_RULEBOOK
) -> Assessment | None:
    """The assessment with some metrics replaced, e.g. `{"chargeback_ratio": 0.004}`; None before the first charge.

    A name is a metric of `assumptions.METRICS` or a factor of the rulebook, whose own value is then replaced. What is
    assumed weighs as much as the data allow now: a trend over 9 weeks does not weigh more because it is better. Raise
    `InvalidInput` for a name that the rulebook does not know, `Unprocessable` for a value that makes no sense.
    """
    book = get_rulebook(rulebook)
    seen = Standpoint(history, as_of)
    if not seen.days:
        return None
    return score(book, seen, assume(book, read(book, seen), in_factors(book, seen, changes)))


def assume(book: Rulebook, readings: Mapping[str, Reading], changes: Mapping[str, float]) -> dict[str, Reading]:
    """Readings with some factors' values replaced. Raises as `simulate` does."""
    assumed = dict(readings)
    for name, value in changes.items():
        factor = book.factor(name)
        if factor is None:
            known = [each.name for each in book.factors]
            raise InvalidInput(
                f"{book.name} has no factor {name!r}.", field="changes", reason="unknown factor", known=known
            )
        if not math.isfinite(value) or not factor.unit.allows(value):
            raise Unprocessable(f"{name} cannot be {value}.", field=name, reason="out of range")
        assumed[name] = assume_value(factor, readings[name], value)
    return assumed


def assume_value(factor: Factor, reading: Reading, value: float) -> Reading:
    """A reading with another value, of which its factor allows any."""
    return msgspec.structs.replace(reading, value=value, worst=False, assumed=True)

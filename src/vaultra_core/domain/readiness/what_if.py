"""The score as it would be if some measures were different."""

import datetime as dt
import math
from collections.abc import Mapping

import msgspec

from vaultra_core.domain.activity import History
from vaultra_core.domain.readiness.assessment import Assessment
from vaultra_core.domain.readiness.rulebook import DEFAULT_RULEBOOK, get_rulebook
from vaultra_core.domain.readiness.rules import Reading, Rulebook
from vaultra_core.domain.readiness.scoring import read, score
from vaultra_core.domain.readiness.standpoint import Standpoint
from vaultra_core.errors import InvalidInput, Unprocessable


def simulate(
    history: History, as_of: dt.date, changes: Mapping[str, float], rulebook: str = DEFAULT_RULEBOOK
) -> Assessment | None:
    """The assessment with some factors' values replaced, e.g. `{"disputes": 0.0019}`; None before the first charge.

    A value that is assumed weighs as much as the data allow now: a trend over 9 weeks does not weigh more because it
    is better. Raise `InvalidInput` for a factor that the rulebook does not have, `Unprocessable` for a value that its
    factor cannot take.
    """
    book = get_rulebook(rulebook)
    seen = Standpoint(history, as_of)
    return score(book, seen, assume(book, read(book, seen), changes)) if seen.days else None


def assume(book: Rulebook, readings: Mapping[str, Reading], changes: Mapping[str, float]) -> dict[str, Reading]:
    """Readings with some values replaced. Raises as `simulate` does."""
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
        statement = f"Assumed: {factor.title.lower()} at {factor.unit.text(value)}"
        assumed[name] = msgspec.structs.replace(readings[name], value=value, statement=statement, worst=False)
    return assumed

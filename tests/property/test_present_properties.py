"""What a metric is now is read as its factor reads it: to assume it changes nothing."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from property.strategies import histories
from support.histories import AS_OF
from vaultra_core import RULEBOOKS, History
from vaultra_core.domain.readiness.assumptions import in_factors, known_names
from vaultra_core.domain.readiness.present import moved_by, present
from vaultra_core.domain.readiness.rulebook import get_rulebook
from vaultra_core.domain.readiness.scoring import read
from vaultra_core.domain.readiness.standpoint import Standpoint


@settings(max_examples=60)
@given(history=histories(), name=st.sampled_from(sorted(RULEBOOKS)))
def test_to_assume_what_is_changes_nothing(history: History, name: str) -> None:
    book = get_rulebook(name)
    seen = Standpoint(history, AS_OF)
    if not seen.days:
        return
    readings = read(book, seen)
    for metric in known_names(book):
        factor = moved_by(book, metric)
        value = present(book, seen, readings, metric)
        assert factor is not None
        # A ratio above one (more refunded than sold) is a value that cannot be assumed; no data is none either.
        if value is None or readings[factor.name].value is None or (metric in _RATIOS and not 0 <= value <= 1):
            continue
        if metric in ("revenue_total", "monthly_average") and value <= 0:
            continue
        (assumed,) = in_factors(book, seen, {metric: value}).values()
        measured = readings[factor.name].value
        assert measured is not None and math.isclose(assumed, measured, rel_tol=1e-6, abs_tol=1e-6), metric


_RATIOS = ("chargeback_ratio", "refund_value_ratio", "refund_ratio", "payout_reliability")

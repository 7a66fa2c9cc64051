"""The measures of `baseline-1`: the metrics of one period, as they are."""

from vaultra_core.domain.metrics import revenue_volatility
from vaultra_core.domain.readiness.rules import Reading, no_reading
from vaultra_core.domain.readiness.standpoint import Standpoint
from vaultra_core.periods import PERIOD_DAYS


def period_growth(seen: Standpoint) -> Reading:
    """Revenue of the last 30 days against the 30 days before; needs 60 days of history."""
    now = seen.total("gross_minor", PERIOD_DAYS)
    before = seen.total("gross_minor", 2 * PERIOD_DAYS) - now
    if seen.days < 2 * PERIOD_DAYS or before == 0:
        return no_reading(days=seen.days)
    return Reading(value=(now - before) / before)


def period_volatility(seen: Standpoint) -> Reading:
    """The metric `revenue_volatility`."""
    value = revenue_volatility(seen)
    return no_reading() if value is None else Reading(value=value)


def period_chargeback_ratio(seen: Standpoint) -> Reading:
    """The metric `chargeback_ratio`."""
    chargebacks, charges = seen.total("chargeback_count", PERIOD_DAYS), seen.total("charge_count", PERIOD_DAYS)
    if charges == 0:
        return no_reading()
    return Reading(value=chargebacks / charges, figures={"chargebacks": chargebacks, "sales": charges})


def period_payout_reliability(seen: Standpoint) -> Reading:
    """The metric `payout_reliability`."""
    paid, due = seen.total("payout_ok_count", PERIOD_DAYS), seen.total("payout_due_count", PERIOD_DAYS)
    if due == 0:
        return no_reading()
    return Reading(value=paid / due, figures={"paid": paid, "due": due})

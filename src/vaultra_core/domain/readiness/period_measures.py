"""The measures of `baseline-1`: the metrics of one period, as they are."""

from vaultra_core.domain.metrics import revenue_volatility
from vaultra_core.domain.readiness.rules import Reading, no_reading
from vaultra_core.domain.readiness.standpoint import Standpoint
from vaultra_core.domain.wording import percent, plural
from vaultra_core.periods import PERIOD_DAYS


def period_growth(seen: Standpoint) -> Reading:
    """Revenue of the last 30 days against the 30 days before; needs 60 days of history."""
    evidence = seen.evidence(2 * PERIOD_DAYS, "gross_minor")
    now = seen.total("gross_minor", PERIOD_DAYS)
    before = seen.total("gross_minor", 2 * PERIOD_DAYS) - now
    if seen.days < 2 * PERIOD_DAYS:
        return no_reading(f"There are {plural(seen.days, 'day')} of sales history, and a trend needs 60", evidence)
    if before == 0:
        return no_reading("There was no revenue in the 30 days before these to compare with", evidence)
    value = (now - before) / before
    statement = f"Revenue is {percent(abs(value))} {'lower' if value < 0 else 'higher'} than in the 30 days before"
    return Reading(value=value, statement=statement, evidence=evidence)


def period_volatility(seen: Standpoint) -> Reading:
    """The metric `revenue_volatility`."""
    value = revenue_volatility(seen)
    evidence = seen.evidence(91, "gross_minor")
    if value is None:
        return no_reading("There are fewer than 4 complete weeks with revenue to compare", evidence)
    statement = f"Weekly revenue varies by {percent(value)} around its mean"
    return Reading(value=value, statement=statement, evidence=evidence)


def period_chargeback_ratio(seen: Standpoint) -> Reading:
    """The metric `chargeback_ratio`."""
    chargebacks, charges = seen.total("chargeback_count", PERIOD_DAYS), seen.total("charge_count", PERIOD_DAYS)
    evidence = seen.evidence(PERIOD_DAYS, "chargeback_count", "charge_count")
    if charges == 0:
        return no_reading(f"There were no sales in the last {PERIOD_DAYS} days", evidence)
    value = chargebacks / charges
    cases = f"{plural(chargebacks, 'chargeback')} on {plural(charges, 'sale')}"
    statement = f"There were {cases} in {PERIOD_DAYS} days, which is {percent(value)}"
    return Reading(value=value, statement=statement, sample=charges, evidence=evidence)


def period_payout_reliability(seen: Standpoint) -> Reading:
    """The metric `payout_reliability`."""
    paid, due = seen.total("payout_ok_count", PERIOD_DAYS), seen.total("payout_due_count", PERIOD_DAYS)
    evidence = seen.evidence(PERIOD_DAYS, "payout_ok_count", "payout_due_count")
    if due == 0:
        return no_reading(f"No payouts were due in the last {PERIOD_DAYS} days", evidence)
    statement = f"{paid} of {plural(due, 'payout')} in {PERIOD_DAYS} days arrived in time"
    return Reading(value=paid / due, statement=statement, sample=due, evidence=evidence)

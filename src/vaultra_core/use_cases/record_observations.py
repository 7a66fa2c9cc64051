"""From observations to the ledger, and from changes of the ledger to the days that must be folded again."""

import datetime as dt
from collections.abc import Iterable, Sequence

import msgspec

from vaultra_core.domain.accounts import Business
from vaultra_core.domain.fold import NEW_CUSTOMER_SECONDS
from vaultra_core.domain.ledger import (
    BalanceTransaction,
    Charge,
    ChargeStatus,
    Dispute,
    LedgerObject,
    Payout,
    Record,
    Refund,
    Subscription,
    SubscriptionStatus,
)
from vaultra_core.periods import local_day, local_days, utc_days
from vaultra_core.ports.storage import Change, UnitOfWork

FOREVER = 2**62
DATED_LOCALLY = {Charge, Refund, Dispute}  # the days of payouts are Stripe's, in UTC

# Kinds are told apart by `type(…) is`: for structs `isinstance` asks in Python when the answer is no, and that for
# every object of an import.


async def record_observations(work: UnitOfWork, business: Business, records: Sequence[Record]) -> int:
    """Merge observations into a business's ledger and mark what follows from them; how many objects changed.

    Holds the business's lock until the unit of work ends, so that the marks and the fold cannot miss each other.
    """
    computation = await work.computations.lock(business.id)
    known_since = await work.ledger.first_charges(business.id, _first_charged(records))
    changes = await work.ledger.merge(business.id, records)
    if not changes:
        return 0
    days = await _days_touched(work, business, changes)
    days |= await _days_of_customers_known_otherwise(work, business, known_since, changes)
    await work.activity.mark_dirty(business.id, days)
    moved = [change.after.state.created for change in changes if type(change.after.state) is not Subscription]
    await work.certificates.open_days(business.id, utc_days(moved))
    if computation.metrics_as_of and (due := _recurring_revenue_due(changes, business.timezone)):
        due = min(due, computation.metrics_from or due, computation.metrics_as_of)
        await work.computations.save(msgspec.structs.replace(computation, metrics_from=due))
    return len(changes)


def _first_charged(records: Sequence[Record]) -> dict[str, int]:
    """When each customer among the charges was charged first, by these observations."""
    first: dict[str, int] = {}
    for state in (record.state for record in records):
        if type(state) is Charge and state.customer:
            first[state.customer] = min(state.created, first.get(state.customer, state.created))
    return first


async def _days_touched(work: UnitOfWork, business: Business, changes: Sequence[Change]) -> set[dt.date]:
    states = [state for change in changes for state in _states(change)]
    days = local_days((state.created for state in states if type(state) in DATED_LOCALLY), business.timezone)
    days |= utc_days(state.arrival_date for state in states if type(state) is Payout)
    # Refunds and disputes hang on their charge: on its rate in a foreign currency, and on whether it was captured (a
    # released authorisation returned nothing). A rate hangs on the charge's balance transaction.
    changed = [state for state in states if type(state) is Charge]
    settled = {state.id for state in states if type(state) is BalanceTransaction and state.exchange_rate}
    settled -= {charge.balance_transaction for charge in changed if charge.balance_transaction}  # looked at anyway
    repriced = await work.ledger.charges_of(business.id, settled) if settled else []
    weighing = [
        charge
        for charge in (*changed, *repriced)
        if charge.currency != business.currency or (isinstance(charge, Charge) and not charge.captured)
    ]
    if weighing:
        moments = [charge.created for charge in weighing]
        moments += await work.ledger.dependent_times(business.id, {charge.id for charge in weighing})
        days |= local_days(moments, business.timezone)
    return days


def _states(change: Change) -> Iterable[LedgerObject]:
    if change.before is not None:
        yield change.before.state
    yield change.after.state


def _recurring_revenue_due(changes: Sequence[Change], timezone: str) -> dt.date | None:
    """The first day whose recurring revenue may be another one now. It is part of no day's activity, and that of a
    past day is computed from the present state of the subscriptions."""
    moved = [
        state.started_at
        for change in changes
        if change.before is None or _bears_on_revenue(change.before.state) != _bears_on_revenue(change.after.state)
        for state in _states(change)
        if type(state) is Subscription
    ]
    return local_day(min(moved), timezone) if moved else None


def _bears_on_revenue(state: LedgerObject) -> LedgerObject:
    """A state without what a mere renewal changes: the running period only matters while its bill is open."""
    if not isinstance(state, Subscription) or state.status is SubscriptionStatus.PAST_DUE:
        return state
    items = tuple(msgspec.structs.replace(item, current_period_start=None) for item in state.items)
    return msgspec.structs.replace(state, items=items)


async def _days_of_customers_known_otherwise(
    work: UnitOfWork, business: Business, known_since: dict[str, int], changes: Sequence[Change]
) -> set[dt.date]:
    """Whether a charge is a returning customer's hangs on the customer's first one: one that turns out to be older, or
    to have failed after all (bank debits do, days later), changes the days of those after it."""
    now_since = dict(known_since)
    spans = []
    for change in changes:
        before, after = change.before.state if change.before else None, change.after.state
        if type(before) is Charge and before.customer and _is_sale(before) and not _is_sale(after):
            spans.append((before.customer, before.created, FOREVER))
        if type(after) is Charge and _is_sale(after) and after.customer in now_since:
            now_since[after.customer] = min(now_since[after.customer], after.created)
    slack = 86_400  # the rule counts seconds; a day of slack keeps this a superset
    spans += [
        (customer, now_since[customer] + NEW_CUSTOMER_SECONDS - slack, since + NEW_CUSTOMER_SECONDS + slack)
        for customer, since in known_since.items()
        if now_since[customer] < since
    ]
    moments = await work.ledger.charge_times(business.id, spans) if spans else []
    return local_days(moments, business.timezone)


def _is_sale(state: LedgerObject) -> bool:
    return type(state) is Charge and state.status is ChargeStatus.SUCCEEDED and state.captured

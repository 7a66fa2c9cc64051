"""Books that add up are complete to the cent; whatever one thing is taken out, doubled or altered is named."""

import datetime as dt
from copy import deepcopy

import msgspec
from hypothesis import assume, given
from hypothesis import strategies as st

from support.books import DAYS, Books, books
from vaultra_core.domain.ledger import BalanceTransaction, ChargeStatus, DisputeStatus, PayoutStatus, RefundStatus
from vaultra_core.domain.reconciliation import CATEGORIES, Difference, Movable, Problem, reconcile


def judged(made: Books, days: tuple[dt.date, ...] = DAYS) -> list[Difference]:
    return reconcile(made.statement(days), days, made.items)


def names(differences: list[Difference]) -> set[str]:
    return {name for difference in differences for name in (difference.id, *difference.transactions)}


def moved(made: Books) -> list[Movable]:
    """The objects that balance transactions stand behind."""
    sources = {t.source for t in made.transactions.values() if t.reporting_category in CATEGORIES}
    return [state for state in made.objects.values() if state.id in sources]


def judgeable(made: Books) -> list[Movable | BalanceTransaction]:
    return [*moved(made), *booked(made)]


def booked(made: Books) -> list[BalanceTransaction]:
    return [t for t in made.transactions.values() if t.reporting_category in CATEGORIES]


@given(made=books(), cut=st.integers(1, len(DAYS)))
def test_books_that_add_up_are_complete_however_the_days_are_cut(made: Books, cut: int) -> None:
    assert judged(made) == []
    for start in range(0, len(DAYS), cut):
        assert judged(made, DAYS[start : start + cut]) == []


@given(data=st.data(), made=books(paid_out=True), cut=st.integers(1, len(DAYS)))
def test_an_object_that_is_missing_is_named(data: st.DataObject, made: Books, cut: int) -> None:
    lost = data.draw(st.sampled_from(moved(made)))
    del made.objects[lost.id]
    (difference,) = judged(made)
    assert (difference.kind, difference.id, difference.problem) == (lost.kind, lost.id, Problem.MISSING)
    assert difference.found_minor is None
    batches = [judged(made, DAYS[start : start + cut]) for start in range(0, len(DAYS), cut)]
    assert {one.id for batch in batches for one in batch} == {lost.id}


@given(data=st.data(), made=books(paid_out=True), cut=st.integers(1, len(DAYS)))
def test_an_object_whose_transaction_is_missing_is_named(data: st.DataObject, made: Books, cut: int) -> None:
    hidden = data.draw(st.sampled_from(booked(made)))
    del made.transactions[hidden.id]
    state = made.objects[hidden.source or ""]
    assume(state.amount_minor)
    found = judged(made)
    assert [one.id for one in found] == [state.id]
    assert found[0].problem in (Problem.UNSETTLED, Problem.AMOUNT)
    # By the days on which there is still something to judge it by, in whatever batches.
    batches = [judged(made, DAYS[start : start + cut]) for start in range(0, len(DAYS), cut)]
    assert {one.id for batch in batches for one in batch} == {state.id}


@given(data=st.data(), made=books(paid_out=True))
def test_what_is_there_twice_is_named(data: st.DataObject, made: Books) -> None:
    twice = data.draw(st.sampled_from(judgeable(made)))
    assume(getattr(twice, "status", None) not in ("failed", "won", "pending"))  # nothing moved, on the whole
    made.put(msgspec.structs.replace(twice, id=f"{twice.id}_again"))
    found = judged(made)
    assert f"{twice.id}_again" in names(found) or (
        isinstance(twice, BalanceTransaction) and twice.source in names(found)
    )


@given(data=st.data(), made=books(paid_out=True), by=st.integers(-500, 500).filter(bool))
def test_another_amount_is_named(data: st.DataObject, made: Books, by: int) -> None:
    """In the currency of the balance to the cent; in another as exactly as Stripe shows the rate."""
    state = data.draw(st.sampled_from(judgeable(made)))
    if isinstance(state, BalanceTransaction):
        assume(state.exchange_rate is None or abs(by) > 5)
        assume(state.amount_minor + by)
        made.put(msgspec.structs.replace(state, amount_minor=state.amount_minor + by, net_minor=state.net_minor + by))
        named = state.source
    else:
        # A yen more or less may be less than a cent: then nothing is wrong in cents.
        assume(state.currency == "usd" or abs(by) > 250)
        assume(state.amount_minor + by)
        made.put(msgspec.structs.replace(state, amount_minor=state.amount_minor + by))
        named = state.id
    found = judged(made)
    assert named in names(found)
    if isinstance(state, BalanceTransaction):
        assert state.id in names(found)


@given(data=st.data(), made=books(paid_out=True), by=st.integers(-500, 500).filter(bool))
def test_a_net_that_is_not_amount_less_fee_is_named(data: st.DataObject, made: Books, by: int) -> None:
    state = data.draw(st.sampled_from(list(made.transactions.values())))
    made.put(msgspec.structs.replace(state, net_minor=state.net_minor + by))
    (difference,) = judged(made)
    assert (difference.kind, difference.id) == ("balance_transaction", state.id)
    assert difference.found_minor == state.net_minor + by
    assert difference.expected_minor == state.net_minor


@given(made=books(paid_out=True), by=st.integers(-500, 500).filter(bool))
def test_a_payout_that_is_not_the_sum_of_its_items_is_named(made: Books, by: int) -> None:
    (paid,) = made.items
    made.items[paid] += by
    (difference,) = judged(made)
    assert (difference.id, difference.problem) == (paid, Problem.ITEMS)
    assert (difference.expected_minor, difference.found_minor) == (made.items[paid], made.items[paid] - by)


OTHER_STATUS = {
    "charge": (ChargeStatus.SUCCEEDED, ChargeStatus.FAILED),
    "refund": (RefundStatus.SUCCEEDED, RefundStatus.FAILED),
    "dispute": (DisputeStatus.LOST, DisputeStatus.WON),
    "payout": (PayoutStatus.PAID, PayoutStatus.FAILED),
}


@given(data=st.data(), made=books(paid_out=True))
def test_a_status_by_which_money_would_have_moved_otherwise_is_named(data: st.DataObject, made: Books) -> None:
    kept, returned = "kept", "returned"
    settled = {state.id: kept for state in moved(made)}
    for transaction in booked(made):
        if transaction.reporting_category in (
            "charge_failure",
            "refund_failure",
            "dispute_reversal",
            "payout_reversal",
        ):
            settled[transaction.source or ""] = returned
    assume(settled)
    name = data.draw(st.sampled_from(sorted(settled)))
    state = made.objects[name]
    gone, back = OTHER_STATUS[state.kind]
    made.put(msgspec.structs.replace(state, status=back if settled[name] == kept else gone))
    assert name in names(judged(made))


@given(made=books())
def test_nothing_depends_on_the_order(made: Books) -> None:
    backwards = deepcopy(made)
    backwards.objects = dict(reversed(list(made.objects.items())))
    backwards.transactions = dict(reversed(list(made.transactions.items())))
    for one in (made, backwards):
        one.objects.pop(next(iter(sorted(one.objects))))
    assert judged(made) == judged(backwards)

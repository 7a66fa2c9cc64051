import datetime as dt
import random
from decimal import Decimal
from fractions import Fraction

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from property.strategies import END, START, ledgers, records
from support.histories import AS_OF, charge
from vaultra_core import assess, fold, metrics, recommend
from vaultra_core.domain.activity import DayActivity
from vaultra_core.domain.ledger import LedgerObject, Payout, Record, Subscription
from vaultra_core.money import THREE_DECIMAL, ZERO_DECIMAL, convert, exponent, to_major, to_minor
from vaultra_core.periods import day_bounds, local_day
from vaultra_core.views import MetricsView, encode

ZONES = st.sampled_from(["UTC", "Europe/Vienna", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kathmandu"])
CURRENCIES = st.sampled_from(["usd", "jpy", "kwd", "eur"])


def encoded(days: tuple[DayActivity, ...]) -> bytes:
    return msgspec.json.encode(days, order="deterministic")


@given(st.lists(records(), max_size=40), CURRENCIES, ZONES, st.randoms(use_true_random=False))
def test_the_fold_is_blind_to_order_and_duplicates(
    seen: list[Record], currency: str, timezone: str, rng: random.Random
) -> None:
    plain = fold(seen, currency=currency, timezone=timezone)
    again = seen + rng.choices(seen, k=len(seen)) if seen else []
    rng.shuffle(again)
    other = fold(again, currency=currency, timezone=timezone)
    assert encoded(plain.days) == encoded(other.days)
    assert plain == other


@given(ledgers(), st.randoms(use_true_random=False))
def test_so_it_is_for_bare_states(seen: list[LedgerObject], rng: random.Random) -> None:
    shuffled = rng.sample(seen, len(seen)) + seen
    assert fold(shuffled, currency="usd") == fold(seen, currency="usd")


@given(ledgers(), CURRENCIES)
def test_days_are_ascending_hold_something_and_are_whole_numbers(seen: list[LedgerObject], currency: str) -> None:
    days = fold(seen, currency=currency).days
    assert [day.day for day in days] == sorted({day.day for day in days})
    for day in days:
        values = [value for name, value in msgspec.structs.asdict(day).items() if name not in ("day", "customers")]
        assert all(type(value) is int for value in (*values, *day.customers.values()))
        assert any(values) or day.refund_count or day.chargeback_count
        assert day.returning_minor <= day.identified_minor <= day.gross_minor
        assert day.payout_ok_count <= day.payout_due_count
        assert day.chargeback_won_count <= day.chargeback_count


def before(seen: list[LedgerObject], end: int) -> list[LedgerObject]:
    """What had begun by a moment: payouts by arrival, subscriptions by start, the rest by creation."""

    def moment(state: LedgerObject) -> int:
        if isinstance(state, Payout):
            return state.arrival_date
        return state.started_at if isinstance(state, Subscription) else state.created

    return [state for state in seen if moment(state) < end]


def one_per_id(seen: list[LedgerObject]) -> list[LedgerObject]:
    return list({(state.kind, state.id): state for state in seen}.values())


@given(ledgers(), st.integers(START, END))
def test_as_of_in_the_past_never_sees_later_data(seen: list[LedgerObject], moment: int) -> None:
    seen = one_per_id(seen)
    as_of = local_day(moment, "UTC")
    _, end = day_bounds(as_of, "UTC")
    # Balance transactions are rates, not facts of a day; charges bring the rate of their refunds along.
    rates = [state for state in seen if state.kind in ("balance_transaction", "charge")]
    then = fold({id(s): s for s in (*before(seen, end), *rates)}.values(), currency="usd")
    now = fold(seen, currency="usd")
    assert metrics(then, as_of) == metrics(now, as_of)
    for rulebook in ("lender-2", "baseline-1"):
        assert assess(then, as_of, rulebook) == assess(now, as_of, rulebook)
        assert recommend(then, as_of, rulebook) == recommend(now, as_of, rulebook)


@given(ledgers())
def test_later_days_are_never_seen(seen: list[LedgerObject]) -> None:
    history = fold(seen, currency="usd")
    past = msgspec.structs.replace(history, days=tuple(day for day in history.days if day.day <= AS_OF))
    assert metrics(past, AS_OF) == metrics(history, AS_OF)
    assert assess(past, AS_OF) == assess(history, AS_OF)
    assert recommend(past, AS_OF) == recommend(history, AS_OF)


@given(ledgers(), CURRENCIES)
def test_no_float_touches_money(seen: list[LedgerObject], currency: str) -> None:
    snapshot = metrics(fold(seen, currency=currency), AS_OF)
    amounts = {
        name: value
        for struct in (snapshot, snapshot.extra)
        for name, value in msgspec.structs.asdict(struct).items()
        if name.endswith("_minor")
    }
    assert len(amounts) == 10
    assert all(value is None or type(value) is int for value in amounts.values())
    # On the way out too: as many digits as the currency has, no more and no less.
    shown = msgspec.json.decode(encode(MetricsView.of(snapshot)), type=dict[str, msgspec.Raw])
    digits = bytes(shown["revenue_total"]).partition(b".")[2]
    assert len(digits) == exponent(currency)


@given(st.integers(-(10**15), 10**15), st.sampled_from([*ZERO_DECIMAL, *THREE_DECIMAL, "usd", "eur", "ugx"]))
def test_a_currencys_exponent_is_respected(minor: int, currency: str) -> None:
    major = to_major(minor, currency)
    assert major * 10 ** exponent(currency) == minor
    assert to_minor(major, currency) == minor


@given(st.integers(0, 10**12), CURRENCIES, CURRENCIES, st.decimals("0.0001", "10000", places=6))
@example(5, "usd", "jpy", 100).via("half a yen")
def test_conversion_is_exact_to_the_last_rounding(minor: int, source: str, target: str, rate: Decimal | int) -> None:
    exact = Fraction(minor) * Fraction(rate) * Fraction(10) ** (exponent(target) - exponent(source))
    converted = convert(minor, source, target, Decimal(rate))
    assert abs(converted - exact) <= Fraction(1, 2)


@given(st.integers(0, 4_000_000_000), ZONES)
def test_every_moment_lies_within_its_own_day(moment: int, timezone: str) -> None:
    day = local_day(moment, timezone)
    start, end = day_bounds(day, timezone)
    assert start <= moment < end
    assert local_day(end, timezone) >= day + dt.timedelta(days=1)


@given(st.lists(st.tuples(st.integers(START, END), st.integers(0, 3)), min_size=1, max_size=20))
def test_a_slice_folds_to_the_same_days_as_the_whole(sales: list[tuple[int, int]]) -> None:
    charges = [charge(n, created, 100, customer=f"cus_{who}") for n, (created, who) in enumerate(sales)]
    first: dict[str, int] = {}
    for sale in charges:
        assert sale.customer
        first[sale.customer] = min(sale.created, first.get(sale.customer, sale.created))
    whole = fold(charges, currency="usd")
    for day in whole.days:
        own = [sale for sale in charges if local_day(sale.created, "UTC") == day.day]
        assert fold(own, currency="usd", first_charges=first).days == (day,)

"""Whatever the order, the batches and the repetitions of the same observations: the ledger is the core's merge."""

from functools import reduce

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vaultra_core.domain.ledger import ChargeStatus, Record, Refund, RefundStatus, merge
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.testing.contracts.ledger import ALWAYS
from vaultra_core.testing.contracts.samples import a_charge, given_business

moments = st.integers(1, 3)
milestones = st.dictionaries(st.sampled_from(["pending", "succeeded"]), moments, max_size=2)
charges = st.builds(
    a_charge,
    st.sampled_from(["ch_1", "ch_2"]),
    amount_minor=st.integers(1, 2),
    status=st.sampled_from(ChargeStatus),
    milestones=milestones,
)
refunds = st.builds(
    Refund,
    id=st.sampled_from(["re_1", "ch_1"]),
    created=st.just(1_000),
    currency=st.just("usd"),
    amount_minor=st.integers(1, 2),
    status=st.sampled_from(RefundStatus),
    milestones=milestones,
)
records = st.builds(Record, state=st.one_of(charges, refunds), observed_at=moments)


@st.composite
def two_tellings(draw: st.DrawFn) -> tuple[list[list[Record]], list[list[Record]]]:
    """The same observations twice: permuted, partly repeated, cut into batches elsewhere."""
    observed = draw(st.lists(records, min_size=1, max_size=8))
    return draw(_telling(observed)), draw(_telling(observed))


@st.composite
def _telling(draw: st.DrawFn, observed: list[Record]) -> list[list[Record]]:
    repeated = draw(st.lists(st.sampled_from(observed), max_size=3))
    order = draw(st.permutations([*observed, *repeated]))
    size = draw(st.integers(1, len(order)))
    return [order[start : start + size] for start in range(0, len(order), size)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tellings=two_tellings())
async def test_every_telling_ends_in_the_cores_merge(
    uow: UnitOfWorkFactory, tellings: tuple[list[list[Record]], list[list[Record]]]
) -> None:
    expected: dict[tuple[str, str], list[Record]] = {}
    for record in tellings[0]:
        for observed in record:
            expected.setdefault((observed.state.kind, observed.state.id), []).append(observed)
    for telling in tellings:
        business = await given_business(uow)
        stored: dict[tuple[str, str], Record] = {}
        for batch in telling:
            async with uow() as work:
                for change in await work.ledger.merge(business.id, batch):
                    key = change.after.state.kind, change.after.state.id
                    # What a change says was there before is what the last change left (or a later sight of it).
                    before = stored.get(key)
                    assert (change.before is None) == (before is None)
                    assert before is None or change.before is None or change.before.state == before.state
                    stored[key] = change.after
                await work.commit()
        merged = {key: reduce(merge, observed) for key, observed in expected.items()}
        async with uow() as work:
            found = (await work.ledger.slice(business.id, [ALWAYS])).objects
            assert {(o.kind, o.id): o for o in found} == {key: record.state for key, record in merged.items()}
            # Observing the merged records once more changes nothing: moments and contests are stored as well.
            assert await work.ledger.merge(business.id, list(merged.values())) == []

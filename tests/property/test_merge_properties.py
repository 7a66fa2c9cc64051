import msgspec
from hypothesis import given
from hypothesis import strategies as st

from property.strategies import records
from vaultra_core.domain.ledger import Record, merge


def same_object(seen: list[Record]) -> list[Record]:
    """The observations of the object that comes first."""
    return [r for r in seen if (r.state.kind, r.state.id) == (seen[0].state.kind, seen[0].state.id)]


OBSERVATIONS = st.lists(records(), min_size=12, max_size=40).map(same_object)


@given(OBSERVATIONS)
def test_merging_is_commutative_associative_and_idempotent(seen: list[Record]) -> None:
    a, b, c = seen[0], seen[len(seen) // 2], seen[-1]
    assert merge(a, b) == merge(b, a)
    assert merge(merge(a, b), c) == merge(a, merge(b, c))
    assert merge(a, a) == a
    assert merge(merge(a, b), b) == merge(a, b)


@given(OBSERVATIONS)
def test_the_newest_observation_wins_and_a_tie_between_different_states_is_contested(seen: list[Record]) -> None:
    a, b = seen[0], seen[-1]
    merged = merge(a, b)
    assert merged.version == max(a.version, b.version)
    if a.version == b.version and not (a.contested or b.contested):
        bare = [msgspec.structs.replace(record.state, milestones={}) for record in (a, b)]
        assert merged.contested == (bare[0] != bare[1])

"""A short campaign of `make crash`, and proof that its oracle sees what it is there to see."""

from collections.abc import Iterator

import pytest

from crash.campaign import Plan, a_world, run
from support.database import outside_the_loop
from support.sandbox import Sandbox

pytestmark = pytest.mark.timeout(900)

BACKFILL = 500
LEASE = 5  # seconds: a short run does not wait for a minute until the lease of a killed worker is over


@pytest.fixture(scope="module")
def world() -> Iterator[Sandbox]:
    with a_world(BACKFILL) as sandbox:
        yield sandbox


def test_what_was_acknowledged_is_in_effect_once_whatever_is_killed(world: Sandbox) -> None:
    plan = Plan(webhooks=250, kills=6, backfill=BACKFILL, lease=LEASE)
    report = outside_the_loop(lambda: run(plan, world))
    assert not report.failures
    assert report.tally.acknowledged == plan.webhooks
    assert report.killed >= plan.kills
    assert report.objects > plan.webhooks / 3, "the oracle had something to compare"


def test_planted_faults_are_seen(world: Sandbox) -> None:
    """Two at once, which show as different things. `make crash FAULTS=1` shows that each is seen alone."""
    faults = ("answer-unstored", "apply-twice")
    plan = Plan(webhooks=200, kills=0, backfill=BACKFILL, lease=LEASE, faults=faults, small=True)
    report = outside_the_loop(lambda: run(plan, world))
    assert report.seen, report.failures

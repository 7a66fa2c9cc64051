"""What the demo promises in figures: how soon there is a score, that the import moves, how much memory it takes."""

import re
import time
from pathlib import Path

import pytest

from support.demo import Demo
from support.samples import load_into, sample_objects

pytestmark = pytest.mark.xdist_group("demo")

SECONDS_TO_SCORE = 10
MEMORY_MIB = 250


def test_from_consent_to_the_first_score_takes_seconds(demo: Demo) -> None:
    owner = demo.signed_up("swift@example.com")
    business = owner.business()
    owner.connect(business, "travel")
    begun = time.monotonic()
    owner.wait_for_score(business)
    assert time.monotonic() - begun < SECONDS_TO_SCORE
    assert owner.watch_import(business)[-1]["done"] > 1_500
    assert resident_mib(demo.pid) < MEMORY_MIB


def test_progress_moves_and_never_back(demo: Demo) -> None:
    load_into(demo.folder, "watched", sample_objects(demo.folder, "shop"))
    owner = demo.signed_up("watching@example.com")
    business = owner.business()
    with demo.slow_stripe(latency_ms=100):
        owner.connect(business, "watched")
        seen = owner.watch_import(business)
    for figure in ("percent", "done"):
        values = [state[figure] for state in seen]
        assert values == sorted(values)
        assert len(set(values)) > 5
    assert list(dict.fromkeys(state["state"] for state in seen)) == ["starting", "extending", "complete"]
    assert all(state["total"] in (None, seen[-1]["done"]) for state in seen)


def resident_mib(pid: int) -> float:
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024

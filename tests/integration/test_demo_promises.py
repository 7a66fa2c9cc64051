"""What the demo promises in figures: how soon there is a score, that the import moves, how much memory it takes."""

import contextlib
import os
import re
from pathlib import Path

import httpx

from support.demo import Demo
from support.samples import load_into, sample_objects

SECONDS_TO_SCORE = 10
MEMORY_MIB = 250


def test_from_consent_to_the_first_score_takes_seconds(demo: Demo) -> None:
    owner = demo.signed_up("swift@example.com")
    business = owner.business()
    begun = cpu_seconds(demo)
    owner.connect(business, "travel")
    owner.wait_for_score(business)
    # Of work, not on the clock: what else this machine does at the moment must not decide.
    assert cpu_seconds(demo) - begun < SECONDS_TO_SCORE
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


def cpu_seconds(demo: Demo) -> float:
    """The processor time that the demo, its database and its sandbox have taken so far."""
    ticks = 0
    for pid in demo.family():
        with contextlib.suppress(OSError):  # a database connection may just have ended
            fields = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
            ticks += sum(int(field) for field in fields[11:15])  # its own, and that of its children that ended
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_mib(pid: int) -> float:
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024


def test_the_mail_outbox_is_where_the_facts_say(demo: Demo) -> None:
    assert "mails" in httpx.get(demo.facts["mail_url"], headers={"Accept": "application/json"}).json()
    assert demo.facts["mail_url"] in demo.output and "mail: outbox" in demo.output

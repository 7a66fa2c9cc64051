"""The core as another service sees it: types that say what comes out, and an example that runs."""

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path
from typing import assert_type

from support.histories import AS_OF, weekly_history
from vaultra_core import (
    Advice,
    Assessment,
    Change,
    History,
    MetricsSnapshot,
    Outlook,
    assess,
    explain_change,
    metrics,
    outlook,
    path,
    recommend,
    replay,
    simulate,
)
from vaultra_core import (
    Path as WayUp,
)

EXAMPLE = Path(__file__).parents[3] / "examples" / "readiness.py"


def test_the_types_are_what_the_page_says() -> None:
    """mypy checks these; that the values are there is checked here."""
    history = weekly_history([100_000] * 30)
    assert_type(history, History)
    found = (
        assert_type(assess(history, AS_OF), Assessment | None),
        assert_type(simulate(history, AS_OF, {"disputes": 0.01}), Assessment | None),
        assert_type(path(history, AS_OF), WayUp | None),
        assert_type(outlook(history, AS_OF), Outlook | None),
        assert_type(explain_change(history, AS_OF - dt.timedelta(days=7), AS_OF), Change | None),
        assert_type(replay(history, AS_OF, AS_OF), list[Assessment]),
        assert_type(recommend(history, AS_OF), list[Advice]),
        assert_type(metrics(history, AS_OF), MetricsSnapshot),
    )
    assert all(found)


def run(source: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, EXAMPLE, source], capture_output=True, text=True, check=False, timeout=300)


def test_the_example_runs(tmp_path: Path) -> None:
    charge = {"object": "charge", "currency": "usd", "livemode": True, "captured": True, "status": "succeeded"}
    source = tmp_path / "objects.jsonl"
    source.write_text(
        "\n".join(
            json.dumps({**charge, "id": f"ch_{n}", "created": 1_700_000_000 + 86_400 * n, "amount": 20_000})
            for n in range(200)
        )
    )
    done = run(source)
    assert done.returncode == 0, done.stderr
    first, *_, last = done.stdout.splitlines()
    assert first.split()[1:3] == ["of", "100,"]
    assert last.startswith("In 90 days, if nothing changes: ")


def test_the_example_says_when_there_is_nothing_to_judge(tmp_path: Path) -> None:
    source = tmp_path / "empty.jsonl"
    source.write_text("")
    done = run(source)
    assert (done.returncode, done.stderr.strip()) == (1, "There is no successful charge to judge.")

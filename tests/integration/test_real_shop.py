"""A real shop's purchases by two ways: from the file alone, and through sandbox, OAuth, import and API."""

import csv
import datetime as dt
import json
from pathlib import Path

import pytest

from support.command import vaultra
from support.demo import Demo
from support.tables import wait_until_caught_up

SALES = Path(__file__).parents[2] / ".." / "shared" / "data" / "cdnow-sample.csv"

pytestmark = pytest.mark.skipif(not SALES.exists(), reason="cdnow-sample.csv is not there: this clone stands alone")


def test_the_dashboard_says_what_assess_says_of_the_shifted_file(demo: Demo, tmp_path: Path) -> None:
    loaded = vaultra("sandbox", "load", str(SALES), "--account", "cdnow", "--shift-to-today", *sandbox_of(demo))
    assert loaded.output.startswith("6,919 objects in usd from 1997-01-01 to 1998-06-30: account 'cdnow'"), loaded
    owner = demo.signed_up("cdnow@example.com")
    business = owner.business("Compact Discs")
    owner.connect(business, "cdnow")
    wait_until_caught_up(demo, business)

    yesterday = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
    assessed = vaultra("assess", str(shifted(tmp_path, yesterday)), "--as-of", f"{yesterday}", "--json")
    report = json.loads(assessed.output)
    served = {
        "metrics": owner.call("GET", "/metrics", business_id=business),
        "assessment": owner.call("GET", "/readiness", business_id=business),
    }
    assert report["metrics"]["revenue_total"] > 0
    assert report["assessment"]["contributions"]
    for part, expected in report.items():
        if part in served:
            assert {name: served[part].get(name) for name in expected} == expected
    advised = owner.call("GET", "/recommendations", business_id=business, status="pending")["recommendations"]
    assert [{name: each.get(name) for name in report["recommendations"][0]} for each in advised] == report[
        "recommendations"
    ]


def shifted(folder: Path, last_day: dt.date) -> Path:
    """The file with all dates moved by as many days, so that the last one is `last_day`."""
    with SALES.open(newline="") as source:
        rows = list(csv.DictReader(source))
    move = last_day - max(dt.date.fromisoformat(row["date"]) for row in rows)
    path = folder / "shifted.csv"
    with path.open("w", newline="") as target:
        writer = csv.DictWriter(target, rows[0])
        writer.writeheader()
        writer.writerows(row | {"date": dt.date.fromisoformat(row["date"]) + move} for row in rows)
    return path


def sandbox_of(demo: Demo) -> list[str]:
    return ["--data", str(demo.folder / "sandbox.sqlite")]

"""What a benchmark run says: rows with a figure, what it is measured against, and its goal."""

import datetime as dt
import operator
import os
import platform
import subprocess
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

_HOLDS: dict[str, Callable[[float, float], bool]] = {">=": operator.ge, "<=": operator.le}


class Goal(msgspec.Struct, frozen=True):
    """A bound on the value itself, or on its ratio to the baseline (machines differ, ratios hold)."""

    of: Literal["value", "ratio"]
    sign: Literal[">=", "<="]
    bound: float

    def __str__(self) -> str:
        return f"{self.of} {self.sign} {self.bound:g}"


class Round(NamedTuple):
    """A figure and its baseline, measured one right after the other: what else the machine does falls on both."""

    value: float
    baseline: float


def typical(rounds: Iterable[Round]) -> Round:
    """The round whose ratio is the median: medians of figures and baselines by themselves may be of different hours."""
    ordered = sorted(rounds, key=lambda each: each.value / each.baseline)
    return ordered[len(ordered) // 2]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    value: float
    unit: str
    baseline: float | None = None  # in the same unit, from the same run
    goal: Goal | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.baseline if self.baseline else None

    @property
    def meets_goal(self) -> bool | None:
        if self.goal is None:
            return None
        measured = self.value if self.goal.of == "value" else self.ratio
        return measured is not None and _HOLDS[self.goal.sign](measured, self.goal.bound)


def table(rows: Sequence[Row]) -> str:
    width = max((len(row.name) for row in rows), default=0)
    lines = [f"{'':<{width}} {'value':>10} {'unit':<11} {'baseline':>10} {'ratio':>7}  goal"]
    for row in rows:
        baseline = "" if row.baseline is None else f"{row.baseline:,.5g}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        verdict = {None: "", True: f"{row.goal} met", False: f"{row.goal} MISSED"}[row.meets_goal]
        value = f"{row.value:>10,.5g} {row.unit:<11}"
        lines.append(f"{row.name:<{width}} {value} {baseline:>10} {ratio:>7}  {verdict}  {row.note}".rstrip())
    return "\n".join(lines)


def write_results(rows: Sequence[Row], folder: Path) -> Path:
    """`<date>.json`, in the shape that `spec/performance.md` gives; a later run of the same day takes its place."""
    folder.mkdir(parents=True, exist_ok=True)
    today = dt.datetime.now(dt.UTC).date().isoformat()
    revision = ["git", "rev-parse", "HEAD"]
    commit = subprocess.run(revision, capture_output=True, text=True, check=False, cwd=folder).stdout.strip()
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    result = {
        "machine": machine,
        "date": today,
        "commit": commit or None,
        "rows": [
            {
                "name": row.name,
                "value": round(row.value, 4),
                "unit": row.unit,
                "baseline": None if row.baseline is None else round(row.baseline, 4),
                "ratio": None if row.ratio is None else round(row.ratio, 4),
                "goal": str(row.goal) if row.goal else None,
                "meets_goal": row.meets_goal,
            }
            for row in rows
        ],
    }
    path = folder / f"{today}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(result)) + b"\n")
    return path

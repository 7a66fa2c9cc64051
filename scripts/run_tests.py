"""Run every test, Python's and the dashboard's, and close with one line that counts them all.

The counts come from the reports that the runners write, not from their screens. A runner that ends badly without a
failed test (it could not start, it crashed) counts as one failure, so that the line never looks better than the run.
The exit code is 0 only if everything passed.
"""

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / ".build"
SUMMARY = REPORTS / "test-summary.txt"


@dataclass(frozen=True)
class Counts:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def run(name: str, command: list[str], *, folder: Path, report: Path) -> Counts:
    """Run one runner on this terminal and count what its JUnit report says."""
    report.unlink(missing_ok=True)
    print(f"── {name}", flush=True)
    status = subprocess.run(command, cwd=folder, check=False).returncode
    counts = read_report(report) if report.exists() else Counts()
    if status != 0 and counts.failed == 0:
        print(f"{name} ended with exit code {status} without naming a failed test.", flush=True)
        counts += Counts(failed=1)
    return counts


def read_report(report: Path) -> Counts:
    """Count the test cases of a JUnit report. An error (a broken fixture, an import) is a failure; a test that had to
    fail, and did, has passed."""
    counts = Counts()
    for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314 (our own runners wrote it)
        if case.find("failure") is not None or case.find("error") is not None:
            counts += Counts(failed=1)
        elif (skipped := case.find("skipped")) is not None and skipped.get("type") != "pytest.xfail":
            counts += Counts(skipped=1)
        else:
            counts += Counts(passed=1)
    return counts


def main() -> int:
    REPORTS.mkdir(exist_ok=True)
    SUMMARY.unlink(missing_ok=True)
    python, dashboard = REPORTS / "pytest.xml", REPORTS / "vitest.xml"
    total = run(
        "pytest",
        [sys.executable, "-m", "pytest", "-n", os.environ.get("TEST_PROCESSES", "2"), "-rfEs", f"--junitxml={python}"],
        folder=ROOT,
        report=python,
    )
    total += run(
        "vitest",
        ["npm", "test", "--silent", "--", "--reporter=default", "--reporter=junit", f"--outputFile.junit={dashboard}"],
        folder=ROOT / "frontend",
        report=dashboard,
    )
    SUMMARY.write_text(f"{total}\n")
    print(f"── all\n{total}", flush=True)
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main())

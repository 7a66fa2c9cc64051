"""The pages on security promise what tests hold: every test they name is there, and every protection that is taken away
is told."""

import re
from pathlib import Path

import pytest

from support.protections import PROTECTIONS, Protection

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "docs/security.md", *sorted((ROOT / "docs/security").glob("*.md"))]
SPECIFICATION = ROOT.parent / "shared/spec/reliability-and-security.md"
# Areas of the specification whose tests carry their own proof, and where it stands.
PROVEN_ELSEWHERE = {
    "tenancy": "tests/integration/test_tenancy_matrix.py, check_that_ids_were_real",
    "row-level security": "tests/integration/test_missing_conditions.py, the control at its end",
    "supply chain": "tests/unit/test_locks.py, which takes the hashes of a package away",
}


def functions_of(file: Path) -> set[str]:
    return set(re.findall(r"^ *(?:async )?def (test_\w+)", file.read_text(), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_test_that_is_named_is_there(page: Path) -> None:
    text = page.read_text()
    known = {name for file in (ROOT / "tests").rglob("test_*.py") for name in functions_of(file)}
    known |= {name for file in (ROOT / "src/vaultra_core/testing").rglob("*.py") for name in functions_of(file)}
    named = set(re.findall(r"\b(test_\w+)\b(?!\.py)", text))
    assert named <= known, sorted(named - known)
    for path in re.findall(r"`(tests/[\w/]+\.py)`", text):
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("protection", PROTECTIONS, ids=lambda each: each.promise)
def test_a_protection_names_a_test_that_is_there(protection: Protection) -> None:
    file, _, name = protection.test.partition("::")
    assert name in functions_of(ROOT / "tests" / file)


def test_the_page_tells_what_is_taken_away() -> None:
    page = PAGES[0].read_text()
    for each in PROTECTIONS:
        name = each.test.partition("::")[2]
        assert f"| {each.area} | {each.promise} | `{name}` |" in page, "write this row into docs/security.md"
    rows = re.findall(r"^\| [^|]+ \| [^|]+ \| `test_\w+` \|$", page, re.MULTILINE)
    assert len(rows) == len(PROTECTIONS), "docs/security.md tells of a protection that nothing takes away"


def test_every_area_of_the_specification_is_covered() -> None:
    if not SPECIFICATION.exists():
        pytest.skip("the specification is not beside this checkout")
    table = SPECIFICATION.read_text().partition("## Security criteria")[2].partition("\n## ")[0]
    areas = {row.split("|")[1].strip() for row in table.splitlines() if row.startswith("|")} - {"area", "---"}
    assert areas == {each.area for each in PROTECTIONS} | PROVEN_ELSEWHERE.keys()

"""The scripts behind `make`: what they count and what they show must not look better than what happened."""

import subprocess
import sys
from pathlib import Path

import check_docs
import msgspec
import pytest
import run_tests

from vaultra_adapters.settings import Settings

QUIETLY = Path(run_tests.ROOT) / "scripts" / "quietly"

REPORT = """<testsuites><testsuite>
  <testcase name="a"/>
  <testcase name="b"><failure message="no"/></testcase>
  <testcase name="c"><error message="its fixture broke"/></testcase>
  <testcase name="d"><skipped type="pytest.skip" message="no browser"/></testcase>
  <testcase name="e"><skipped type="pytest.xfail" message="shows the test"/></testcase>
</testsuite></testsuites>"""


def writes(report: Path, content: str, exit_code: int) -> list[str]:
    program = "import pathlib, sys; pathlib.Path(sys.argv[1]).write_text(sys.argv[2]); sys.exit(int(sys.argv[3]))"
    return [sys.executable, "-c", program, str(report), content, str(exit_code)]


def test_counts_come_from_the_report(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    counts = run_tests.run("runner", writes(report, REPORT, 1), folder=tmp_path, report=report)
    assert str(counts) == "2 passed, 2 failed, 1 skipped"


def test_a_runner_that_dies_counts_as_a_failure(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    passed = "<testsuites><testcase name='a'/></testsuites>"
    counts = run_tests.run("runner", writes(report, passed, 3), folder=tmp_path, report=report)
    assert counts == run_tests.Counts(passed=1, failed=1)


def test_the_report_of_an_earlier_run_is_not_counted(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    counts = run_tests.run("runner", [sys.executable, "-c", "raise SystemExit(1)"], folder=tmp_path, report=report)
    assert counts == run_tests.Counts(failed=1)


def quietly(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([QUIETLY, "step", *command], cwd=folder, capture_output=True, text=True, check=False)


def test_a_quiet_step_keeps_its_log_to_itself(tmp_path: Path) -> None:
    result = quietly(tmp_path, "echo", "detail")
    assert (result.returncode, "detail" in result.stdout + result.stderr) == (0, False)
    assert (tmp_path / ".build" / "step.log").read_text() == "detail\n"


def test_a_quiet_step_that_fails_shows_its_log_and_keeps_its_exit_code(tmp_path: Path) -> None:
    result = quietly(tmp_path, "sh", "-c", "echo detail; exit 7")
    assert (result.returncode, "detail" in result.stderr) == (7, True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(check_docs, "ROOT", tmp_path)
    (tmp_path / "Makefile").write_text("demo: setup\n\ttrue\n")
    (tmp_path / "there.md").write_text("# A heading, `with code`\n")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("[a](there.md) [b](there.md#a-heading-with-code) [c](https://example.com/x)", 0),
        ("[a](gone.md)", 1),
        ("![a](gone.png)", 1),
        ("[a](there.md#no-such-heading)", 1),
        ("```\n[a](gone.md)\n```", 0),
    ],
)
def test_links_must_lead_somewhere(repository: Path, text: str, wrong: int) -> None:
    document = repository / "README.md"
    document.write_text(text)
    assert len(list(check_docs.broken_links(document))) == wrong


@pytest.mark.parametrize(("text", "wrong"), [("`make demo PORT=1`", 0), ("`make fly`", 1), ("make fly\n", 1)])
def test_make_targets_must_exist(repository: Path, text: str, wrong: int) -> None:
    document = repository / "README.md"
    document.write_text(text)
    assert len(list(check_docs.unknown_targets(document))) == wrong


@pytest.mark.parametrize(("text", "wrong"), [("`vaultra assess FILE`", 0), ("`vaultra lend`", 1)])
def test_commands_must_exist(repository: Path, text: str, wrong: int) -> None:
    document = repository / "README.md"
    document.write_text(text)
    assert len(list(check_docs.unknown_commands(document))) == wrong


def test_settings_must_be_described_everywhere_and_exist(repository: Path) -> None:
    (repository / "docs").mkdir()
    names = [field.encode_name for field in msgspec.structs.fields(Settings)]
    (repository / ".env.example").write_text("".join(f"#{name}=\n" for name in names))
    (repository / "docs" / "configuration.md").write_text("".join(f"| `{name}` | |\n" for name in names))
    assert list(check_docs.undocumented_settings()) == []
    (repository / ".env.example").write_text("".join(f"#{name}=\n" for name in [*names[1:], "NOBODY_READS_THIS"]))
    assert len(list(check_docs.undocumented_settings())) == 2

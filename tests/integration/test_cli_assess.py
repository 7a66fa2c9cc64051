"""`vaultra assess`, as a person or a script calls it."""

import json
from pathlib import Path

import pytest

from support.command import vaultra_here as vaultra

SALES = "date,amount,currency,customer\n" + "".join(
    f"2025-{month:02}-{day:02},{20 + day}.50,eur,c{day % 7}\n" for month in range(1, 7) for day in range(1, 29)
)


def test_a_report_from_a_file_and_from_standard_input_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text(SALES)
    from_file, from_input = vaultra("assess", str(path)), vaultra("assess", "-", given=SALES)
    assert (from_file.code, from_file.complaint) == (0, "")
    assert from_file.output == from_input.output
    assert from_file.output.startswith("2025-05-30 to 2025-06-28, amounts in EUR\n")
    assert "Funding readiness " in from_file.output
    assert "Informational only" in from_file.output


def test_json_has_the_figures_whole(tmp_path: Path) -> None:
    run = vaultra("assess", "-", "--json", "--as-of", "2025-03-10", "--rulebook", "baseline-1", given=SALES)
    assert (run.code, run.complaint) == (0, "")
    report = json.loads(run.output)
    assert report.keys() == {"metrics", "assessment", "recommendations"}
    expected = sum(20.5 + day for day in (*range(9, 29), *range(1, 11)))  # 9 February to 10 March
    assert report["metrics"]["revenue_total"] == pytest.approx(expected, abs=1e-9)
    assert report["metrics"]["transaction_count"] == 30
    assert (report["assessment"]["rulebook"], report["assessment"]["as_of"]) == ("baseline-1", "2025-03-10")
    assert sum(line["points"] for line in report["assessment"]["contributions"]) == report["assessment"]["raw_score"]


def test_every_malformed_line_is_named_by_its_number() -> None:
    lines = ["date,amount", "2025-01-01,5", "2025-13-01,5", "2025-01-02,many", "x", "2025-01-03,5"]
    run = vaultra("assess", "-", given="\n".join(lines))
    assert (run.code, run.output) == (2, "")
    head, *complaints = run.complaint.splitlines()
    assert head == "vaultra: 3 lines cannot be read:"
    assert [line.split(":")[0] for line in complaints] == ["line 3", "line 4", "line 5"]


def test_malformed_objects_are_named_by_their_line_too() -> None:
    good = {"object": "charge", "id": "ch_1", "created": 1735689600, "currency": "usd", "amount": 500,
            "amount_captured": 500, "captured": True, "status": "succeeded", "livemode": False}  # fmt: skip
    lines = [json.dumps(good), "{not json", json.dumps({**good, "amount": "5"}), '{"object":"charge"}', "[]"]
    run = vaultra("assess", "-", given="\n".join(lines))
    assert (run.code, run.output) == (2, "")
    assert [line.split(":")[0] for line in run.complaint.splitlines()[1:]] == ["line 2", "line 3", "line 4"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--as-of", "yesterday"], "--as-of yesterday is no date: use YYYY-MM-DD."),
        (["--as-of", "9999-12-31"], "9999-12-31 lies outside"),
        (["--rulebook", "x"], "There is no rulebook 'x'"),
        (["--timezone", "Mars/Olympus"], "There is no time zone 'Mars/Olympus'."),
        (["--currency", "euro"], "'euro' is no currency"),
    ],
)
def test_a_senseless_option_is_refused(options: list[str], says: str) -> None:
    run = vaultra("assess", "-", *options, given=SALES)
    assert (run.code, run.output) == (2, ""), run
    assert run.complaint.startswith(f"vaultra: {says}")


def test_a_file_that_is_not_there_or_empty_is_refused(tmp_path: Path) -> None:
    missing = vaultra("assess", str(tmp_path / "none.csv"))
    assert (missing.code, missing.complaint) == (
        2,
        f"vaultra: {tmp_path / 'none.csv'} cannot be read: No such file or directory.\n",
    )
    empty = vaultra("assess", "-")
    assert (empty.code, empty.complaint) == (2, "vaultra: The file is empty.\n")

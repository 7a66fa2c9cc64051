"""An export is a ZIP of what came, and a spreadsheet that opens it runs nothing."""

import csv
import io
import json
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaultra_core.errors import RateLimited
from vaultra_http import archive as archives
from vaultra_http.archive import Format, archive, cell

ROWS: dict[str, list[dict[str, Any]]] = {
    "businesses": [{"id": "b", "name": '=HYPERLINK("https://x")', "currency": None}],
    "daily_activity": [{"day": f"2026-01-{n:02}", "net": -n, "customers": {"a": 1}} for n in range(1, 31)],
}


async def batches() -> AsyncIterator[tuple[str, list[dict[str, Any]]]]:
    for table, rows in ROWS.items():
        for start in range(0, len(rows), 7):
            yield table, rows[start : start + 7]


async def unpacked(kind: Format) -> dict[str, str]:
    content = b"".join([chunk async for chunk in await archive(batches(), kind)])
    with zipfile.ZipFile(io.BytesIO(content)) as folder:
        return {name: folder.read(name).decode() for name in folder.namelist()}


async def test_json_lines_are_the_rows() -> None:
    files = await unpacked("json")
    assert set(files) == {"businesses.jsonl", "daily_activity.jsonl"}
    for table, rows in ROWS.items():
        assert [json.loads(line) for line in files[f"{table}.jsonl"].splitlines()] == rows


async def test_csv_has_one_header_and_every_row() -> None:
    files = await unpacked("csv")
    days = list(csv.DictReader(io.StringIO(files["daily_activity.csv"])))
    assert [(row["day"], row["net"]) for row in days] == [(r["day"], str(r["net"])) for r in ROWS["daily_activity"]]
    (business,) = csv.DictReader(io.StringIO(files["businesses.csv"]))
    assert business["name"].startswith("'=")


@given(st.builds("{}{}".format, st.sampled_from(["", "=", "+", "-", "@", "\t", "\r"]), st.text()))
def test_no_text_is_a_formula(text: str) -> None:
    safe = cell(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert safe in (text, "'" + text)


def test_numbers_stay_numbers() -> None:
    assert [cell(value) for value in (-5, 1.5, None, True)] == [-5, 1.5, None, True]


async def test_only_so_many_are_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_busy", archives.AT_ONCE)
    with pytest.raises(RateLimited):
        await archive(batches(), "json")
    assert archives._busy == archives.AT_ONCE

"""The studies of docs/statistics.md, on a smaller scale: their results are what the page says, and what is promised."""

import os
import re

import pytest
import write_statistics

from support.studies import BETTER, PREDICTED, TREND_CASES, Share, breaches, monotone, trends
from vaultra_core import RULEBOOKS
from vaultra_core.domain.statistics import wilson

FAR = 4.5  # standard deviations: a right result lies further off once in 150,000 times
ROWS = [line.strip("|").split("|") for line in write_statistics.PAGE.read_text().splitlines() if line.startswith("| ")]


def rows(*, cells: int) -> list[list[str]]:
    """The rows of the page's one table with so many cells, without its head."""
    return [row for row in ROWS if len(row) == cells][1:]


def agrees(found: Share, cell: str, runs: int) -> bool:
    """Whether two samples can have come from one truth: the intervals of both, far wider than usual, meet."""
    percent = re.match(r"\s*([\d.]+)%", cell)
    assert percent
    low, high = wilson(found.hits, found.runs, FAR / 2**0.5)
    page_low, page_high = wilson(float(percent[1]) / 100 * runs, runs, FAR / 2**0.5)
    return low <= page_high and page_low <= high


@pytest.mark.skipif("STATISTICS" not in os.environ, reason="half a minute: set STATISTICS=1 for the full studies")
def test_the_page_is_what_the_full_studies_say() -> None:
    assert write_statistics.PAGE.read_text() == write_statistics.page(), "run scripts/write_statistics.py"


def test_trends_are_as_often_wrong_as_the_page_says() -> None:
    page = rows(cells=7)
    assert len(page) == len(TREND_CASES)
    for each, row in zip(trends(250, seed=11), page, strict=True):
        assert (int(row[0]), row[2].strip()) == (each.weeks, f"{each.memory:g}")
        for share, cell in zip((each.up, each.down, each.halves_differ), row[4:], strict=True):
            assert agrees(share, cell, write_statistics.RUNS["trends"]), (each, row)


def test_a_flat_shop_is_seldom_said_to_move() -> None:
    """Near 16 % where comparing halves is wrong most of the time, and growth that is there is found."""
    usual = next(each for each in trends(600, seed=12) if (each.weeks, each.variation, each.growth) == (26, 0.25, 0))
    false = Share(usual.up.hits + usual.down.hits, usual.up.runs)
    low, high = wilson(false.hits, false.runs, FAR)
    assert low < 0.16 < high
    assert usual.halves_differ.value > 2 * false.value
    growing = next(each for each in trends(200, seed=13) if each.growth == 0.08)
    assert growing.up.value > 0.8 and growing.down.value < 0.05


def test_predicted_breaches_come_true_as_often_as_predicted() -> None:
    found = breaches(1_000, seed=14)
    assert len(found) >= len(PREDICTED) - 2
    for each in found:
        # Both thresholds of a business share its luck, so its two outcomes count for little more than one.
        low, high = wilson(each.breached.hits, each.breached.runs, FAR)
        assert low <= each.predicted <= high, each
    for row in rows(cells=4):
        low, high = (float(text) for text in re.findall(r"([\d.]+)%", row[2])[1:])
        assert low - 3 <= float(row[1].strip().rstrip("%")) <= high + 3, row


def test_better_never_costs_points() -> None:
    assert BETTER.keys() == {factor.name for factor in RULEBOOKS["lender-2"].factors}
    for each in monotone(25, seed=15):
        assert each.fell == 0 and each.rose > 0, each
    assert [row[4].strip() for row in rows(cells=5)] == ["0"] * len(BETTER)

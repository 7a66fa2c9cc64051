"""The dashboard writes figures as the core does: `frontend/tests/format.test.ts` reads the same table."""

import datetime as dt
import json
from pathlib import Path
from typing import Any, Final

import pytest

from vaultra_core.agent import toolbox
from vaultra_core.agent.registry import Tool
from vaultra_core.domain import wording

TABLE: Final[dict[str, list[list[Any]]]] = json.loads(
    (Path(__file__).parents[2] / "frontend" / "tests" / "wording.json").read_text()
)


@pytest.mark.parametrize(("share", "text"), TABLE["percent"])
def test_percentages(share: float, text: str) -> None:
    assert wording.percent(share) == text


@pytest.mark.parametrize(("minor", "currency", "text"), TABLE["money"])
def test_amounts(minor: int, currency: str, text: str) -> None:
    assert wording.money(minor, currency) == text


@pytest.mark.parametrize(("date", "text"), TABLE["day"])
def test_days(date: str, text: str) -> None:
    assert wording.day(dt.date.fromisoformat(date)) == text


def test_the_names_of_tools() -> None:
    tools = [each for each in vars(toolbox).values() if isinstance(each, type) and issubclass(each, Tool)]
    assert {each.name: each.doing for each in tools} == dict(TABLE["tool"])

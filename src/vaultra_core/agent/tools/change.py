"""Why the score is not what it was."""

import datetime as dt
from typing import Annotated

import msgspec

from vaultra_core.agent import figures
from vaultra_core.agent.figures import Figure, Statement
from vaultra_core.agent.registry import Arguments, Finding, Tool
from vaultra_core.domain.readiness.change import Change, Move
from vaultra_core.domain.readiness.evidence import score_handle
from vaultra_core.domain.readiness.projections import change_handle
from vaultra_core.domain.wording import day
from vaultra_core.identity import Caller
from vaultra_core.use_cases.explain_score_change import ExplainScoreChange


class Span(Arguments, frozen=True, kw_only=True):
    start: Annotated[
        dt.date | None, msgspec.Meta(description="The first day; without it, 30 days before the last.")
    ] = msgspec.field(default=None, name="from")
    end: Annotated[dt.date | None, msgspec.Meta(description="The last day; without it, the newest with a score.")] = (
        msgspec.field(default=None, name="to")
    )


class MoveLine(msgspec.Struct, frozen=True, kw_only=True):
    """What one factor did to the score, and the day it began; `behind` are handles of the days' figures that came in
    or went out with it."""

    factor: str
    title: str
    change: Figure
    points_from: Figure
    points_to: Figure
    since: dt.date
    finding: Statement
    behind: list[str]


class ScoreChange(msgspec.Struct, frozen=True, kw_only=True):
    """The largest move first; the moves add up to the difference of the unrounded scores."""

    from_day: dt.date
    to_day: dt.date
    score_from: Figure
    score_to: Figure
    difference: Figure
    tier_from: str
    tier_to: str
    moves: list[MoveLine]


class ExplainChange(Tool[Span]):
    name = "explain_change"
    doing = "Finding out what moved your score"
    description = "What moved the score between two days: each factor's share in it, and the day on which it began."
    arguments = Span

    def __init__(self, change: ExplainScoreChange) -> None:
        self._change = change

    async def run(self, caller: Caller, arguments: Span) -> Finding:
        data = score_change(await self._change.execute(caller, arguments.start, arguments.end))
        span = f"from {day(data.from_day)} to {day(data.to_day)}"
        return Finding(data, f"{data.score_from.text} to {data.score_to.text}, {span}.")


def score_change(found: Change) -> ScoreChange:
    handle = change_handle(found.rulebook, found.from_day, found.to_day)
    before, after = score_handle(found.rulebook, found.from_day), score_handle(found.rulebook, found.to_day)
    return ScoreChange(
        from_day=found.from_day,
        to_day=found.to_day,
        score_from=figures.score(found.score_from, before, "Score before"),
        score_to=figures.score(found.score_to, after, "Score after"),
        difference=figures.points(found.score_to - found.score_from, handle, "Difference"),
        tier_from=found.tier_from.label,
        tier_to=found.tier_to.label,
        moves=[_line(move, handle, before, after) for move in found.moves],
    )


def _line(move: Move, handle: str, before: str, after: str) -> MoveLine:
    return MoveLine(
        factor=move.factor,
        title=move.title,
        change=figures.points(move.change, handle, f"{move.title}: change"),
        points_from=figures.points(move.points_from, before, f"{move.title}: points before"),
        points_to=figures.points(move.points_to, after, f"{move.title}: points after"),
        since=move.first_day,
        finding=Statement(move.reason, after),
        behind=[*move.entered, *move.left],
    )

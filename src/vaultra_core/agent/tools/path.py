"""The least effort that leads to a tier."""

import datetime as dt
from typing import Annotated

import msgspec

from vaultra_core.agent import figures
from vaultra_core.agent.figures import Figure, Statement
from vaultra_core.agent.registry import Arguments, Finding, Tool
from vaultra_core.domain.readiness.assessment import Tier
from vaultra_core.domain.readiness.evidence import contribution_handle, score_handle
from vaultra_core.domain.readiness.path import Path
from vaultra_core.domain.readiness.projections import path_handle
from vaultra_core.domain.readiness.scoring import lowest_score
from vaultra_core.identity import Caller
from vaultra_core.use_cases.find_path import FindPath


class TierOrScore(Arguments, frozen=True, kw_only=True):
    tier: Annotated[Tier | None, msgspec.Meta(description="The tier to reach; without it, the next one.")] = None
    target: Annotated[int, msgspec.Meta(ge=0, le=100, description="A score instead of a tier.")] | None = None


class PathStep(msgspec.Struct, frozen=True, kw_only=True):
    """`now` and `then` are the bands, as the rulebook words them; `action` is what the step takes."""

    factor: str
    title: str
    points: Figure
    now: Statement
    then: Statement
    action: Statement


class PathToTier(msgspec.Struct, frozen=True, kw_only=True):
    """When `reached` is false, the levers end at `highest`, or an obstacle that only time removes lies in the way."""

    as_of: dt.date
    score: Figure
    tier: str
    target: Figure
    missing: Figure
    reached: bool
    score_after: Figure
    tier_after: str
    highest: Figure
    steps: list[PathStep]
    obstacles: list[Statement]


class GetPathToTier(Tool[TierOrScore]):
    name = "get_path_to_tier"
    doing = "Looking for the shortest way up"
    description = "How far the next tier (or one named) is, and the least effort that reaches it, step by step."
    arguments = TierOrScore

    def __init__(self, path: FindPath) -> None:
        self._path = path

    async def run(self, caller: Caller, arguments: TierOrScore) -> Finding:
        target = lowest_score(arguments.tier) if arguments.tier and arguments.target is None else arguments.target
        data = path_to_tier(await self._path.execute(caller, target))
        way = f"{data.target.text} is reached" if data.reached else f"{data.target.text} is out of reach for now"
        return Finding(data, f"From {data.score.text}, {way} in {len(data.steps)} steps.")


def path_to_tier(found: Path) -> PathToTier:
    handle = path_handle(found.rulebook, found.as_of, found.target)
    now = score_handle(found.rulebook, found.as_of)
    steps = []
    for step in found.steps:
        at = contribution_handle(found.rulebook, found.as_of, step.factor)
        steps.append(
            PathStep(
                factor=step.factor,
                title=step.title,
                points=figures.points(step.points, handle, f"{step.title}: points to gain"),
                now=Statement(step.band_now, at),
                then=Statement(step.band_target, handle),
                action=Statement(step.action, handle),
            )
        )
    return PathToTier(
        as_of=found.as_of,
        score=figures.score(found.score, now),
        tier=found.tier.label,
        target=figures.score(found.target, handle, "Target"),
        missing=figures.points(max(found.target - found.score, 0), handle, "Points to the target"),
        reached=found.reached,
        score_after=figures.score(found.score_after, handle, "Score after these steps"),
        tier_after=found.tier_after.label,
        highest=figures.score(found.highest, handle, "Highest score within reach"),
        steps=steps,
        obstacles=[Statement(text, now) for text in found.obstacles],
    )

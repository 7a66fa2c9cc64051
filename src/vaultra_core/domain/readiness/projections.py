"""Handles of what is computed when somebody asks: they carry the question, so the answer can be had again.

| handle | names | leads to |
|---|---|---|
| `what_if:<rulebook>:<day>:<metric>=<value>,…` | the score if metrics were different | the contributions that move |
| `path:<rulebook>:<day>:<target>` | the least effort that reaches a score | the contributions that have to change |
| `outlook:<rulebook>:<day>:<days>` | the days ahead if nothing changes | chargebacks and weak weeks, as they leave |
| `change:<rulebook>:<from>:<to>` | what moved the score between two days | the contributions that moved |
"""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from vaultra_core.domain.activity import History
from vaultra_core.domain.readiness.change import explain_change
from vaultra_core.domain.readiness.evidence import Evidence, Part, contribution_handle, score_handle
from vaultra_core.domain.readiness.outlook import outlook
from vaultra_core.domain.readiness.path import path
from vaultra_core.domain.readiness.rulebook import get_rulebook
from vaultra_core.domain.readiness.scoring import assess
from vaultra_core.domain.readiness.what_if import simulate
from vaultra_core.domain.wording import day as written
from vaultra_core.domain.wording import number
from vaultra_core.errors import InvalidInput, NotFound, Unprocessable

GRAMMAR: Final = (
    "what_if:<rulebook>:<day>:<metric>=<value>",
    "path:<rulebook>:<day>:<target>",
    "outlook:<rulebook>:<day>:<days>",
    "change:<rulebook>:<from>:<to>",
)


def what_if_handle(rulebook: str, day: dt.date, changes: Mapping[str, float]) -> str:
    assumed = ",".join(f"{name}={value!r}" for name, value in sorted(changes.items()))
    return f"what_if:{rulebook}:{day}:{assumed}"


def path_handle(rulebook: str, day: dt.date, target: int) -> str:
    return f"path:{rulebook}:{day}:{target}"


def outlook_handle(rulebook: str, day: dt.date, days: int) -> str:
    return f"outlook:{rulebook}:{day}:{days}"


def change_handle(rulebook: str, start: dt.date, end: dt.date) -> str:
    return f"change:{rulebook}:{start}:{end}"


def is_projection(handle: str) -> bool:
    return handle.split(":", 1)[0] in _RESOLVERS


def resolve_projection(handle: str, history: History, as_of: dt.date) -> Evidence:
    """The answer to the question in a handle, asked again. Raise as `evidence.resolve` does."""
    kind, *rest = handle.split(":")
    if kind not in _RESOLVERS or len(rest) != 3:
        raise _no_handle(handle)
    try:
        rulebook, day = rest[0], dt.date.fromisoformat(rest[1])
        found = _RESOLVERS[kind](handle, rulebook, day, rest[2], history, as_of) if day <= as_of else None
    except (ValueError, Unprocessable):
        raise _no_handle(handle) from None
    if found is None:
        raise NotFound(f"{handle} names nothing here.", handle=handle)
    return found


def _what_if(
    handle: str, rulebook: str, day: dt.date, assumed: str, history: History, as_of: dt.date
) -> Evidence | None:
    changes = {name: float(value) for name, _, value in (each.partition("=") for each in assumed.split(","))}
    now, then = assess(history, day, rulebook), simulate(history, day, changes, rulebook)
    if now is None or then is None:
        return None
    before = {line.factor: line.points for line in now.contributions}
    moved = [line for line in then.contributions if before.get(line.factor) != line.points]
    # A cap that would act, and does not, has no contribution to lead to.
    parts = [_line(rulebook, day, line.factor, line.points) for line in moved if line.factor in before]
    return Evidence(
        handle=handle,
        kind="what_if",
        title="Score as it would be",
        statement=f"{then.score} of 100, {then.tier.label}, instead of {now.score}, if {assumed} on {written(day)}.",
        value=Decimal(then.score),
        formula=" ".join(line.reason for line in moved) or None,
        parts=(Part(handle=score_handle(rulebook, day), label="Score now", value=Decimal(now.score)), *parts),
    )


def _path(handle: str, rulebook: str, day: dt.date, target: str, history: History, as_of: dt.date) -> Evidence | None:
    found = path(history, day, int(target), rulebook)
    if found is None:
        return None
    steps = "; ".join(f"{step.title}: {step.action} ({number(step.points)} points)" for step in found.steps)
    outcome = (
        f"leads to {found.score_after}" if found.reached else f"is out of reach: the levers end at {found.highest}"
    )
    return Evidence(
        handle=handle,
        kind="path",
        title=f"The least effort to {found.target}",
        statement=f"From {found.score} on {written(day)}, the way to {found.target} {outcome}.",
        value=Decimal(found.score_after),
        formula=steps or None,
        parts=(
            Part(handle=score_handle(rulebook, day), label="Score now", value=Decimal(found.score)),
            *(_line(rulebook, day, step.factor, step.points) for step in found.steps),
        ),
    )


def _outlook(handle: str, rulebook: str, day: dt.date, days: str, history: History, as_of: dt.date) -> Evidence | None:
    found = outlook(history, day, int(days), rulebook)
    if found is None:
        return None
    end = found.scores[-1]
    leaving = {handle: each for each in found.roll_offs for handle in each.evidence}
    return Evidence(
        handle=handle,
        kind="outlook",
        title="The days ahead if nothing changes",
        statement=f"{end.score} of 100 on {written(end.day)}, if the last four weeks repeat.",
        value=Decimal(end.score),
        parts=(
            Part(handle=score_handle(rulebook, day), label="Score now", value=Decimal(found.score)),
            *(
                Part(handle=each, label=f"Leaves on {written(roll_off.leaves_on)}", value=Decimal(roll_off.count))
                for each, roll_off in leaving.items()
            ),
        ),
    )


def _change(handle: str, rulebook: str, start: dt.date, end: str, history: History, as_of: dt.date) -> Evidence | None:
    last = dt.date.fromisoformat(end)
    found = explain_change(history, start, last, rulebook) if last <= as_of else None
    if found is None:
        return None
    factors = {factor.name for factor in get_rulebook(rulebook).factors}
    return Evidence(
        handle=handle,
        kind="change",
        title="What moved the score",
        statement=f"From {found.score_from} on {written(start)} to {found.score_to} on {written(last)}.",
        value=Decimal(found.score_to - found.score_from),
        formula="the sum of the moves, of raw points",
        # A cap that has stopped acting is found where it acted last.
        parts=tuple(
            _line(rulebook, last if move.factor in factors or move.points_to else start, move.factor, move.change)
            for move in found.moves
        ),
    )


def _line(rulebook: str, day: dt.date, factor: str, points: float) -> Part:
    title = get_rulebook(rulebook).title_of(factor)
    return Part(handle=contribution_handle(rulebook, day, factor), label=title, value=Decimal(repr(points)))


def _no_handle(handle: str) -> InvalidInput:
    return InvalidInput(f"{handle!r} is no handle.", field="handle", reason="grammar", known=list(GRAMMAR))


_Resolver = Callable[[str, str, dt.date, str, History, dt.date], Evidence | None]
_RESOLVERS: Final[Mapping[str, _Resolver]] = {
    "what_if": _what_if,
    "path": _path,
    "outlook": _outlook,
    "change": _change,
}

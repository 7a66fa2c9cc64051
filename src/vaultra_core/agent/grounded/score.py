"""Answers about the score: what it is, what moves it, what to do."""

import datetime as dt

from vaultra_core.agent.grounded.ask import Ask, bullets, cite, points
from vaultra_core.agent.tools.change import MoveLine, ScoreChange
from vaultra_core.agent.tools.readiness import Breakdown, FactorLine
from vaultra_core.domain.wording import day
from vaultra_core.errors import NotFound

SHOWN = 3


def standing(data: Breakdown) -> str:
    """The score in one sentence."""
    return f"Your funding readiness score is **{data.score.text} of 100** ({data.tier}), as of {day(data.as_of)}."


async def score(ask: Ask) -> list[str]:
    data = await ask.breakdown()
    parts = [standing(data), _week(data)]
    if data.helps:
        parts.append(f"It is carried above all by {_titles(data.helps[:2])}.")
    if lost := data.by_loss[:2]:
        parts.append("Most points are lost here:\n" + bullets([_loss(line) for line in lost]))
    return [*parts, f"{data.confidence.text} of the score rests on enough data."]


async def hurting(ask: Ask) -> list[str]:
    data = await ask.breakdown()
    lost = data.by_loss[:SHOWN]
    if not lost:
        return [standing(data), "Nothing is hurting it: every factor earns its full points."]
    parts = [standing(data), "These cost the most points:\n" + bullets([_loss(line) for line in lost])]
    advice = (await ask.recommendations(1)).recommendations
    if advice:
        parts.append(f"What would help most now: **{advice[0].title}**, worth {points(advice[0].impact.text)}.")
    query = f"{lost[0].title}: why lenders look at it and how to improve it"
    return [*parts, cite(await ask.passages(query, 2))]


async def helping(ask: Ask) -> list[str]:
    data = await ask.breakdown()
    if not data.helps:
        return [standing(data), "No factor earns more than its neutral points yet."]
    lines = [
        f"**{line.title}**: {line.points.text} of {points(line.most.text)}. {line.finding.text}"
        for line in data.helps[:4]
    ]
    return [standing(data), "What speaks for you:\n" + bullets(lines)]


async def actions(ask: Ask) -> list[str]:
    data = await ask.breakdown()
    found = (await ask.recommendations(SHOWN)).recommendations
    if not found:
        return [standing(data), "There is no open recommendation: keep going as you do."]
    lines = [f"**{each.title}** (+{points(each.impact.text)}). {each.description.text}" for each in found]
    parts = [standing(data), "Start here, most important first:\n" + bullets(lines)]
    return [*parts, cite(await ask.passages(found[0].title, 2))]


async def change(ask: Ask) -> list[str]:
    span = ask.span
    data = await _explained(ask, span.start if span else None, span.end if span else None)
    period = f"from {day(data.from_day)} to {day(data.to_day)}"
    fell, rose = data.difference.value < 0, data.difference.value > 0
    if fell or rose:
        verb = "fell" if fell else "rose"
        by = points(data.difference.text.lstrip("-"))
        told = f"Your score {verb} by {by}, from {data.score_from.text} to {data.score_to.text}, {period}."
    else:
        told = f"Your score is unchanged at {data.score_to.text}, {period}."
    if ask.means("drop") and not ask.means("rise") and not fell:
        told = f"It did not drop in that time. {told}"
    elif ask.means("rise") and not ask.means("drop") and not rose:
        told = f"It did not rise in that time. {told}"
    if data.tier_from != data.tier_to:
        told += f" The tier went from {data.tier_from} to {data.tier_to}."
    if not data.moves:
        return [told, "No factor moved."]
    passages = await ask.passages(f"{data.moves[0].title}: how the score counts it, and what it shows", 2)
    return [told, "What moved it:\n" + bullets([_move(line) for line in data.moves[:4]]), cite(passages)]


async def _explained(ask: Ask, start: dt.date | None, end: dt.date | None) -> ScoreChange:
    """The change over a span, cut to the days that have a score."""
    try:
        return await ask.change(start, end)
    except NotFound as missing:
        first, last = missing.details.get("first_day"), missing.details.get("last_day")
        if first is None or last is None:
            raise
        known = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
        end = min(max(end or known[1], known[0]), known[1])
        return await ask.change(min(max(start or known[0], known[0]), end), end)


async def compute(ask: Ask) -> list[str]:
    data = await ask.breakdown()
    lines = [*data.helps, *data.neutral, *data.hurts]
    listed = [f"**{line.title}**: {line.points.text} of {points(line.most.text)}" for line in lines]
    told = f"The score is the sum of what these factors earn, under the rulebook {data.rulebook}:"
    passages = await ask.passages("How is the funding readiness score calculated?", 2)
    return [standing(data), told + "\n" + bullets(listed), "The weights are expert judgement.", cite(passages)]


async def sure(ask: Ask) -> list[str]:
    data = await ask.breakdown()
    parts = [
        standing(data),
        f"{data.confidence.text} of it rests on enough data; the rest counts as neutral until more is known.",
    ]
    if data.complete_through:
        through = day(data.complete_through)
        parts.append(f"What it is computed from agrees with Stripe's balance to the cent through {through}.")
    return parts


async def funding(ask: Ask) -> list[str]:
    data = await ask.breakdown()
    parts = [
        standing(data),
        "Vaultra is no lender and cannot promise a loan; the score says how a lender would probably read your figures.",
    ]
    if lost := data.by_loss[:2]:
        parts.append("A lender would ask about these first:\n" + bullets([_loss(line) for line in lost]))
    return [*parts, cite(await ask.passages("What do lenders look at before they lend?", 2))]


def _week(data: Breakdown) -> str:
    if data.change_in_a_week is None or data.week_ago is None:
        return ""
    moved = data.change_in_a_week
    if moved.value == 0:
        return f"A week before it was {data.week_ago.text} as well."
    verb = "more" if moved.value > 0 else "less"
    return f"That is {points(moved.text.lstrip('-'))} {verb} than the {data.week_ago.text} of a week before."


def _loss(line: FactorLine) -> str:
    return f"**{line.title}**: {points(line.lost.text)} lost. {line.finding.text}"


def _move(line: MoveLine) -> str:
    verb = "took" if line.change.value < 0 else "added"
    moved = f"{verb} {points(line.change.text.lstrip('-'))}"
    return f"**{line.title}** {moved} from {day(line.since)} on. {line.finding.text}"


def _titles(lines: list[FactorLine]) -> str:
    return " and ".join(line.title.lower() for line in lines)

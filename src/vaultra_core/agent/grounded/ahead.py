"""Answers about what could be and what comes."""

import re
from typing import Any, Final

import msgspec

from vaultra_core.agent.figures import Figure, Kind
from vaultra_core.agent.grounded.ask import Ask, bullets, cite, points, sentence
from vaultra_core.agent.levers import assumptions_in
from vaultra_core.agent.tools.what_if import AssumedLine, SimulatedScore
from vaultra_core.domain.readiness.assessment import Tier
from vaultra_core.domain.readiness.measures import DISPUTE_DAYS
from vaultra_core.domain.weekly import REFERENCE_WEEKS
from vaultra_core.domain.wording import day
from vaultra_core.errors import Unprocessable

_ALL_GONE: Final = max(DISPUTE_DAYS, 7 * REFERENCE_WEEKS)  # days after which nothing of today counts any more


async def what_if(ask: Ask) -> list[str]:
    assumed = assumptions_in(ask.question)
    if assumed is None:
        return ["Name what would be different, for example: what if I had fewer chargebacks?"]
    changes: list[dict[str, Any]] = [
        {name: value for name, value in msgspec.structs.asdict(change).items() if value is not None}
        for change in assumed.changes
    ]
    try:
        data = await ask.simulate(changes)
    except Unprocessable as impossible:
        return [f"That cannot be tried out: {impossible.message}"]
    if all(line.now and line.now.value == line.then.value for line in data.assumed):
        told = "; ".join(f"{line.title.lower()} at {line.then.text}" for line in data.assumed)
        return [f"That is how it is now: {told}. {_outcome(data)}"]
    lead = "You named no amount, so this is an example. " if assumed.example else ""
    parts = [lead + f"Assumed: {'; '.join(_assumed(line) for line in data.assumed)}.", _outcome(data)]
    if data.moved:
        lines = [
            f"**{line.title}**: {line.points_now.text} → {points(line.points_then.text)}. {line.finding.text}"
            for line in data.moved
        ]
        parts.append("What moves:\n" + bullets(lines))
    return [*parts, cite(await ask.passages(f"How the score counts {data.assumed[0].title.lower()}", 2))]


def _assumed(line: AssumedLine) -> str:
    was = f" instead of {line.now.text}" if line.now else ""
    # Half a chargeback does not come: it is a rate.
    average = " on average" if line.then.kind is Kind.COUNT and line.then.value % 1 else ""
    return f"{line.title.lower()} at {line.then.text}{average}{was}"


def _outcome(data: SimulatedScore) -> str:
    now, then = data.score_now.text, data.score_then.text
    if data.difference.value == 0:
        return f"Your score would stay at **{now} of 100** ({data.tier_now})."
    verb = "rise" if data.difference.value > 0 else "fall"
    told = f"Your score would {verb} from {now} to **{then} of 100**, by {points(data.difference.text.lstrip('-'))}."
    moved = f" The tier would go from {data.tier_now} to {data.tier_then}." if data.tier_now != data.tier_then else ""
    return told + (moved or f" The tier would stay {data.tier_then}.")


async def path(ask: Ask) -> list[str]:
    named = next(
        (tier for tier in reversed(Tier) if re.search(tier.label.replace("-", "[ -]"), ask.question, re.I)), None
    )
    asked: dict[str, Any] = {"tier": named.value} if named in (Tier.FUNDING_READY, Tier.HIGHLY_ATTRACTIVE) else {}
    if (
        number := re.search(r"\b(?:reach|to|of|at|get)\s+(?:a\s+)?(?:score\s+of\s+)?(\d{1,3})\b", ask.question)
    ) and int(number[1]) <= 100:
        asked = {"target": int(number[1])}
    data = await ask.path(**asked)
    if data.score.value >= data.target.value:
        there = f"Your score is **{data.score.text} of 100** ({data.tier})"
        return [
            f"You are there. {there}"
            + (f", and {data.target.text} was asked for." if asked else ": no tier is higher.")
        ]
    parts = [
        f"Your score is **{data.score.text} of 100** ({data.tier}). "
        f"You need {points(data.missing.text)} more to reach {data.target.text}."
    ]
    if data.reached and data.steps:
        lines = [f"**{step.title}** (+{points(step.points.text)}): {sentence(step.action.text)}" for step in data.steps]
        parts.append(f"The least effort that leads to {data.score_after.text} ({data.tier_after}):\n" + bullets(lines))
    else:
        parts.append(f"With what you can change now, the score ends at {data.highest.text}.")
        parts += [f"In the way: {sentence(obstacle.text)}" for obstacle in data.obstacles]
    ahead = await ask.outlook()
    if ahead.next_tier_on:
        parts.append(f"If nothing changes, the next tier comes by itself on {day(ahead.next_tier_on)}.")
    passages = await ask.passages(f"{data.steps[0].title}: how to improve it", 2) if data.steps else []
    return [*parts, cite(passages)]


async def outlook(ask: Ask) -> list[str]:
    data = await ask.outlook(_days_ahead(ask))
    parts = [
        f"Your score is {data.score.text} ({data.tier}) now. If the last {data.repeated.text} repeat, "
        f"it is {data.score_then.text} on {day(data.until)}."
    ]
    if data.crossings:
        lines = [f"{day(each.day)}: {each.score.text}, {each.tier}" for each in data.crossings[:4]]
        parts.append("It enters another tier on these days:\n" + bullets(lines))
    if data.leaving:
        first = data.leaving[0]
        parts.append(f"The next thing to stop counting against you leaves on {day(first.leaves_on)}.")
    return [*parts, "This is a continuation of what was, no forecast."]


async def limits(ask: Ask) -> list[str]:
    data = await ask.outlook(30)
    lines = []
    for each in data.limits:
        if each.crossed:
            told = "this month is above it already"
        elif each.absorbable.value == 0:
            told = "the next chargeback crosses it"
        else:
            told = f"{each.absorbable.text} more can come this month before you cross it"
        odds = (
            f"; over the next 30 days the probability of crossing it is {each.probability.text}"
            if each.probability
            else ""
        )
        lines.append(f"**{each.threshold.text}** ({each.source}): {told}{odds}.")
    parts = ["Chargebacks against card networks' thresholds, as a share of sales:\n" + bullets(lines)]
    passages = await ask.passages("Card network monitoring programmes and chargeback thresholds", 2)
    return [*parts, cite(passages)]


async def roll_off(ask: Ask) -> list[str]:
    data = await ask.outlook(_ALL_GONE)
    if not data.leaving:
        return ["Nothing counts against you that would leave its window: no chargeback and no weak week."]
    lines = [
        f"{day(each.leaves_on)}: {each.count.text} {_counted(each.count)} of {day(each.first)} ({each.amount.text})"
        for each in data.leaving[:10]
    ]
    parts = ["They stop counting on these days:\n" + bullets(lines)]
    if more := data.leaving[10:]:
        parts.append(
            f"The last follows on {day(more[-1].leaves_on)}."
            if len(more) == 1
            else f"Others follow, the last on {day(more[-1].leaves_on)}."
        )
    if data.next_tier_on:
        parts.append(f"If nothing else changes, you enter the next tier on {day(data.next_tier_on)}.")
    return parts


def _counted(count: Figure) -> str:
    """What a figure counts, in the singular where it is one."""
    return count.label.lower().removesuffix("s") if count.value == 1 else count.label.lower()


def _days_ahead(ask: Ask) -> int:
    if re.search(r"\bhalf a year\b", ask.question, re.I):
        return 182
    found = re.search(
        r"\b(\d{1,3}|a|one|two|three|six|twelve|next)\s+(day|week|month|quarter|year)s?\b", ask.question.lower()
    )
    if found is None:
        return 90
    words = {"a": 1, "one": 1, "next": 1, "two": 2, "three": 3, "six": 6, "twelve": 12}
    count = words.get(found[1]) or int(found[1] if found[1].isdigit() else 1)
    return max(1, min(365, count * {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}[found[2]]))

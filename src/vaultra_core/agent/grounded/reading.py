"""Answers out of the knowledge base, and what can be asked at all."""

import re
from typing import Final

from vaultra_core.agent.grounded.ask import Ask, bullets, cite
from vaultra_core.agent.grounded.score import standing
from vaultra_core.agent.numbers import found_in, plain
from vaultra_core.agent.prose import sentences
from vaultra_core.agent.tools.knowledge import PassageLine
from vaultra_core.errors import NotFound

CAN_ANSWER: Final = (
    "What is my score, and what is hurting it?",
    "What should I do this week?",
    "Why did my score drop last month?",
    "What if I had fewer chargebacks?",
    "How far am I from the next tier?",
    "Which disputes count against me?",
    "How is my revenue doing?",
    "What do lenders look at?",
)
_SHOWN: Final = 900  # characters of a passage
# Below this, the nearest passage probably has nothing to do with the question: with the local embedder, eighteen
# questions about the weather, cups and pizza came to 0.39 at most, and nine in ten that a document answers to more (of
# the tuning half of bench/questions.txt). Saying what can be asked is better than an answer to something else.
LEAST_SCORE: Final = 0.4
_NEAR: Final = 0.8  # of the nearest passage's score: what else is worth reading on the same question


async def knowledge(ask: Ask) -> list[str]:
    return passages_on(await ask.passages(ask.question)) or await outside(ask)


def passages_on(passages: list[PassageLine]) -> list[str]:
    """The beginning of the nearest, and where to read on; nothing when even that has little to do with the question."""
    if not passages or passages[0].score < LEAST_SCORE:
        return []
    first = passages[0]
    near = [each for each in passages[1:] if each.doc_id != first.doc_id and each.score >= _NEAR * first.score]
    return [f"**{first.section or first.title}** [{first.doc_id}]", _excerpt(first), cite(near)]


async def lenders(ask: Ask) -> list[str]:
    passages = await ask.passages("What do lenders look at before they fund a small business?", 3)
    parts = []
    if passages:
        parts = [f"**{passages[0].section or passages[0].title}** [{passages[0].doc_id}]", _excerpt(passages[0])]
        parts.append(cite([each for each in passages[1:] if each.doc_id != passages[0].doc_id]))
    try:
        data = await ask.breakdown()
    except NotFound:
        return [*(parts or await outside(ask))]
    lines = [*data.helps, *data.neutral, *data.hurts]
    listed = [
        f"**{line.title}**: {line.points.text} of {line.most.text} points" for line in lines if line.most.value > 0
    ]
    return [*parts, "How you stand in what they look at. " + standing(data) + "\n" + bullets(listed)]


async def capable(ask: Ask) -> list[str]:
    return [
        "I answer from your own figures and from a small library about funding; no figure comes from anywhere else. "
        "For example:\n" + bullets(list(CAN_ANSWER))
    ]


async def outside(ask: Ask) -> list[str]:
    return ["I have no answer to that. What I can answer, for example:\n" + bullets(list(CAN_ANSWER))]


def _excerpt(passage: PassageLine) -> str:
    """The beginning of a passage, in whole sentences, with its source behind each figure and at the end."""
    shown: list[str] = []
    for each in sentences(passage.text.text):
        if shown and sum(map(len, shown)) + len(each) > _SHOWN:
            break
        shown.append(each)
    shown[-1] = shown[-1].rstrip()
    cited = []
    for number, each in enumerate(shown, 1):
        text = each.rstrip()
        source = re.search(r"\w", text) and (number == len(shown) or found_in(plain(text)))
        cited.append(f"{text} [{passage.doc_id}]{each[len(text) :]}" if source else each)
    return "".join(cited).strip()

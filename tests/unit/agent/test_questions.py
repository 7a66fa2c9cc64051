"""The questions that owners ask most, and others in their words: what is recognised, asked and answered."""

import re
from typing import Any

import msgspec
import pytest

from support.owners import NOW, Owner, an_owner, tools_over
from support.questions import ASKED, QUESTIONS
from vaultra_core.agent import figures
from vaultra_core.agent.grounded.answer import grounded_answer
from vaultra_core.agent.grounded.ask import Ask
from vaultra_core.agent.grounded.intents import intent_of
from vaultra_core.agent.grounds import Grounds
from vaultra_core.agent.prose import sentences
from vaultra_core.agent.registry import ToolRegistry, ToolResult
from vaultra_core.agent.tools.knowledge import Passages
from vaultra_core.agent.tools.outlook import OutlookData
from vaultra_core.agent.tools.path import PathToTier
from vaultra_core.domain.knowledge import Passage
from vaultra_core.domain.readiness.assessment import Tier

DOCUMENT = Passage(
    doc_id="funding-readiness-factors",
    title="What lenders look at",
    category="lending-criteria",
    section="What they read first",
    text="Lenders look at revenue, its growth and its steadiness. Many ask for at least 10,000 USD a month.",
    score=0.9,
)


class OneDocument:
    """A knowledge base that knows about lenders, and finds nothing near any other question."""

    async def execute(self, query: str, top_k: int = 5) -> list[Passage]:
        near = re.search(
            r"lend|chargeback|payout|calculat|vamp|refund|concentrat|improve|early|raise|watch", query, re.I
        )
        return [DOCUMENT] if near else []


@pytest.fixture(scope="module")
async def owner() -> Owner:
    return await an_owner()


@pytest.fixture(scope="module")
def tools(owner: Owner) -> ToolRegistry:
    return tools_over(owner.storage, OneDocument())


def test_there_are_the_thirty_most_asked_and_their_paraphrases() -> None:
    assert len(ASKED) >= 30 and len(QUESTIONS) >= 60
    assert len({question for question, _ in QUESTIONS}) == len(QUESTIONS)


@pytest.mark.parametrize(("question", "held"), QUESTIONS, ids=[question for question, _ in QUESTIONS])
async def test_the_answer_holds_what_was_asked_and_nothing_invented(
    owner: Owner, tools: ToolRegistry, question: str, held: str
) -> None:
    grounds = Grounds()

    async def call(name: str, arguments: Any) -> ToolResult:
        result = await tools.call(owner.caller, name, arguments)
        grounds.add(result)
        assert not isinstance(result.data, Passages) or name == "search_knowledge"
        return result

    answer = await grounded_answer(question, NOW.date(), call)
    assert re.search(held, answer, re.DOTALL), answer
    raw = re.search(r"\d\.\d{3,}|\d{4}-\d\d-\d\d|\bNone\b", answer)
    assert raw is None, raw
    assert [verdict.invented for each in sentences(answer) if (verdict := grounds.judge(each)).invented] == []


@pytest.mark.parametrize(
    "question",
    [
        "How do I contest a chargeback?",
        "How long do I have to answer a dispute?",
        "Can my customer withdraw a dispute?",
        "What evidence for a dispute about fraud do I need?",
        "I lost a chargeback, is there an appeal?",
    ],
)
async def test_how_to_contest_is_a_question_to_the_documents(owner: Owner, tools: ToolRegistry, question: str) -> None:
    async def call(name: str, arguments: Any) -> ToolResult:
        return await tools.call(owner.caller, name, arguments)

    assert intent_of(Ask(question, NOW.date(), call)) == "knowledge"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What if chargebacks fell by half?", "chargebacks at 5 instead of 10."),
        ("What if chargebacks fell by a third?", "chargebacks at 6.67 on average instead of 10."),
    ],
)
async def test_a_part_of_a_case_is_told_as_an_average(
    owner: Owner, tools: ToolRegistry, question: str, said: str
) -> None:
    async def call(name: str, arguments: Any) -> ToolResult:
        return await tools.call(owner.caller, name, arguments)

    assert f"Assumed: {said}" in await grounded_answer(question, NOW.date(), call)


async def test_nobody_is_sent_above_the_highest_tier(owner: Owner, tools: ToolRegistry) -> None:
    async def call(name: str, arguments: Any) -> ToolResult:
        result = await tools.call(owner.caller, name, arguments)
        assert isinstance(result.data, PathToTier)
        there = msgspec.structs.replace(result.data, target=result.data.score, tier=Tier.HIGHLY_ATTRACTIVE.label)
        return msgspec.structs.replace(result, data=there)

    told = "You are there. Your score is **77 of 100** (Highly attractive)"
    assert await grounded_answer("How far am I from the next tier?", NOW.date(), call) == f"{told}: no tier is higher."
    assert (
        await grounded_answer("How far am I from a score of 60?", NOW.date(), call) == f"{told}, and 77 was asked for."
    )


@pytest.mark.parametrize(("absorbable", "crossed"), [(0, True), (0, False), (1, False), (3, False)])
async def test_every_state_of_a_limit_can_be_said(
    owner: Owner, tools: ToolRegistry, absorbable: int, crossed: bool
) -> None:
    """ "The next one this month" was one month to the check of figures, and left out."""
    grounds = Grounds()

    async def call(name: str, arguments: Any) -> ToolResult:
        result = await tools.call(owner.caller, name, arguments)
        if isinstance(result.data, OutlookData):
            count = figures.count(absorbable, "outlook", "Chargebacks that can still come this month")
            limits = [
                msgspec.structs.replace(each, absorbable=count, crossed=crossed, probability=None)
                for each in result.data.limits
            ]
            result = msgspec.structs.replace(result, data=msgspec.structs.replace(result.data, limits=limits))
        grounds.add(result)
        return result

    answer = await grounded_answer("How many more chargebacks can I afford this month?", NOW.date(), call)
    assert [verdict.invented for each in sentences(answer) if (verdict := grounds.judge(each)).invented] == []

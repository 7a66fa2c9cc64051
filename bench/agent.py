"""Our own time in a turn of the agent: everything but the model."""

import statistics
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from bench.report import Goal, Row
from bench.stage import a_container, a_stage, an_owner, connect, run
from support.sandbox import a_sandbox
from vaultra_adapters.settings import Settings
from vaultra_core.agent.chat import Chat
from vaultra_core.agent.registry import ToolRegistry
from vaultra_core.agent.turn import Token
from vaultra_core.identity import Caller
from vaultra_core.ports.language import Request, Response, Role, TextDelta, ToolCall
from vaultra_core.ports.runtime import Clock, Job
from vaultra_core.ports.storage import TenantUnitOfWorkFactory
from vaultra_core.use_cases.ingest_knowledge import IngestKnowledge
from vaultra_worker.app import make_runner

QUESTIONS = (
    "What's hurting my funding readiness?",
    "What should I do this week?",
    "What if my chargebacks fell by half?",
    "Why did my score drop last month?",
    "Which disputes count against me?",
    "How far am I from the next tier?",
    "What do lenders look at?",
)


class InstantModel:
    """Asks for the score and says a sentence, in no time at all; `wrote_at` is when the sentence was whole."""

    name = "instant"

    def __init__(self) -> None:
        self.wrote_at = 0.0

    async def generate(self, request: Request) -> Response:
        raise NotImplementedError

    async def stream(self, request: Request) -> AsyncIterator[TextDelta | Response]:
        asked = sum(message.role is Role.TOOL for message in request.messages)
        if asked < 2:  # the passages that come by themselves, and the score
            yield Response(text="", tool_calls=(ToolCall(id="1", name="get_readiness_breakdown", arguments="{}"),))
            return
        self.wrote_at = time.perf_counter()
        yield TextDelta("Your score rests on your own figures. A")
        yield Response(text="Your score rests on your own figures. A")


def turns(folder: Path, scale: float) -> list[Row]:
    """Two years of a shop in PostgreSQL; questions one after the other, as one owner asks them."""
    repeat = max(5, int(40 * scale))
    with a_stage(folder) as stage, a_sandbox(folder) as sandbox:
        settings = msgspec.structs.replace(stage, stripe_api_base=sandbox.url, stripe_connect_base=sandbox.url)
        with_model, first, grounded = run(lambda: _measured(settings, repeat))
    goal = Goal("value", "<=", 20)
    slowest = max(grounded, key=lambda question: grounded[question])
    return [
        Row(name="agent: own time of a turn with a model", value=with_model, unit="ms", goal=goal),
        Row(name="agent: first sentence after the model's", value=first, unit="ms", goal=goal),
        Row(
            name="agent: turn without a model",
            value=statistics.median(grounded.values()),
            unit="ms",
            goal=goal,
            note=f"slowest of seven: {grounded[slowest]:.0f} ms, {slowest}",
        ),
    ]


async def _measured(settings: Settings, repeat: int) -> tuple[float, float, dict[str, float]]:
    async with a_container(settings) as container:
        _, caller, _ = await an_owner(container)
        await connect(container, caller, "thrive")
        runner = await make_runner(container)
        for job in Job:
            await runner.run(job)
        await (await container.get(IngestKnowledge)).execute()
        work, clock = await container.get(TenantUnitOfWorkFactory), await container.get(Clock)
        tools = await container.get(ToolRegistry)
        model = InstantModel()
        chat = Chat(work, clock, tools, model)
        whole, first = [], []
        for number in range(repeat):  # never the same question twice: its vector is kept for a while
            spent, shown_at = await _turn(chat, caller, f"What is my score, asked for the {number}. time?")
            whole.append(spent)
            first.append((shown_at - model.wrote_at) * 1000)
        plain = Chat(work, clock, tools, None)
        grounded = {}
        for question in QUESTIONS:
            spent_on = [(await _turn(plain, caller, question))[0] for _ in range(max(3, repeat // 4))]
            grounded[question] = statistics.median(spent_on)
        await chat.close()
        await plain.close()
    return statistics.median(whole), statistics.median(first), grounded


async def _turn(chat: Chat, caller: Caller, question: str) -> tuple[float, float]:
    """Milliseconds from the question to the stored answer, and when the first of it was shown."""
    began, shown_at = time.perf_counter(), 0.0
    turn = await chat.start(caller, question)
    async for event in turn.events():
        if isinstance(event, Token) and not shown_at:
            shown_at = time.perf_counter()
    return (time.perf_counter() - began) * 1000, shown_at

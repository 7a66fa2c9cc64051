"""Our own time in a turn of the agent: everything but the model."""

import statistics
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec

from bench.report import Goal, Row
from bench.stage import a_container, a_stage, an_owner, connect, run
from support.questions import QUESTIONS
from support.sandbox import a_sandbox
from vaultra_adapters.settings import Settings
from vaultra_cli.memory import settle_collector
from vaultra_core.agent.chat import Chat, Done
from vaultra_core.agent.registry import ToolRegistry
from vaultra_core.agent.turn import Token
from vaultra_core.domain.conversations import ChatMessage
from vaultra_core.identity import Caller
from vaultra_core.ports.language import Request, Response, TextDelta, ToolCall
from vaultra_core.ports.runtime import Clock, Job
from vaultra_core.ports.storage import TenantUnitOfWorkFactory
from vaultra_core.use_cases.ingest_knowledge import IngestKnowledge
from vaultra_worker.app import make_runner

SHOP = "shop"  # 480 days with chargebacks, refunds and failed payouts: there is something to say about everything
PIECE = 20  # characters that the model writes at once
MORE = ToolCall(id="more", name="get_top_recommendations", arguments='{"limit": 4}')  # as no template asks


class InstantModel:
    """Asks for a tool beyond what it was told, and says what the templates said, in no time at all.

    `wrote_at` is when it began to write.
    """

    name = "instant"

    def __init__(self) -> None:
        self.answer: ChatMessage | None = None
        self.wrote_at = 0.0

    async def generate(self, request: Request) -> Response:
        raise NotImplementedError

    async def stream(self, request: Request) -> AsyncIterator[TextDelta | Response]:
        assert self.answer is not None
        if not any(call.id == MORE.id for message in request.messages for call in message.tool_calls):
            yield Response(text="", tool_calls=(MORE,))
            return
        text = self.answer.content
        self.wrote_at = time.perf_counter()
        for start in range(0, len(text), PIECE):
            yield TextDelta(text[start : start + PIECE])
        yield Response(text=text)


def turns(folder: Path, scale: float) -> list[Row]:
    """The questions that owners ask most, in all their words, one after the other, about a shop in PostgreSQL."""
    asked = [question for question, _ in QUESTIONS][:: max(1, round(1 / scale))]
    with a_stage(folder) as stage, a_sandbox(folder) as sandbox:
        settings = msgspec.structs.replace(stage, stripe_api_base=sandbox.url, stripe_connect_base=sandbox.url)
        plain, model, first = run(lambda: _measured(settings, asked))
    goal = Goal("value", "<=", 20)
    return [
        _row("agent: turn without a model, median", plain, asked, goal),
        _row("agent: own time of a turn with a model, median", model, asked, goal),
        Row(name="agent: first sentence after the model's", value=statistics.median(first), unit="ms", goal=goal),
    ]


def _row(name: str, times: Sequence[float], asked: Sequence[str], goal: Goal) -> Row:
    slowest, question = max(zip(times, asked, strict=True))
    p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
    note = f"p95 {p95:.0f} ms of {len(times)} questions; slowest {slowest:.0f} ms, {question}"
    return Row(name=name, value=statistics.median(times), unit="ms", goal=goal, note=note)


async def _measured(settings: Settings, asked: Sequence[str]) -> tuple[list[float], list[float], list[float]]:
    async with a_container(settings) as container:
        _, caller, _ = await an_owner(container)
        await connect(container, caller, SHOP)
        runner = await make_runner(container)
        for job in Job:
            await runner.run(job)
        await (await container.get(IngestKnowledge)).execute()
        work, clock = await container.get(TenantUnitOfWorkFactory), await container.get(Clock)
        tools = await container.get(ToolRegistry)
        model = InstantModel()
        plain, written = Chat(work, clock, tools, None), Chat(work, clock, tools, model)
        # As in a process that has served for a while: statements are known, and the vectors of what templates look up.
        # Those of the questions themselves are not, for none is asked twice in the same words.
        for question in asked:
            model.answer, *_ = await _turn(plain, caller, f"{question} Please.")
        await _turn(written, caller, f"{asked[-1]} Please, please.")
        settle_collector()
        without, with_model, first = [], [], []
        for question in asked:
            model.answer, spent, _ = await _turn(plain, caller, question)
            without.append(spent)
            _, spent, shown_at = await _turn(written, caller, f"{question} Thank you.")
            with_model.append(spent)
            first.append((shown_at - model.wrote_at) * 1000)
        await plain.close()
        await written.close()
    return without, with_model, first


async def _turn(chat: Chat, caller: Caller, question: str) -> tuple[ChatMessage, float, float]:
    """The stored answer, milliseconds from the question to it, and when the first of it was shown."""
    began, shown_at = time.perf_counter(), 0.0
    turn = await chat.start(caller, question)
    async for event in turn.events():
        if isinstance(event, Token) and not shown_at:
            shown_at = time.perf_counter()
        if isinstance(event, Done):
            return event.answer, (time.perf_counter() - began) * 1000, shown_at
    raise RuntimeError(f"{question!r} was not answered")

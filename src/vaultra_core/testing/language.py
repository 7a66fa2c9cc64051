"""A language model that does what a test says: each request takes the next behaviour of its script."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import msgspec

from vaultra_core.errors import Unavailable
from vaultra_core.ports.language import DEPENDENCY, Request, Response, TextDelta, ToolCall, Usage


class Says(msgspec.Struct, frozen=True):
    """Writes a text, in pieces of so many characters, and ends."""

    text: str
    piece: int = 7


class Calls(msgspec.Struct, frozen=True):
    """Asks for tools: (name, arguments as JSON)."""

    calls: tuple[tuple[str, str], ...]


class Fails(msgspec.Struct, frozen=True):
    """Refuses with an HTTP status."""

    status: int


class BreaksOff(msgspec.Struct, frozen=True):
    """Writes a text and then is gone, without an end."""

    text: str


class Hangs(msgspec.Struct, frozen=True):
    """Writes a text, and then nothing more, ever."""

    text: str = ""


class Babbles(msgspec.Struct, frozen=True):
    """Answers with what is no JSON."""


Behaviour = Says | Calls | Fails | BreaksOff | Hangs | Babbles
Script = Callable[..., None]
RETRIED: Final = (429, 500, 503)


class ScriptedModel:
    """`requests` is what was asked. Without a behaviour left it says nothing; refusals that pass are tried again."""

    name = "scripted"

    def __init__(self, *script: Behaviour | Callable[[Request], Behaviour]) -> None:
        self._script = list(script)
        self.requests: list[Request] = []
        self.closed = 0

    def script(self, *behaviours: Behaviour) -> None:
        self._script += behaviours

    def _next(self, request: Request) -> Behaviour:
        self.requests.append(request)
        behaviour = self._script.pop(0) if self._script else Says("")
        if isinstance(behaviour, Fails) and behaviour.status in RETRIED and self._script:
            return self._next(request)
        return behaviour(request) if callable(behaviour) else behaviour

    async def generate(self, request: Request) -> Response:
        async for event in self.stream(request):
            if isinstance(event, Response):
                return event
        raise AssertionError("a stream ends with its response")

    async def stream(self, request: Request) -> AsyncIterator[TextDelta | Response]:
        behaviour: Any = self._next(request)
        try:
            text = getattr(behaviour, "text", "")
            size = getattr(behaviour, "piece", 7)
            for start in range(0, len(text), size):
                yield TextDelta(text[start : start + size])
            if isinstance(behaviour, Hangs):
                await asyncio.Event().wait()
            if not isinstance(behaviour, Says | Calls):
                raise Unavailable("The language model is not there.", dependency=DEPENDENCY)
            calls = getattr(behaviour, "calls", ())
            yield Response(
                text=text,
                tool_calls=tuple(
                    ToolCall(id=f"call_{place}", name=name, arguments=arguments)
                    for place, (name, arguments) in enumerate(calls)
                ),
                usage=Usage(10, max(1, len(text) // 4)),
            )
        finally:
            self.closed += 1

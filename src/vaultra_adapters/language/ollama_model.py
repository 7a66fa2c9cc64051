import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx

from vaultra_core.errors import Unavailable
from vaultra_core.ports.language import DEPENDENCY, Message, Request, Response, Role, TextDelta, ToolCall, Usage

TIMEOUT: Final = httpx.Timeout(60.0, connect=5.0)  # seconds; a model may have to be loaded before its first piece
RETRIES: Final = 2
FIRST_WAIT: Final = 0.5  # seconds, doubled with each retry, and drawn between half of it and all


class OllamaModel:
    """A model that a server of Ollama runs, over its own API."""

    def __init__(
        self,
        model: str,
        *,
        base_url: str,
        retries: int = RETRIES,
        timeout: httpx.Timeout = TIMEOUT,
        first_wait: float = FIRST_WAIT,
    ) -> None:
        self._client = httpx.AsyncClient(base_url=base_url, timeout=timeout)
        self._model = model
        self._retries = retries
        self._first_wait = first_wait

    @property
    def name(self) -> str:
        return self._model

    async def generate(self, request: Request) -> Response:
        async for event in self.stream(request):
            if isinstance(event, Response):
                return event
        raise AssertionError("a stream ends with its response")

    async def stream(self, request: Request) -> AsyncIterator[TextDelta | Response]:
        text: list[str] = []
        calls: list[ToolCall] = []
        last: dict[str, Any] = {}
        try:
            async with self._answer(self._asked(request)) as answer:
                async for line in answer.aiter_lines():
                    last = json.loads(line) if line.strip() else last
                    if "error" in last:
                        raise ValueError(last["error"])
                    message = last.get("message") or {}
                    calls += _calls(message.get("tool_calls") or (), len(calls))
                    if piece := message.get("content"):
                        text.append(piece)
                        yield TextDelta(piece)
        except (httpx.HTTPError, ValueError, LookupError, TypeError, AttributeError) as error:
            message = f"The language model cannot be had: {type(error).__name__}."
            raise Unavailable(message, dependency=DEPENDENCY) from error
        if not last.get("done"):
            raise Unavailable("The language model broke off.", dependency=DEPENDENCY)
        yield Response(
            text="".join(text),
            tool_calls=tuple(calls),
            usage=Usage(last.get("prompt_eval_count") or 0, last.get("eval_count") or 0),
            truncated=last.get("done_reason") == "length",
        )

    @asynccontextmanager
    async def _answer(self, asked: dict[str, Any]) -> AsyncIterator[httpx.Response]:
        """The answer as it begins; refusals that pass are tried again. Leaving the block ends the request."""
        for attempt in range(self._retries + 1):
            again = attempt < self._retries
            try:
                async with self._client.stream("POST", "/api/chat", json=asked) as answer:
                    if not (again and (answer.status_code == 429 or answer.status_code >= 500)):
                        answer.raise_for_status()
                        yield answer
                        return
            except httpx.ConnectError:
                if not again:
                    raise
            wait = self._first_wait * 2**attempt
            await asyncio.sleep(random.uniform(wait / 2, wait))  # noqa: S311 - jitter, no secret

    def _asked(self, request: Request) -> dict[str, Any]:
        asked: dict[str, Any] = {
            "model": self._model,
            "messages": [_message(each) for each in request.messages],
            "stream": True,
            "options": {"temperature": request.temperature, "num_predict": request.max_tokens},
        }
        # Ollama knows no tool choice: without tools there is nothing to choose.
        if request.tools and request.tool_choice != "none":
            asked["tools"] = [
                {
                    "type": "function",
                    "function": {"name": tool.name, "description": tool.description, "parameters": tool.schema},
                }
                for tool in request.tools
            ]
        return asked

    async def close(self) -> None:
        await self._client.aclose()


def _message(message: Message) -> dict[str, Any]:
    told: dict[str, Any] = {"role": message.role.value, "content": message.content}
    if message.role is Role.TOOL and message.tool_call_id:
        told["tool_call_id"] = message.tool_call_id
    if message.tool_calls:
        told["tool_calls"] = [
            {"function": {"name": call.name, "arguments": _object(call.arguments)}} for call in message.tool_calls
        ]
    return told


def _object(arguments: str) -> Any:
    """Ollama takes arguments as an object; what is none is sent as an empty one."""
    try:
        found = json.loads(arguments)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _calls(found: Any, before: int) -> list[ToolCall]:
    """Ollama gives calls no ids, and arguments as an object."""
    calls = []
    for number, call in enumerate(found, before):
        function = call["function"]
        arguments = function.get("arguments") or {}
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        calls.append(ToolCall(id=call.get("id") or f"call_{number}", name=function["name"], arguments=text))
    return calls

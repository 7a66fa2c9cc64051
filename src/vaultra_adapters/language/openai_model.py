from collections.abc import AsyncIterator
from typing import Any, Final

import openai

from vaultra_core.errors import Unavailable
from vaultra_core.ports.language import DEPENDENCY, Message, Request, Response, Role, TextDelta, ToolCall, Usage

TIMEOUT: Final = openai.Timeout(30.0, connect=5.0)  # seconds; while a stream runs, between two of its pieces
RETRIES: Final = 2  # of the SDK, with jitter, after 408, 409, 429, 5xx and lost connections; it heeds Retry-After
_REASONING: Final = ("o1", "o3", "o4", "gpt-5")  # these take no temperature


class OpenAIModel:
    """Chat completions of OpenAI, or of any server that speaks its API."""

    def __init__(
        self,
        model: str,
        *,
        api_key: str | None,
        base_url: str | None = None,
        retries: int = RETRIES,
        timeout: openai.Timeout = TIMEOUT,
    ) -> None:
        # A local server often wants no key; the SDK wants one.
        self._client = openai.AsyncOpenAI(
            api_key=api_key or "none", base_url=base_url, timeout=timeout, max_retries=retries
        )
        self._model = model
        self._own_server = base_url is not None

    @property
    def name(self) -> str:
        return self._model

    async def generate(self, request: Request) -> Response:
        try:
            answer = await self._client.chat.completions.create(**self._asked(request))
            choice = answer.choices[0]
            calls = [
                ToolCall(id=call.id, name=call.function.name, arguments=call.function.arguments)
                for call in choice.message.tool_calls or ()
                if call.type == "function"
            ]
        except (openai.OpenAIError, ValueError, LookupError, TypeError) as error:
            raise _unavailable(error) from error
        return Response(
            text=choice.message.content or "",
            tool_calls=tuple(calls),
            usage=_usage(answer.usage),
            truncated=choice.finish_reason == "length",
        )

    async def stream(self, request: Request) -> AsyncIterator[TextDelta | Response]:
        text: list[str] = []
        calls: dict[int, dict[str, str]] = {}
        finished, usage = None, Usage()
        try:
            # Leaving the block, for whatever reason, ends the request.
            async with await self._client.chat.completions.create(
                **self._asked(request), stream=True, stream_options={"include_usage": True}
            ) as pieces:
                async for piece in pieces:
                    usage = _usage(piece.usage) if piece.usage else usage
                    for choice in piece.choices[:1]:
                        finished = choice.finish_reason or finished
                        _collect(calls, choice.delta.tool_calls)
                        if choice.delta.content:
                            text.append(choice.delta.content)
                            yield TextDelta(choice.delta.content)
        except (openai.OpenAIError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise _unavailable(error) from error
        if finished is None:
            raise Unavailable("The language model broke off.", dependency=DEPENDENCY)
        yield Response(
            text="".join(text),
            tool_calls=tuple(ToolCall(**calls[place]) for place in sorted(calls)),
            usage=usage,
            truncated=finished == "length",
        )

    def _asked(self, request: Request) -> dict[str, Any]:
        asked: dict[str, Any] = {"model": self._model, "messages": [_message(each) for each in request.messages]}
        # OpenAI has renamed the limit; servers that imitate it know the old name.
        asked["max_tokens" if self._own_server else "max_completion_tokens"] = request.max_tokens
        if not self._model.startswith(_REASONING):
            asked["temperature"] = request.temperature
        if request.tools:
            asked["tools"] = [
                {
                    "type": "function",
                    "function": {"name": tool.name, "description": tool.description, "parameters": tool.schema},
                }
                for tool in request.tools
            ]
            asked["tool_choice"] = request.tool_choice
        return asked

    async def close(self) -> None:
        await self._client.close()


def _message(message: Message) -> dict[str, Any]:
    told: dict[str, Any] = {"role": message.role.value, "content": message.content}
    if message.role is Role.TOOL:
        told["tool_call_id"] = message.tool_call_id
    if message.tool_calls:
        told["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    return told


def _collect(calls: dict[int, dict[str, str]], pieces: Any) -> None:
    """A tool call comes in pieces: its id and name with the first, its arguments bit by bit."""
    for piece in pieces or ():
        call = calls.setdefault(piece.index, {"id": "", "name": "", "arguments": ""})
        call["id"] = call["id"] or piece.id or f"call_{piece.index}"
        if piece.function:
            call["name"] += piece.function.name or ""
            call["arguments"] += piece.function.arguments or ""


def _usage(usage: Any) -> Usage:
    return Usage(usage.prompt_tokens or 0, usage.completion_tokens or 0) if usage else Usage()


def _unavailable(error: Exception) -> Unavailable:
    return Unavailable(f"The language model cannot be had: {type(error).__name__}.", dependency=DEPENDENCY)

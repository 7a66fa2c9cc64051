"""The tools by name: one registry for the chat and for MCP."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final, Generic, TypeVar

import msgspec

from vaultra_core.agent.figures import Figure, Said, Statement, leaves
from vaultra_core.errors import InvalidInput
from vaultra_core.identity import Caller
from vaultra_core.ports.language import ToolDefinition
from vaultra_core.views import encode

MOST_ARGUMENT_BYTES: Final = 4_096


class Arguments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a tool is asked with: what it does not know, it refuses. The business is never among it."""


class NoArguments(Arguments, frozen=True, kw_only=True):
    pass


A = TypeVar("A", bound=Arguments)


class Finding(msgspec.Struct, frozen=True):
    """What a tool found: typed data, in which every number is a figure or stands in a statement, and one line of it in
    human words."""

    data: msgspec.Struct
    summary: str


class Tool(Generic[A]):
    """A question to the application's use cases, answered for the business of whoever asks."""

    name: ClassVar[str]
    doing: ClassVar[str]  # what a person reads while it runs: "Reading your score"
    description: ClassVar[str]  # for a model
    arguments: type[A]

    async def run(self, caller: Caller, arguments: A) -> Finding:
        """Raise as the use cases behind it do."""
        raise NotImplementedError


class ToolResult(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of one call."""

    name: str
    arguments: Arguments
    summary: str
    data: msgspec.Struct

    @property
    def said(self) -> list[Said]:
        """The figures and statements of its data: all that it allows to be stated."""
        return [leaf for leaf in leaves(self.data) if isinstance(leaf, Figure | Statement)]

    def json(self) -> bytes:
        """What a model reads: the summary and the data, every figure with its text and its handle."""
        return encode({"summary": self.summary, "data": self.data})


class ToolRegistry:
    """Every tool there is. The tenant is the caller's business, whatever the arguments say."""

    def __init__(self, tools: Iterable[Tool[Any]]) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self.definitions: Sequence[ToolDefinition] = [
            ToolDefinition(tool.name, tool.description, _schema(tool.arguments)) for tool in self._tools.values()
        ]

    def doing(self, name: str) -> str:
        """What a person reads while the tool runs."""
        return self._tools[name].doing if name in self._tools else name

    async def call(self, caller: Caller, name: str, arguments: Mapping[str, Any] | bytes | Arguments) -> ToolResult:
        """Ask a tool, with arguments as a mapping, as JSON, or typed.

        Raise `InvalidInput` for an unknown tool or arguments that do not fit, and whatever its use case raises.
        """
        tool = self._tools.get(name)
        if tool is None:
            raise InvalidInput(f"There is no tool {name!r}.", field="name", known=list(self._tools))
        typed = _typed(tool, arguments)
        found = await tool.run(caller, typed)
        return ToolResult(name=name, arguments=typed, summary=found.summary, data=found.data)


def _typed(tool: Tool[A], arguments: Mapping[str, Any] | bytes | Arguments) -> A:
    if isinstance(arguments, tool.arguments):
        return arguments
    try:
        if isinstance(arguments, bytes):
            if len(arguments) > MOST_ARGUMENT_BYTES:
                raise InvalidInput(f"The arguments of {tool.name} are too long.", field="arguments", reason="too long")
            return msgspec.json.decode(arguments or b"{}", type=tool.arguments)
        return msgspec.convert(arguments, tool.arguments)
    except (msgspec.ValidationError, msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{tool.name}: {error}", field="arguments", reason=str(error)) from None


def _schema(kind: type[Arguments]) -> dict[str, Any]:
    """One self-contained schema: models and MCP clients do not all follow references."""
    (schema,), components = msgspec.json.schema_components([kind], ref_template="{name}")
    inlined: dict[str, Any] = _inlined(schema, components)
    return inlined


def _inlined(schema: Any, components: Mapping[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inlined(each, components) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if name := schema.get("$ref"):
        return _inlined(components[name], components)
    return {key: _inlined(value, components) for key, value in schema.items() if key != "title"}

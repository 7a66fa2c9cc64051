"""An owner's assistant: the SDK's own MCP client over the product's HTTP application."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import mcp_types as types
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from support.product import Product

MCP = "http://vaultra.test/mcp"
OLD, NEW = "legacy", "auto"  # the handshake of 2025, and the protocol of 2026, which has none


@asynccontextmanager
async def an_assistant(product: Product, token: str, mode: str = NEW) -> AsyncIterator[Client]:
    """A client that is connected with this token."""
    transport = httpx2.ASGITransport(app=product.app)  # type: ignore[arg-type]
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(transport=transport, headers=headers) as http,
        Client(streamable_http_client(MCP, http_client=http), mode=mode) as client,
    ):
        yield client


async def ask(client: Client, tool: str, **arguments: Any) -> Any:
    """What a tool answers, as data; fails when it refuses."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, text_of(result)
    assert result.structured_content == json.loads(text_of(result))
    return result.structured_content


def text_of(result: types.CallToolResult) -> str:
    [content] = result.content
    assert isinstance(content, types.TextContent)
    return content.text

"""`vaultra mcp`: the MCP server over standard input and output, for an assistant on the same machine."""

import argparse
import asyncio
from typing import Any

from vaultra_adapters.settings import Settings
from vaultra_cli.environment import database, settings_for
from vaultra_cli.logs import set_up_logging
from vaultra_core.errors import InvalidInput
from vaultra_core.use_cases.authenticate_token import AuthenticateToken, Granted


def mcp(options: argparse.Namespace) -> int:
    del options
    settings = settings_for()
    if not settings.mcp_token:
        raise InvalidInput("vaultra mcp needs MCP_TOKEN: a personal token, made in the dashboard's settings.")
    set_up_logging(settings)  # on standard error: standard output belongs to the protocol
    with database(settings) as ready:
        asyncio.run(_serve(ready))
    return 0


async def _serve(settings: Settings) -> None:
    """Serve until standard input ends."""
    from mcp.server.stdio import stdio_server  # noqa: PLC0415 - help must not wait for the SDK

    from vaultra_cli.operate import container_for  # noqa: PLC0415
    from vaultra_http.mcp.endpoint import make_tools, mcp_url  # noqa: PLC0415

    async with container_for(settings) as container:
        authenticate = await container.get(AuthenticateToken)
        audience = mcp_url(settings.public_url.rstrip("/"))

        async def grant(context: Any) -> Granted:
            """The token is looked at anew for every request, so that revoking it ends this process's rights too."""
            del context
            assert settings.mcp_token
            return await authenticate.execute(settings.mcp_token, audience=audience)

        await grant(None)  # a bad token is told at once, and not to the model
        server = (await make_tools(container, grant)).server()
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())

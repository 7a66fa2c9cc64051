"""The baseline of API reads: the same server and authentication, answering from one raw query of the driver's.

`python -m bench.one_query --port N`, with the product's settings in the environment.
"""

import argparse
from typing import Any

import asyncpg
from litestar import Litestar, get

from vaultra_adapters.settings import Settings
from vaultra_adapters.wiring import make_container
from vaultra_cli import serve
from vaultra_cli.environment import settings_for
from vaultra_cli.serve import http_provider, run
from vaultra_http import app as application
from vaultra_http.authentication import AuthenticatedRequest
from vaultra_http.schemas import HealthView

CONNECTIONS = 10
QUERY = "SELECT name FROM users WHERE id = $1"


@get("/api/v1/one-query", middleware=[application._authentication])
async def one_query(request: AuthenticatedRequest) -> HealthView:
    pool: asyncpg.Pool = request.app.state.pool
    assert await pool.fetchval(QUERY, request.user)
    return HealthView("ok")


async def _main(settings: Settings, port: int) -> None:
    container = make_container(settings, http_provider(settings), application="vaultra-bench")
    async with asyncpg.create_pool(settings.database_url, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:

        def create_app(*arguments: Any, **options: Any) -> Litestar:
            app = application.create_app(*arguments, **options)
            app.register(one_query)
            app.state.pool = pool
            return app

        serve.create_app = create_app  # type: ignore[attr-defined] # all else about the server stays as it is
        try:
            await serve.serve_container(container, settings, serve.listen("127.0.0.1", port))
        finally:
            await container.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    run(lambda: _main(settings_for(), given.port))

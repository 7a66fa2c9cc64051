"""The baseline of webhook acknowledgement: the same server with an ordinary handler that does INSERT … COMMIT.

Same uvicorn with the same settings, same checks, the same rows and the same answer; no batch, and none of the product's
layers around the handler, which would only make it slower. `python -m bench.one_by_one --port N`, with the product's
settings in the environment.
"""

import argparse
import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
from litestar import Litestar, Request, get, post

from vaultra_adapters.settings import Settings
from vaultra_adapters.stripe.provider import StripeProvider
from vaultra_cli.environment import settings_for
from vaultra_cli.memory import settle_collector
from vaultra_cli.serve import listen, run, serve_app
from vaultra_core.use_cases.receive_webhook import to_inbox
from vaultra_http.edges import HEADERS

CONNECTIONS = 10  # as many as the server has for everything else, and what asyncpg takes by itself
INSERT = """
    WITH stored AS (
        INSERT INTO stripe_events (id, stripe_event_id, account, event_type, livemode, payload, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING id, account, created_at
    )
    INSERT INTO waiting_events (event_id, account, due_at) SELECT * FROM stored"""


def make_app(settings: Settings) -> Litestar:
    provider = StripeProvider(settings)

    @contextlib.asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        pool = asyncpg.create_pool(settings.database_url, min_size=CONNECTIONS, max_size=CONNECTIONS)
        async with pool as app.state.pool:
            settle_collector()
            yield

    @post("/api/v1/webhooks/stripe", status_code=200, response_headers=HEADERS)
    async def receive(request: Request[Any, Any, Any]) -> dict[str, str]:
        seen = provider.read_webhook(await request.body(), request.headers["stripe-signature"])
        event = to_inbox(seen, dt.datetime.now(dt.UTC))
        row = (event.id, event.stripe_event_id, event.account, event.event_type, event.livemode, event.payload.decode())
        await request.app.state.pool.execute(INSERT, *row, event.created_at)
        return {"status": "ok"}

    @get("/health")
    async def health() -> None: ...

    return Litestar([receive, health], lifespan=[lifespan], openapi_config=None, logging_config=None)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    run(lambda: serve_app(make_app(settings_for()), listen("127.0.0.1", given.port)))

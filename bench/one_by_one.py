"""The baseline of webhook acknowledgement: the same server, but each event is committed by itself.

`python -m bench.one_by_one --port N`, with the product's settings in the environment.
"""

import argparse
from collections.abc import AsyncIterator

import asyncpg
from dishka import Provider, Scope

from vaultra_adapters.settings import Settings
from vaultra_adapters.wiring import make_container
from vaultra_cli.environment import settings_for
from vaultra_cli.serve import http_provider, listen, run, serve_container
from vaultra_core.ports.storage import EventAcceptor, StripeEvent

CONNECTIONS = 16
INSERT = """INSERT INTO stripe_events
    (id, stripe_event_id, account, event_type, livemode, payload, created_at, next_attempt_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT DO NOTHING"""


class OneByOne:
    """An `EventAcceptor` that does INSERT … COMMIT per event, over a pool of the driver's own connections."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def accept(self, event: StripeEvent) -> None:
        payload = event.payload.decode()
        row = (event.id, event.stripe_event_id, event.account, event.event_type, event.livemode, payload)
        await self._pool.execute(INSERT, *row, event.created_at)


async def _acceptor(settings: Settings) -> AsyncIterator[EventAcceptor]:
    async with asyncpg.create_pool(settings.database_url, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
        yield OneByOne(pool)


async def _main(settings: Settings, port: int) -> None:
    acceptor = Provider(scope=Scope.APP)
    acceptor.provide(_acceptor, provides=EventAcceptor)
    container = make_container(settings, http_provider(settings), acceptor, application="vaultra-bench")
    try:
        await serve_container(container, settings, listen("127.0.0.1", port))
    finally:
        await container.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    run(lambda: _main(settings_for(), given.port))

"""The long-running commands: API with dashboard, worker, scheduler."""

import argparse
import asyncio
import contextlib
import functools
import logging
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
import uvloop
from dishka import AsyncContainer, Provider, Scope
from litestar import Litestar

from vaultra_adapters.postgres.engine import JOB_STATEMENT_TIMEOUT
from vaultra_adapters.settings import Settings
from vaultra_adapters.wiring import make_container
from vaultra_cli.environment import database, settings_for
from vaultra_cli.guarded import GuardedProtocol
from vaultra_cli.knowledge import ingest_beside
from vaultra_cli.logs import set_up_logging
from vaultra_cli.memory import give_memory_back, settle_collector
from vaultra_core.errors import InvalidInput, VaultraError
from vaultra_core.use_cases.receive_webhook import ReceiveWebhook
from vaultra_http.app import create_app
from vaultra_http.edges import EdgeRules
from vaultra_http.site import PublicUrl, find_site
from vaultra_http.webhook_shortcut import WebhookShortcut
from vaultra_worker.app import running_scheduler, running_worker

logger = logging.getLogger(__name__)

DRAIN_SECONDS = 25


def serve(options: argparse.Namespace) -> int:
    settings = settings_for()
    set_up_logging(settings)
    listener = listen(options.host, options.port)
    with database(settings, migrate=not settings.production) as ready:
        # Without a Redis there is no other worker: this process does the work as well.
        run(lambda: serve_api(ready, listener, with_worker=ready.redis_url is None))
    return 0


def worker(options: argparse.Namespace) -> int:
    del options
    settings = _settings_with_queue("worker")
    set_up_logging(settings)
    with database(settings, migrate=not settings.production) as ready:
        run(lambda: _until_signal(ready, running_worker))
    return 0


def scheduler(options: argparse.Namespace) -> int:
    del options
    settings = _settings_with_queue("scheduler")
    set_up_logging(settings)
    with database(settings, migrate=not settings.production) as ready:
        run(lambda: _until_signal(ready, running_scheduler))
    return 0


def _settings_with_queue(command: str) -> Settings:
    settings = settings_for()
    if settings.redis_url is None:
        raise InvalidInput(f"vaultra {command} needs REDIS_URL: without it the API process does the work itself.")
    return settings


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run on uvloop: an idle Redis worker on asyncio's own loop hangs on SIGTERM.

    SIGTERM ends like Ctrl-C does, so that what was started on the way is stopped on the way back.
    """
    give_memory_back()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; raise `VaultraError` when the port is taken, before anything slow has begun."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        raise VaultraError(f"Port {port} of {host} cannot be used: {error.strerror}. Try another one.") from None
    return listener


def http_provider(settings: Settings) -> Provider:
    provider = Provider(scope=Scope.APP)
    provider.provide(lambda: PublicUrl(settings.public_url.rstrip("/")), provides=PublicUrl)
    return provider


def edge_rules(settings: Settings) -> EdgeRules:
    return EdgeRules(
        https=settings.public_url.startswith("https://"),
        trusted_proxies=settings.proxies,
        cors_origins=settings.origins,
    )


async def serve_api(settings: Settings, listener: socket.socket, *, with_worker: bool) -> None:
    container = make_container(settings, http_provider(settings), application="vaultra-api")
    try:
        async with running_worker(container) if with_worker else contextlib.nullcontext():
            await serve_container(container, settings, listener)
    finally:
        await container.close()


async def serve_container(
    container: AsyncContainer, settings: Settings, listener: socket.socket, *, mails: Path | None = None
) -> None:
    """Serve until told to stop; then finish what is under way within DRAIN_SECONDS."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        del app
        # Beside serving, so that nobody waits for it: until it is done, the search finds what was there before.
        ingestion = asyncio.create_task(ingest_beside(container, settings))
        settle_collector()
        yield
        ingestion.cancel()
        await asyncio.wait([ingestion])

    edges = edge_rules(settings)
    app = create_app(
        container,
        site=find_site(settings.frontend_dir),
        mails=mails,
        edges=edges,
        lifespan=[lifespan],
    )
    webhooks = WebhookShortcut(await container.get(ReceiveWebhook), edges.headers())
    await serve_app(app, listener, notice=settings.drain_notice_seconds, webhooks=webhooks)


async def serve_app(
    app: Litestar, listener: socket.socket, *, notice: float = 0, webhooks: WebhookShortcut | None = None
) -> None:
    config = uvicorn.Config(
        app,
        http=functools.partial(GuardedProtocol, webhooks=webhooks),  # type: ignore[arg-type] # it wants a class, and calls it
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    await DrainingServer(config, notice=notice).serve(sockets=[listener])


class DrainingServer(uvicorn.Server):
    """On a signal: says that it is not ready, goes on for `notice` seconds so that a balancer can see it, stops
    accepting, finishes what is under way, and returns. A second signal skips the notice.

    Uvicorn's own way sends itself the signal again, which ends the process before the database and the sandbox below it
    have been stopped.
    """

    def __init__(self, config: uvicorn.Config, *, notice: float) -> None:
        super().__init__(config)
        self._notice = notice

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        app: Any = self.config.app
        noticed, app.state.draining = app.state.get("draining", False), True
        if self._notice and not noticed:
            asyncio.get_running_loop().call_later(self._notice, super().handle_exit, sig, frame)
        else:
            super().handle_exit(sig, frame)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


async def _until_signal(
    settings: Settings, running: Callable[[AsyncContainer], contextlib.AbstractAsyncContextManager[None]]
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    container = make_container(
        settings, application="vaultra-worker", statement_timeout=JOB_STATEMENT_TIMEOUT, pool_size=15
    )
    try:
        async with running(container):
            settle_collector()
            logger.info("at work; SIGTERM ends it")
            await stop.wait()
    finally:
        await container.close()

"""What is measured stands on this: a database that waits for the disk, and the product's processes around it."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx
import uvloop
from dishka import AsyncContainer

from support.product import PASSWORD, settings_for_tests
from support.redis import a_redis
from vaultra_adapters.postgres.embedded import EmbeddedPostgres
from vaultra_adapters.postgres.migrate import upgrade
from vaultra_adapters.settings import Settings
from vaultra_adapters.wiring import make_container
from vaultra_core.domain.accounts import Business, ImportPhase, Integration
from vaultra_core.identity import Caller, Role
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.testing.contracts.samples import given_integration
from vaultra_core.use_cases.create_business import CreateBusiness
from vaultra_core.use_cases.finish_connect import FinishConnect
from vaultra_core.use_cases.sign_up import SignUp
from vaultra_core.use_cases.start_connect import StartConnect

T = TypeVar("T")


@contextlib.contextmanager
def a_stage(folder: Path) -> Iterator[Settings]:
    """Settings of an empty product on a PostgreSQL of its own, with the durability of a default server."""
    with EmbeddedPostgres(folder / "postgres") as server:
        upgrade(server.url)
        yield settings_for_tests(server.url)


@contextlib.contextmanager
def a_queue(folder: Path) -> Iterator[str]:
    (folder / "redis").mkdir(exist_ok=True)
    with a_redis(folder / "redis") as url:
        yield url


@contextlib.contextmanager
def a_process(*arguments: str, settings: Settings, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A Python process of ours (`-m vaultra_cli serve`, …) under these settings, for as long as the block lasts."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments], stdout=output, stderr=output, env=environment_of(settings)
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(40)


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment in which a process of ours reads these settings."""
    fields = {name.upper(): getattr(settings, name) for name in settings.__struct_fields__}
    return {**os.environ, **{name: str(value) for name, value in fields.items() if value is not None}}


@contextlib.contextmanager
def an_api(
    settings: Settings, folder: Path, module: tuple[str, ...] = ("vaultra_cli", "serve")
) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """The API's port and process. With a `redis_url` it leaves the work to workers."""
    port = free_port()
    with a_process("-m", *module, "--port", str(port), settings=settings, log=folder / "api.log") as process:
        wait_until_it_answers(port, process)
        yield port, process


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_it_answers(port: int, process: "subprocess.Popen[bytes]", *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200:
                return
        time.sleep(0.01)
    raise RuntimeError(f"the server did not answer (exit code {process.poll()})")


def run(work: Callable[[], Awaitable[T]]) -> T:
    """Run on the loop that the product runs on."""

    async def main() -> T:
        return await work()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main())


@contextlib.asynccontextmanager
async def a_container(settings: Settings) -> AsyncIterator[AsyncContainer]:
    container = make_container(settings, application="vaultra-bench", statement_timeout=600)
    try:
        yield container
    finally:
        await container.close()


async def a_connected_account(settings: Settings) -> Integration:
    """A connected account whose import is over, of a business without data."""
    async with a_container(settings) as container:
        factory: UnitOfWorkFactory = await container.get(UnitOfWorkFactory)
        return await given_integration(factory, phase=ImportPhase.COMPLETE, next_sync_at=None)


async def an_owner(container: AsyncContainer) -> tuple[str, Caller, Business]:
    """Somebody who has signed up (with their token) and their business."""
    sign_up = await container.get(SignUp)
    opened = await sign_up.execute(email="bench@example.com", password=PASSWORD, name="Bench")
    business = await (await container.get(CreateBusiness)).execute(opened.user.id, name="Bench")
    return opened.access_token, Caller(opened.user.id, business.id, Role.OWNER), business


async def connect(container: AsyncContainer, caller: Caller, account: str) -> Integration:
    """Connect a sandbox account by its name, through OAuth as a browser would."""
    departure = await (await container.get(StartConnect)).execute(caller, redirect_uri="http://127.0.0.1:9/callback")
    async with httpx.AsyncClient() as browser:
        redirect = await browser.get(f"{departure.url}&sandbox_account={account}&decision=approve")
    answer = {name: values[0] for name, values in parse_qs(urlsplit(redirect.headers["Location"]).query).items()}
    finish = await container.get(FinishConnect)
    integration: Integration = await finish.execute(state=finish.read_state(answer["state"]), code=answer["code"])
    return integration


async def query(settings: Settings, statement: str, *arguments: object) -> object:
    connection = await asyncpg.connect(settings.database_url)
    try:
        return await connection.fetchval(statement, *arguments)
    finally:
        await connection.close()


def resident_mib(process: "subprocess.Popen[bytes]") -> float:
    """What of a process lies in memory now (Linux)."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024

"""The product as it runs distributed: PostgreSQL, Redis, an API, two workers and a second scheduler, each a process
that can be killed, and started again as an operator's supervisor would."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
from redis import Redis

from crash import launch
from support.demo import Owner, clean_environment
from support.redis import free_port, start_redis
from support.sandbox import CLIENT_ID, SECRET_KEY, WEBHOOK_SECRET, Sandbox
from vaultra_adapters.postgres.embedded import EmbeddedPostgres

ROLES: Final = {"api": "api", "worker 1": "worker", "worker 2": "worker", "scheduler": "scheduler"}
POSTGRES: Final = "postgres"
REDIS: Final = "redis"


class Member(msgspec.Struct):
    """One of our own processes, as it runs now."""

    process: ForkServerProcess
    armed: str | None  # the boundary at which it will end
    since: float  # monotonic seconds

    @property
    def alive(self) -> bool:
        return self.process.exitcode is None


class System:
    """Everything that can be killed. The sandbox is not part of it: it is the outside world."""

    def __init__(self, folder: Path, sandbox: Sandbox, *, faults: Sequence[str] = (), lease: int | None = None) -> None:
        self.folder = folder
        self.members: dict[str, Member] = {}
        self._sandbox = sandbox
        self._faults = tuple(faults)
        self._lease = lease
        self._redis_folder = folder / "redis"
        self._redis_folder.mkdir(parents=True)
        self._redis_port, self._api_port = free_port(), free_port()
        self._redis: subprocess.Popen[bytes] | None = None
        self._postgres = EmbeddedPostgres(folder / "postgres")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._api_port}"

    @property
    def database_url(self) -> str:
        return self._postgres.url

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        try:
            self._postgres.start()
            self.start_redis()
            for name in ROLES:
                self.start(name)
            yield
        finally:
            self.end()
            if self._redis is not None:
                self._redis.kill()
                self._redis.wait()
            self._postgres.stop()

    def start(self, name: str, armed: str | None = None) -> None:
        arguments = {
            "api": ["serve", "--port", str(self._api_port)],
            "worker": ["worker"],
            "scheduler": ["scheduler"],
        }[ROLES[name]]
        self.members[name] = Member(self._launched(name, arguments, armed, self._faults), armed, time.monotonic())

    def run(self, *arguments: str) -> None:
        """A command of `vaultra` without any fault, to its end. Raise AssertionError unless it succeeds."""
        process = self._launched("command", list(arguments), None)
        process.join(300)
        assert process.exitcode == 0, f"vaultra {arguments[0]} ended with {process.exitcode}: see {self.folder}"

    def _launched(
        self, name: str, arguments: list[str], armed: str | None, faults: tuple[str, ...] = ()
    ) -> ForkServerProcess:
        return launch.start(
            arguments,
            settings=self._settings(),
            folder=self.folder,
            log=self.folder / f"{name.replace(' ', '-')}.log",
            boundary=armed,
            lease=self._lease,
            faults=faults,
        )

    def _settings(self) -> dict[str, str]:
        return clean_environment(
            DATABASE_URL=self.database_url,
            REDIS_URL=self._redis_url,
            PUBLIC_URL=self.url,
            JWT_SECRET="a secret of the crash suite that is long enough to sign with",
            STRIPE_SECRET_KEY=SECRET_KEY,
            STRIPE_WEBHOOK_SECRET=WEBHOOK_SECRET,
            STRIPE_CONNECT_CLIENT_ID=CLIENT_ID,
            STRIPE_API_BASE=self._sandbox.url,
            STRIPE_CONNECT_BASE=self._sandbox.url,
        )

    @property
    def _redis_url(self) -> str:
        return f"redis://127.0.0.1:{self._redis_port}/0"

    def start_redis(self) -> None:
        self._redis = start_redis(self._redis_folder, self._redis_port)

    def kill(self, name: str) -> None:
        """`kill -9` of one of our processes, of PostgreSQL's first process, or of Redis."""
        if name == REDIS:
            assert self._redis is not None
            self._redis.kill()
            self._redis.wait()
        elif name == POSTGRES:
            # Its supervisor starts it again by itself, as soon as the last of its processes is gone.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._postgres.pid or 0, signal.SIGKILL)
        else:
            self.members[name].process.kill()
            self.members[name].process.join()

    def end(self) -> None:
        """Kill what is left of our own processes."""
        for member in self.members.values():
            member.process.kill()
            member.process.join()
        self.members.clear()

    def flush_redis(self) -> int:
        """FLUSHALL; how many messages the stream held, waiting or acknowledged."""
        with Redis.from_url(self._redis_url) as redis:
            held = int(redis.xlen("vaultra"))
            redis.flushall()
        return held


class Business(msgspec.Struct):
    id: str
    name: str  # of its sandbox account
    account: str


def connected(url: str, sandbox: Sandbox, names: list[str]) -> list[Business]:
    """Sign somebody up over HTTP and connect a business to each of these sandbox accounts."""
    _until_it_answers(url)
    accounts = httpx.get(f"{sandbox.url}/_sandbox/accounts", timeout=30).json()["accounts"]
    ids = {account["name"]: account["id"] for account in accounts}
    with httpx.Client(base_url=f"{url}/api/v1", timeout=30) as client:
        form = {"email": "crash@example.com", "password": Owner.PASSWORD, "name": "Crash"}
        token = client.post("/auth/signup", json=form).raise_for_status().json()["token"]
        client.headers.update({"Authorization": f"Bearer {token}", "Accept": "application/json"})
        found = []
        for name in names:
            business = client.post("/users/businesses", json={"name": name}).raise_for_status().json()["id"]
            asked = client.get("/integrations/stripe/connect", params={"business_id": business}).raise_for_status()
            consent = httpx.get(f"{asked.json()['authorize_url']}&sandbox_account={name}&decision=approve", timeout=30)
            back = client.get(consent.headers["Location"])  # with the cookie that it was given
            assert "error" not in parse_qs(urlsplit(back.headers["Location"]).query), back.headers
            found.append(Business(business, name, ids[name]))
    return found


def _until_it_answers(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/health/ready", timeout=30).status_code == 200:
                return
        time.sleep(0.05)
    raise AssertionError("the API did not start")

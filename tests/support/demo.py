"""`vaultra demo` as a process of its own, and somebody who uses it by script: the product as a newcomer meets it."""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import httpx

T = TypeVar("T")
START_SECONDS = 180.0  # for machines that have other things to do as well
PR_SET_PDEATHSIG = 1
# What a developer has set for the real services must not reach a demo that a test looks into.
SETTINGS = ("DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "STRIPE_", "VAULTRA_", "RULEBOOK", "LOG_LEVEL", "JWT_SECRET")


def clean_environment(**settings: str) -> dict[str, str]:
    """This process's environment without any setting of the product, and with these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
    return kept | settings


def until(check: Callable[[], T | None], what: str, *, seconds: float = START_SECONDS, every: float = 0.05) -> T:
    """The first answer of `check` that is neither None nor False; fail after so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        answer = check()
        if answer is not None and answer is not False:
            return answer
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
        time.sleep(every)


class Demo:
    """A demo on a free port over a folder of its own. It ends with the test run, however that ends."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self._settings = dict(settings or {})
        self._process: subprocess.Popen[bytes] | None = None
        self.facts: dict[str, Any] = {}

    @property
    def url(self) -> str:
        return str(self.facts["url"])

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def output(self) -> str:
        return (self.folder.with_suffix(".log")).read_text(errors="replace")

    def start(self) -> Self:
        """Start and wait until it is ready."""
        (self.folder / "demo.json").unlink(missing_ok=True)  # that of an earlier start names another port
        command = [sys.executable, "-m", "vaultra_cli", "demo", "--port", "0", "--data-dir", str(self.folder)]
        with self.folder.with_suffix(".log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self.folder.parent,  # no .env of a developer in sight
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=clean_environment(**self._settings),
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - only calls prctl
            )
        self.facts = until(self._facts, "the demo is up")
        until(self.ready, "the demo is ready")
        return self

    def _facts(self) -> dict[str, Any] | None:
        assert self._process is not None and self._process.poll() is None, f"the demo ended:\n{self.output}"
        path = self.folder / "demo.json"
        return json.loads(path.read_text()) if path.exists() else None

    def ready(self) -> bool:
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/health/ready", timeout=120).status_code == 200
        return False

    def stop(self) -> int:
        """As Ctrl-C does; the exit code. Nothing that it started is left afterwards."""
        assert self._process is not None
        started = self.family()
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        code = self._process.wait(40)
        until(lambda: not any(_alive(pid) for pid in started), "all that the demo started has ended")
        return code

    def kill(self) -> None:
        """`kill -9` of the demo's process; what it started ends by itself."""
        assert self._process is not None
        started = self.family()
        self._process.kill()
        self._process.wait()
        until(lambda: not any(_alive(pid) for pid in started), "all that the demo started has ended")

    def kill_all(self) -> None:
        """`kill -9` of everything at once: the demo, its database, its sandbox."""
        assert self._process is not None
        if self._process.poll() is not None:  # its number may be somebody else's by now
            return
        for pid in self.family():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()

    def family(self) -> list[int]:
        """The demo's process and all that descend from it."""
        parents = dict(_processes())
        found = [self.pid]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found

    def postmaster(self) -> int:
        """The process of the embedded database that all its others descend from."""
        return int((self.folder / "postgres" / "cluster" / "postmaster.pid").read_text().split()[0])

    def sandbox(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Turn one of the sandbox's own controls, e.g. `/_sandbox/faults`."""
        answer = httpx.post(f"{self.facts['sandbox_url']}{path}", json=body, timeout=120)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    @contextlib.contextmanager
    def slow_stripe(self, *, latency_ms: float) -> Iterator[None]:
        """Every answer of the sandbox takes that long on average."""
        self.sandbox("/_sandbox/faults", {"latency_ms": latency_ms})
        try:
            yield
        finally:
            self.sandbox("/_sandbox/faults", {})

    def mailed_link(self, email: str, page: str) -> str:
        """The newest link to this page that was mailed to this address, once it is in the outbox."""

        def look() -> str | None:
            outbox = httpx.get(self.facts["mail_url"], headers={"Accept": "application/json"}, timeout=120).json()
            links = (link for mail in outbox["mails"] if mail["to"] == email for link in mail["links"])
            return next((link for link in links if urlsplit(link).path == page), None)

        return until(look, f"a mail to {email} that leads to {page}")

    def signed_up(self, email: str, name: str = "Olive Owner") -> "Owner":
        owner = Owner(self)
        owner.sign_up(email, name)
        return owner


@contextlib.contextmanager
def a_demo(folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[Demo]:
    demo = Demo(folder, settings)
    try:
        yield demo.start()
    finally:
        if demo._process is not None:
            with contextlib.suppress(AssertionError, subprocess.TimeoutExpired):
                demo.stop()
            demo.kill_all()


class Owner:
    """Somebody who goes the way of a user by HTTP, with nothing in hand but addresses and answers."""

    PASSWORD = "correct horse battery"

    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        self.token = ""

    def sign_up(self, email: str, name: str) -> None:
        body = {"email": email, "password": self.PASSWORD, "name": name}
        self.token = self.call("POST", "/auth/signup", body, expect=201)["token"]

    def log_in(self, email: str, password: str = PASSWORD) -> None:
        self.token = self.call("POST", "/auth/login", {"email": email, "password": password})["token"]

    def business(self, name: str = "Corner Café", **fields: Any) -> str:
        return str(self.call("POST", "/users/businesses", {"name": name, **fields}, expect=201)["id"])

    def connect(self, business: str, account: str) -> None:
        """From the product to the sandbox's consent page, and back with what that hands out."""
        begun = self.ask("GET", "/integrations/stripe/connect", business_id=business)
        consent = httpx.get(f"{begun.json()['authorize_url']}&sandbox_account={account}&decision=approve", timeout=120)
        assert consent.status_code in (302, 303), consent.text
        back = httpx.get(consent.headers["Location"], cookies=begun.cookies, timeout=120)
        assert back.headers["Location"] == f"/dashboard?business_id={business}", back.headers

    def status(self, business: str) -> dict[str, Any]:
        return self.call("GET", "/integrations/stripe/status", business_id=business)

    def watch_import(
        self, business: str, *, stop: Callable[[dict[str, Any]], bool] | None = None, seconds: float = 60
    ) -> list[dict[str, Any]]:
        """Poll the status until `stop` says so (default: the import is complete); every state that was seen."""
        seen: list[dict[str, Any]] = []

        def look() -> bool:
            state = self.status(business)["import"]
            if not seen or state != seen[-1]:
                seen.append(state)
            return stop(state) if stop else bool(state["state"] == "complete")

        until(look, "the import gets there", seconds=seconds, every=0.02)
        return seen

    def wait_for_score(self, business: str) -> dict[str, Any]:
        """The first score: that of the newest 90 days, while the rest may still be on its way."""
        path = "/readiness"
        until(lambda: self.ask("GET", path, business_id=business).status_code == 200, "there is a score", every=0.02)
        return self.call("GET", path, business_id=business)

    def call(self, method: str, path: str, body: Any = None, *, expect: int = 200, **query: Any) -> dict[str, Any]:
        answer = self.ask(method, path, body, **query)
        assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text}"
        return dict(answer.json())

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        url = f"{self.demo.url}/api/v1{path}"
        return httpx.request(method, url, json=body, params=query, headers=headers, timeout=120)


def _die_with_parent() -> None:
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _processes() -> Iterator[tuple[int, int]]:
    """Each process's id with its parent's."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
                yield int(entry.name), int(fields[1])


def _alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return (Path("/proc") / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()[0] != "Z"
    return False

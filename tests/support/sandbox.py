"""The Stripe sandbox as a process, for tests: the far side of every connection."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CLIENT_ID = "ca_tests"
SECRET_KEY = "sk_test_tests"
WEBHOOK_SECRET = "whsec_tests"


@dataclass(frozen=True)
class Sandbox:
    url: str
    data: Path

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """A sandbox command on this sandbox's data, e.g. `run("load", FILE, "--account", "cdnow")`."""
        command = [sys.executable, "-m", "vaultra_sandbox", *arguments, "--data", str(self.data)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


@contextmanager
def a_sandbox(folder: Path, options: Sequence[str] = ()) -> Iterator[Sandbox]:
    data, ready = folder / "sandbox.sqlite", folder / "sandbox.url"
    ready.unlink(missing_ok=True)
    command = [
        sys.executable, "-m", "vaultra_sandbox", "serve", "--die-with-parent",
        "--data", str(data), "--ready-file", str(ready), "--client-id", CLIENT_ID, "--secret-key", SECRET_KEY,
        *options,
    ]  # fmt: skip
    with (folder / "sandbox.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 180
        while not (ready.exists() and ready.read_text().strip()):
            assert process.poll() is None, (folder / "sandbox.log").read_text()
            assert time.monotonic() < deadline, "the sandbox did not start in time"
            time.sleep(0.05)
        yield Sandbox(ready.read_text().strip(), data)
    finally:
        process.terminate()
        process.wait(10)

"""The Stripe sandbox as a process of its own, beside the demo: the product only knows its base address."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from vaultra_core.errors import Unavailable

START_SECONDS = 60


@contextlib.contextmanager
def running_sandbox(
    folder: Path, *, client_id: str, secret_key: str, webhook_url: str, webhook_secret: str
) -> Iterator[str]:
    """The sandbox's URL, for as long as the block lasts. Raise `Unavailable` when it does not start."""
    ready = folder / "sandbox.url"
    ready.unlink(missing_ok=True)
    command = [
        sys.executable, "-m", "vaultra_sandbox", "serve", "--live", "--die-with-parent",
        "--data", str(folder / "sandbox.sqlite"), "--ready-file", str(ready),
        "--client-id", client_id, "--secret-key", secret_key,
        "--webhook-url", webhook_url, "--webhook-secret", webhook_secret,
    ]  # fmt: skip
    with (folder / "sandbox.log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # noqa: S603 - our own
    try:
        yield _wait_for(ready, process, folder / "sandbox.log")
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(ready: Path, process: "subprocess.Popen[bytes]", log: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if ready.exists() and (url := ready.read_text().strip()):
            return url
        time.sleep(0.05)
    tail = log.read_text(errors="replace")[-800:]
    raise Unavailable(f"The Stripe sandbox did not start: {tail}", dependency="stripe")

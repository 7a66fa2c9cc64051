"""Run the server in this process until it is told to stop."""

import contextlib
import ctypes
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import uvicorn

from vaultra_sandbox.app import create_app
from vaultra_sandbox.sandbox import Settings

_PR_SET_PDEATHSIG: Final = 1


class _Server(uvicorn.Server):
    """Tells where it listens once it does."""

    def __init__(self, config: uvicorn.Config, url: str, ready_file: Path | None) -> None:
        super().__init__(config)
        self._url = url
        self._ready_file = ready_file

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if not self.started:
            return
        # What exists by now stays: the collector need not look at it again (a third more requests a second).
        gc.collect()
        gc.freeze()
        print(f"Stripe sandbox on {self._url}", flush=True)  # noqa: T201
        if self._ready_file is not None:
            # Written aside and renamed: whoever waits for the file never reads half of it.
            aside = self._ready_file.with_name(f"{self._ready_file.name}.{os.getpid()}")
            aside.write_text(self._url, "utf-8")
            aside.replace(self._ready_file)


def serve(settings: Settings, *, port: int = 0, ready_file: Path | None = None, die_with_parent: bool = False) -> int:
    """Listen on 127.0.0.1 until SIGTERM or SIGINT; port 0 takes a free one. Return the exit code."""
    if die_with_parent:
        _die_with_parent()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    if ready_file is not None:
        ready_file.unlink(missing_ok=True)
    with _listening(port) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(
            create_app(settings),
            access_log=False,
            log_level="warning",
            log_config=None,
            lifespan="on",
            timeout_graceful_shutdown=1,
            server_header=False,
            proxy_headers=False,
        )
        server = _Server(config, url, ready_file)
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
    return 0 if server.started else 1


@contextlib.contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        yield listener


def _die_with_parent() -> None:
    """End when the parent process does, however it dies (Linux; elsewhere nothing happens)."""
    if sys.platform != "linux":
        return
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it was faster
        raise SystemExit(1)

